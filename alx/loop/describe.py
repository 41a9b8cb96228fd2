"""A block of the pool as an acquisition sees it, through the model."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp

from alx.acquisition import Acquisition
from alx.acquisition.base import in_float32
from alx.acquisition.scores.summaries import summarised
from alx.data import patches
from alx.data.patches import Images
from alx.keys import keys_of
from alx.pool import PoolState
from alx.training.augment import augment
from alx.training.learner import Learner
from alx.training.mirrors import allowed_axes
from alx.training.settings import Asking
from alx.units import UnitSet
from alx.units.outlines import Traced, predicted_mm
from alx.units.view import describe_regions


def describe_block(
  key: jax.Array,
  params: dict,
  labelled: jax.Array,
  images: Images,
  items: jax.Array,
  learner: Learner,
  acquisition: Acquisition,
  settings: Asking,
  units: UnitSet | None = None,
  axes: jax.Array | None = None,
):
  """What `acquisition.select` needs to know of B items, or their regions.

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
    units: parts of items: then it is [B, R, ...] of their regions.
    axes: see `axes_told`; None: where labels say what is mirrored, nothing is.
  """
  keys, images = _before(key, labelled, images, items, settings, axes)
  samples = settings.samples if "samples" in acquisition.needs else 0
  prediction = learner.predict(keys[0], params, images, items, samples)
  return _after(
    *(keys[1], items, prediction, acquisition, images.regions),
    *(units, settings),
  )


def make_describe(
  learner: Learner,
  acquisition: Acquisition,
  settings: Asking,
  units: UnitSet | None = None,
) -> Callable:
  """`describe_block` compiled: (key, params, labelled, images, items) -> it.

  One program; with `settings.in_pieces` what is before and behind the
  prediction is one each, and the learner's `predict` is called between them:
  passes that it makes outside of jit are made there. `axes` may be given, too.
  """
  asked = {"acquisition": acquisition, "settings": settings, "units": units}
  if not makes_passes_in_pieces(acquisition, settings):
    return jax.jit(partial(describe_block, learner=learner, **asked))
  before = jax.jit(partial(_before, settings=settings))
  after = jax.jit(
    partial(_after, acquisition=acquisition, units=units, settings=settings)
  )

  def describe(key, params, labelled, images, items, axes=None):
    keys, images = before(key, labelled, images, items, axes=axes)
    passes = keys[0], params, images, items, settings.samples
    return after(
      keys[1], items, learner.predict(*passes), regions=images.regions
    )

  return describe


def makes_passes_in_pieces(acquisition: Acquisition, settings: Asking) -> bool:
  """Whether a question is several programs with its passes between them."""
  return settings.in_pieces and "samples" in acquisition.needs


def mirrors_by_labels(settings: Asking) -> bool:
  """Whether labels say along which axes items are mirrored to describe them."""
  return settings.distort is not None and settings.distort.by_labels


def axes_told(
  learner: Learner,
  params: dict,
  images: Images,
  labels: jax.Array,
  pool: PoolState,
) -> jax.Array:
  """[d] bool, along which axes a fit to the same labels mirrors.

  Args:
    learner: whose predictions tell how many classes there are.
    params: of the model.
    images: of N items.
    labels: [N, *sp] maps; only labelled items are read.
    pool: which are labelled.
  """

  def predict(params, images):
    one = jax.tree.map(lambda x: x[:1], images)
    items = jnp.zeros(1, jnp.int32)
    return learner.predict(jax.random.key(0), params, one, items, 0).probs

  num_classes = jax.eval_shape(predict, params, images).shape[-1]
  return allowed_axes(labels, images.real, pool, num_classes)


def _before(key, labelled, images, items, settings, axes=None):
  """Keys [2] to predict and to describe with, and what is predicted."""
  key_predict, key_describe, key_distort = jax.random.split(key, 3)
  if settings.distort:
    images = _distorted(key_distort, labelled, images, items, settings, axes)
  return (key_predict, key_describe), images


def _after(key, items, prediction, acquisition, regions, units, settings):
  """What the acquisition keeps of a prediction, and outlines that cost."""
  keys, prediction = keys_of(key, items), in_float32(prediction)
  told = _told(acquisition, keys, prediction, regions, units)
  if units is None or not settings.seconds:
    return told
  return Traced(told, predicted_mm(prediction, units, items, regions))


def _told(acquisition, keys, prediction, regions, units):
  if units is None or units.is_whole:
    return acquisition.describe(keys, prediction)
  prediction = summarised(acquisition.describe, prediction)
  return describe_regions(
    acquisition.describe, units.partition, keys, prediction, regions
  )


def _distorted(key, labelled, images, items, settings, axes=None):
  """The block under random augmentation: all items, or those with a label.

  Each stays where it is, and what is beyond it stays beyond.
  """
  values = patches.as_float(images.values)
  if mirrors_by_labels(settings) and axes is None:
    axes = jnp.zeros(values.ndim - 2, bool)

  def change(item, image, size):
    return augment(
      jax.random.fold_in(key, item),
      image,
      jnp.int32(0),
      settings.distort,
      axes,
      size=size,
    )[0]

  changed = jax.vmap(change)(items, values, images.size)
  chosen = labelled[items] | settings.distort_all
  chosen = jnp.expand_dims(chosen, tuple(range(1, values.ndim)))
  return images._replace(values=jnp.where(chosen, changed, values))
