"""Passes of a small network on however many devices there are, into a file.

    python -m tests.passes_on_devices passes.npz

One process has one number of devices: a test compares the files of several.
"""

import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import BY_NAME
from alx.acquisition.scores import passes
from alx.data.patches import Images
from alx.devices.parallel import over_passes, replicate
from alx.loop import make_loop
from alx.models import make_cnn
from alx.training.learner import make_learner, sample_keys
from alx.training.settings import Asking, Training

NUM_PASSES, ITEMS = 10, (7, 0, 4)
MODEL = make_cnn(3, widths=(4,), dropout=0.4)


def probs_of(keys, params, x):
  """Probabilities [B,C] of a pass through the whole model."""

  def one(key, x):
    return MODEL.apply(params, x[None], key)[0][0]

  return jax.nn.softmax(jax.vmap(one)(keys, x))


@jax.jit
def inputs():
  """Keys [S,B], params, images [B,H,W,1]."""
  x = jax.random.normal(jax.random.key(1), (len(ITEMS), 8, 8, 1))
  params = MODEL.init(jax.random.key(2), x)
  keys = sample_keys(jax.random.key(3), jnp.array(ITEMS), NUM_PASSES)
  return keys, params, x


def scores():
  """Disagreement [B] of what a learner predicts inside of jit."""
  training = Training((8, 8))
  two_at_once = partial(over_passes, at_once=2)
  learner = make_learner(MODEL, 3, 1, training, two_at_once)
  _, params, x = inputs()
  size = jnp.full((len(ITEMS), 2), 8)
  images = Images(x, size, size)

  @jax.jit
  def score(params, images):
    key, items = jax.random.key(3), jnp.array(ITEMS)
    found = learner.predict(key, params, images, items, NUM_PASSES)
    return passes.disagreement(passes.summarise(found.probs))

  return score(params, images)


def asked(in_pieces):
  """(picks [k], scores [k]) of a loop, its passes inside of jit or between."""
  training = Training((8, 8))
  learner = make_learner(MODEL, 3, 1, training, over_passes, in_pieces)
  settings = Asking(3, block=2, samples=NUM_PASSES, in_pieces=in_pieces)
  loop = make_loop(learner, BY_NAME["bald"], settings)
  images = jax.random.normal(jax.random.key(1), (5, 8, 8, 1))
  size = jnp.full((5, 2), 8)
  like = jax.ShapeDtypeStruct((), jnp.int32)
  state = loop.init(jax.random.key(2), Images(images, size, size), like)
  picks, after = loop.ask(replicate(state))
  return {"picks": picks, "asked": after.scores}


def on_devices():
  """What the devices find, by the name of how."""
  return {
    "pmap": over_passes(probs_of, backend="pmap")(*inputs()),
    "shard_map": over_passes(probs_of, backend="shard_map")(*inputs()),
    "scores": scores(),
    "count": jax.local_device_count(),
    **{f"{k}_inside": v for k, v in asked(in_pieces=False).items()},
    **{f"{k}_between": v for k, v in asked(in_pieces=True).items()},
  }


def main():
  """Writes what the devices find."""
  np.savez(sys.argv[1], **{k: np.asarray(v) for k, v in on_devices().items()})


if __name__ == "__main__":
  main()
