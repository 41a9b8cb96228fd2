"""A block of the pool as an acquisition sees it, through the model."""

import jax
import jax.numpy as jnp

from alx.acquisition import Acquisition
from alx.acquisition.base import in_float32
from alx.data import patches
from alx.data.patches import Images
from alx.training.augment import augment
from alx.training.learner import Learner
from alx.training.settings import Asking


def describe_block(
  key: jax.Array,
  params: dict,
  labelled: jax.Array,
  images: Images,
  items: jax.Array,
  learner: Learner,
  acquisition: Acquisition,
  settings: Asking,
):
  """What `acquisition.select` needs to know of B items.

  A row depends on its item alone, not on the block it is in.

  Args:
    key: of the question.
    params: of the model.
    labelled: [N] bool, which of all items have a label.
    images: of the B items.
    items: [B] int32, their numbers.
    learner: that fitted the model.
    acquisition: with a `describe`.
    settings: how items are described.
  """
  key_predict, key_describe, key_distort = jax.random.split(key, 3)
  samples = settings.samples if "samples" in acquisition.needs else 0
  if settings.distort:
    images = _distorted(key_distort, labelled, images, items, settings)
  prediction = learner.predict(key_predict, params, images, items, samples)
  keys = jax.vmap(lambda i: jax.random.fold_in(key_describe, i))(items)
  return acquisition.describe(keys, in_float32(prediction))


def _distorted(key, labelled, images, items, settings):
  """The block under random augmentation: all items, or those with a label."""

  def change(item, image):
    key_item = jax.random.fold_in(key, item)
    return augment(key_item, image, jnp.int32(0), settings.distort)[0]

  values = patches.as_float(images.values)
  changed = jax.vmap(change)(items, values)
  chosen = labelled[items] | settings.distort_all
  chosen = jnp.expand_dims(chosen, tuple(range(1, values.ndim)))
  return images._replace(values=jnp.where(chosen, changed, values))
