"""Fits to what a plan says, and what they forget."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches
from alx.models import make_mlp
from alx.pool import init_pool, mark_labelled
from alx.projects.models.fitting import fit_planned
from alx.projects.models.forgetting import transfer
from alx.projects.models.updates import Update, plan_update
from alx.training.learner import make_learner
from alx.training.settings import Training
from tests import problems

KEY = jax.random.key(0)


@functools.cache
def learner_of(steps):
  training = Training(
    (2, 2), steps=steps, batch=8, learning_rate=1e-2, augment=problems.PLAIN
  )
  model = make_mlp(2, widths=(16,), dropout=0.0)
  return problems.compiled(make_learner(model, 2, 1, training))


def domains(count=16):
  """Items by name: bright is class 1 in a and class 0 in b, which is marked."""
  rng = np.random.default_rng(0)
  found = {}
  for name, mark, sign in (("a", -1.0, 1.0), ("b", 1.0, -1.0)):
    for i in range(count):
      image = 0.2 * rng.standard_normal((2, 2, 1)) + sign * (2 * (i % 2) - 1)
      image[0, 0] = mark
      found[f"{name}{i:02d}"] = image.astype(np.float32), i % 2
  return found


ITEMS = domains()


def stacked(names):
  images = patches.stack_images([ITEMS[n][0] for n in names], (2, 2))
  labels = jnp.array([ITEMS[n][1] for n in names], jnp.int32)
  return jax.tree.map(jnp.asarray, images), labels


def right(params, domain):
  """Share of the answers that are right."""
  images, labels = stacked([n for n in sorted(ITEMS) if n[0] == domain])
  items = jnp.arange(len(labels), dtype=jnp.int32)
  probs = learner_of(150).predict(KEY, params, images, items).probs[0]
  return float((probs.argmax(-1) == labels).mean())


def update(mode, replay, start, seen):
  plan = plan_update(0, Update(mode, replay), sorted(ITEMS), seen, "v1")
  images, labels = stacked(plan.items)
  return fit_planned(KEY, learner_of(150), images, labels, start=start)[0], plan


def test_replay_forgets_less_than_new_labels_alone():
  seen = sorted(n for n in ITEMS if n[0] == "a")
  first = fit_planned(KEY, learner_of(150), *stacked(seen))[0]
  backward = {}
  for mode, replay in (("finetune_new", None), ("finetune_replay", 1.0)):
    second, plan = update(mode, replay, first, seen)
    assert len(plan.items) == 16 + len(plan.replayed)
    scores = [
      [right(params, domain) for domain in "ab"] for params in (first, second)
    ]
    assert scores[0][0] > 0.9 and scores[1][1] > 0.8
    backward[mode] = transfer(scores).backward
  assert backward["finetune_new"] < -0.2
  assert backward["finetune_replay"] > backward["finetune_new"] + 0.2


def test_it_is_the_fit_of_the_learner():
  names = sorted(ITEMS)[:12]
  images, labels = stacked(names)
  learner = learner_of(5)
  found, losses = fit_planned(KEY, learner, images, labels)
  key_init, key_fit = jax.random.split(KEY)
  pool = mark_labelled(init_pool(12), jnp.arange(12, dtype=jnp.int32))
  start = learner.init(key_init)
  wanted = learner.fit(key_fit, start, images, labels, pool)
  chex.assert_trees_all_equal((found, losses), wanted)
  half = fit_planned(KEY, learner, images, labels, np.full(12, 0.5))[1]
  np.testing.assert_allclose(half[0], losses[0] / 2, rtol=1e-5)


def test_a_start_is_gone_on_from():
  images, labels = stacked(sorted(ITEMS)[:12])
  learner = learner_of(5)
  first = fit_planned(KEY, learner, images, labels)[0]
  _, losses = fit_planned(KEY, learner, images, labels, start=first)
  fresh = fit_planned(KEY, learner, images, labels)[1]
  assert losses[0] < fresh[0]


@pytest.mark.parametrize(
  "weights", [np.ones(3), np.zeros(4), np.full(4, np.nan), np.full(4, 1.5)]
)
def test_weights_out_of_range_are_refused(weights):
  images, labels = stacked(sorted(ITEMS)[:4])
  with pytest.raises(ValueError, match=r"wanted 4 numbers in \(0, 1\]"):
    fit_planned(KEY, learner_of(5), images, labels, weights)
