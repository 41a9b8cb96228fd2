"""Small problems with known answers, shared by the tests of the loop."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import BY_NAME
from alx.data import patches
from alx.loop import make_loop
from alx.models import make_mlp, make_unet
from alx.training.augment import Augment
from alx.training.learner import make_learner
from alx.training.settings import Asking, Training


def blobs(num_items=24, seed=0):
  """Two classes of 2 x 2 images a linear model can tell apart."""
  rng = np.random.default_rng(seed)
  labels = rng.integers(0, 2, num_items).astype(np.int32)
  images = (
    rng.standard_normal((num_items, 2, 2, 1)) + 3 * labels[:, None, None, None]
  )
  stacked = patches.stack_images(list(images.astype(np.float32)), (2, 2))
  return jax.tree.map(jnp.asarray, stacked), jnp.asarray(labels)


def squares(num_items=10, seed=0):
  """A bright square on noise, in slices of two extents."""
  rng = np.random.default_rng(seed)
  images, labels = [], []
  for i in range(num_items):
    label = np.zeros((12, 8 + 4 * (i % 2)), np.uint8)
    row, column = rng.integers(0, 5, 2)
    label[row : row + 5, column : column + 4] = 1
    noise = 0.3 * rng.standard_normal(label.shape)
    images.append((label + noise).astype(np.float32)[..., None])
    labels.append(label)
  stacked = patches.stack_images(images, (8, 8))
  return jax.tree.map(jnp.asarray, stacked), jnp.asarray(
    patches.stack_labels(labels, (8, 8))
  )


def compiled(learner):
  """The learner with its fit compiled on its own, as a driver does it."""
  return learner._replace(fit=jax.jit(learner.fit))


@functools.cache
def mlp_learner(steps=20, **settings):
  """A learner for `blobs`."""
  training = Training((2, 2), steps=steps, batch=8, **settings)
  model = make_mlp(2, widths=(8,), dropout=0.3)
  return compiled(make_learner(model, 2, 1, training))


PLAIN = Augment(flips=False, intensity=0.0)


def plain_learner(steps=5):
  """The same on images as they are, which is less to compile."""
  return mlp_learner(steps, augment=PLAIN)


@functools.cache
def unet_learner(steps=30, widths=(4,), **settings):
  """A learner for `squares`; each level more doubles what is compiled."""
  training = Training((8, 8), steps=steps, batch=4, **settings)
  model = make_unet(2, 2, widths=widths, dropout=0.3)
  return compiled(make_learner(model, 2, 1, training))


@functools.cache
def loop_of(learner, name="bald", query=3, **settings):
  """A loop on a learner of above."""
  asking = Asking(query, block=4, samples=3, **settings)
  return make_loop(learner, BY_NAME[name], asking)
