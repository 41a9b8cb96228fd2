"""Networks of other libraries in the loop, and a program of one's own."""

import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME
from alx.loop import make_loop
from alx.training.learner import make_learner
from alx.training.settings import Asking, Training
from tests import problems


@pytest.mark.parametrize(
  ("library", "snippet"),
  [
    ("flax", "with_nnx"),
    ("equinox", "with_equinox"),
    ("haiku", "with_haiku"),
  ],
)
def test_a_round_with_a_network_of(library, snippet):
  pytest.importorskip(library, reason=f"{library} is not installed")
  model = importlib.import_module(f"tests.snippets.{snippet}").model
  images, labels = problems.blobs()
  training = Training((2, 2), steps=40, batch=8, learning_rate=1e-2)
  learner = problems.compiled(make_learner(model, 2, 1, training))
  loop = make_loop(learner, BY_NAME["bald"], Asking(3, block=8, samples=3))
  state = loop.init(jax.random.key(0), images, labels[0])
  first = jnp.arange(10, dtype=jnp.int32)
  state = loop.tell(state, first, labels[:10])
  items, state = jax.jit(loop.ask)(state)
  assert len(set(items.tolist())) == 3 and items.min() >= 10
  assert (state.scores > 0).all()  # passes differ: dropout is on
  logits, features = jax.jit(model.apply)(state.params, images.values)
  assert (logits.argmax(-1) == labels).mean() > 0.8
  assert features.shape == (24, 16)


def test_a_program_of_ones_own_asks_as_the_front_door():
  own = importlib.import_module("tests.snippets.own_program")
  samples = np.asarray(jax.nn.softmax(own.logits))
  features = np.asarray(own.features)
  for p in range(own.pools):
    found = own.items[p].tolist()
    labelled = np.zeros(own.num_items, bool)
    wanted = alx.query("bald", k=5, samples=samples[p]).tolist()
    labelled[wanted] = True
    wanted += alx.query(
      "badge",
      k=5,
      probs=samples[p].mean(0),
      features=features[p],
      labelled=labelled,
      key=own.keys[p],
    ).tolist()
    labelled[wanted] = True
    wanted += alx.query(
      "k_center", k=5, features=features[p], labelled=labelled
    ).tolist()
    assert found == wanted and len(set(found)) == 15
