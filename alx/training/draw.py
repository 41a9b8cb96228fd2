"""Training batches out of the labelled items, at fixed shapes."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from alx.data import patches
from alx.data.patches import Images
from alx.label_maps import UNLABELLED, is_labelled
from alx.pool import PoolState
from alx.training.augment import augment
from alx.training.settings import Training
from alx.training.warp import Place


class Draws(NamedTuple):
  """For drawing labelled items by class: label slots that show each class."""

  until: jax.Array  # [C, M] int32, running count over label slots
  seen: jax.Array  # [C] bool, classes that any labelled item shows
  some: jax.Array | None  # [M] int32, of those that show any; None: all do


def count_draws(
  labels: jax.Array,
  pool: PoolState,
  num_classes: int,
  size: jax.Array | None = None,
) -> Draws:
  """Which label slots show which class: labels [N, *sp] or [N].

  Args:
    labels: of the items; unlabelled voxels show nothing.
    pool: which items have a label.
    num_classes: number C of classes.
    size: [N, d] extents of maps that may be partly labelled; what is beyond
      shows nothing either. None: all are labelled.
  """
  num_slots = pool.order.shape[0]

  def shows(label, extent):
    if extent is not None:
      label = _without_padding(label, extent, num_classes)
    return jnp.stack([(label == c).any() for c in range(num_classes)])

  # Of all items first: where they lie on several devices, each does its own.
  shown = jax.vmap(shows)(labels, size)[pool.order]
  shown = shown & (jnp.arange(num_slots, dtype=jnp.int32) < pool.count)[:, None]
  until = jnp.cumsum(shown.T.astype(jnp.int32), axis=1)
  some = None if size is None else jnp.cumsum(shown.any(1).astype(jnp.int32))
  return Draws(until, until[:, -1] > 0, some)


def nan_if_unlabelled(
  params: Any,
  labels: jax.Array,
  pool: PoolState,
  training: Training,
  num_classes: int,
) -> Any:
  """NaN for each of the params if a voxel of a labelled item is unlabelled.

  Nothing is looked at with `training.partly`, nor in labels that are no maps.
  """
  if training.partly or labels.ndim == 1:
    return params
  slots = jnp.arange(pool.order.shape[0], dtype=jnp.int32)
  known = is_labelled(labels, num_classes).all(tuple(range(1, labels.ndim)))
  fine = (known[pool.order] | (slots >= pool.count)).all()
  return jax.tree.map(lambda x: jnp.where(fine, x, jnp.nan), params)


def _without_padding(label, size, num_classes):
  """A map [*sp] with nothing beyond its size [d], if it is partly labelled."""
  partly = ~is_labelled(label, num_classes).all()
  inside = patches.real_mask(size[None], label.shape)[0]
  return jnp.where(partly & ~inside, UNLABELLED, label)


def draw_item(key: jax.Array, pool: PoolState, draws: Draws, aware: float):
  """One labelled item and the class it was drawn for (C: for none)."""
  key_aware, key_class, key_slot = jax.random.split(key, 3)
  num_classes = draws.seen.shape[0]
  evenly = _any_slot(key_slot, pool, draws)
  if aware == 0:
    return pool.order[evenly], jnp.int32(num_classes)
  log_odds = jnp.where(draws.seen, 0.0, -jnp.inf)
  wanted = jax.random.categorical(key_class, log_odds).astype(jnp.int32)
  nth = jax.random.randint(key_slot, (), 0, draws.until[wanted, -1], jnp.int32)
  is_aware = jax.random.uniform(key_aware, dtype=jnp.float32) < aware
  slot = jnp.where(is_aware, _slot_of_class(draws, wanted, nth), evenly)
  return pool.order[slot], jnp.where(is_aware, wanted, num_classes)


def _any_slot(key, pool, draws):
  """One of those that show anything."""
  if draws.some is None:
    return jax.random.randint(key, (), 0, pool.count, jnp.int32)
  nth = jax.random.randint(key, (), 0, draws.some[-1], jnp.int32)
  return jnp.searchsorted(draws.some, nth, side="right").astype(jnp.int32)


def _slot_of_class(draws, wanted, nth):
  """The n-th label slot that shows a class, by one search in one array."""
  num_classes, num_slots = draws.until.shape
  offsets = (num_slots + 1) * jnp.arange(num_classes, dtype=jnp.int32)
  until = (draws.until + offsets[:, None]).reshape(-1)
  place = jnp.searchsorted(until, nth + offsets[wanted], side="right")
  return place - num_slots * wanted


class Drawn(NamedTuple):
  """What the batches of a fit are made of; `...` is steps and batch."""

  items: jax.Array  # [...] int32
  wanted: jax.Array  # [...] int32, the class it was drawn for, C for none
  key_patch: jax.Array  # [...] key of the place of the patch
  key_augment: jax.Array  # [...] key


def draw_items(
  keys: jax.Array, pool: PoolState, draws: Draws, training: Training
) -> Drawn:
  """The items of all batches: keys [steps] -> arrays of [steps, batch].

  All at once, since random bits in small portions are slow.
  """

  def one(key):
    key_item, key_patch, key_augment = jax.random.split(key, 3)
    item, wanted = draw_item(key_item, pool, draws, training.class_aware)
    return Drawn(item, wanted, key_patch, key_augment)

  def of_batch(key):
    return jax.vmap(one)(jax.random.split(key, training.batch))

  return jax.vmap(of_batch)(keys)


def cut_batch(
  drawn: Drawn,
  images: Images,
  labels: jax.Array,
  training: Training,
  axes: jax.Array | None = None,
) -> tuple[jax.Array, jax.Array]:
  """The batch [batch, *patch, channels] of one step, and its labels.

  Args:
    drawn: what it is made of.
    images: N items.
    labels: [N, *sp] or [N].
    training: patch and augmentation.
    axes: [d] bool that may be mirrored; None: all.
  """

  draw_start = _draw_labelled if training.partly else _draw_start

  def one(drawn):
    start = draw_start(
      drawn.key_patch, images, labels, drawn.items, drawn.wanted, training.patch
    )
    *cut, place = _cut(drawn.items, start, images, labels, training)
    key = drawn.key_augment
    out = augment(key, *cut, training.augment, axes, place)
    if not training.partly or not _may_lose_labels(training.augment):
      return out
    plain = _cut_plain(drawn.items, start, images, labels, training.patch)
    return with_labels(out, plain)

  return jax.vmap(one)(drawn)


def _may_lose_labels(settings):
  """Whether an interpolation may leave a patch without a labelled voxel."""
  return settings.warps or settings.rotation > 0


def with_labels(changed, plain):
  """The changed (image, label) of a patch, if a voxel is labelled in it."""
  kept = is_labelled(changed[1]).any()
  return jax.tree.map(lambda x, y: jnp.where(kept, x, y), changed, plain)


def _cut(item, start, images, labels, training):
  """(image, label, place): the patch, or the item if it is to be warped."""
  values, patch = images.values, training.patch
  if training.augment.warps:
    place = Place(start, patch, images.size[item])
    return patches.as_float(values[item]), labels[item], place
  return *_cut_plain(item, start, images, labels, patch), None


def _cut_plain(item, start, images, labels, patch):
  """(image, label): the patch."""
  values = images.values
  if tuple(values.shape[1:-1]) == tuple(patch):
    return patches.as_float(values[item]), labels[item]
  return (
    patches.as_float(patches.cut_item(values, item, start, patch)),
    patches.cut_item(labels, item, start, patch),
  )


def _draw_start(key, images, labels, item, wanted, patch):
  """Where a patch is: anywhere, or around a voxel of the wanted class."""
  if tuple(images.values.shape[1:-1]) == tuple(patch):
    return jnp.zeros(len(patch), jnp.int32)
  key_start, key_voxel = jax.random.split(key)
  label, size = labels[item], images.size[item]
  room = size - jnp.asarray(patch, jnp.int32)
  anywhere = jax.random.randint(key_start, room.shape, 0, room + 1, jnp.int32)
  inside = patches.real_mask(size[None], label.shape)[0]
  of_class = (label == wanted) & inside
  voxel = _any_voxel(key_voxel, of_class)
  around = jnp.clip(voxel - jnp.asarray(patch, jnp.int32) // 2, 0, room)
  return jnp.where(of_class.any(), around, anywhere)


def _any_voxel(key, mask):
  """[d] int32, where one of the true voxels is, all as likely."""
  most = jnp.maximum(mask.sum(), 1)
  return patches.nth_true(mask, jax.random.randint(key, (), 0, most, jnp.int32))


def _draw_labelled(key, images, labels, item, wanted, patch):
  """The same place, or one around some labelled voxel if it shows none."""
  start = _draw_start(
    key,
    images,
    labels,
    item,
    jnp.where(wanted == UNLABELLED, -1, wanted),
    patch,
  )
  if tuple(images.values.shape[1:-1]) == tuple(patch):
    return start
  key_voxel, key_part = jax.random.split(jax.random.fold_in(key, 1))
  size = images.size[item]
  known = is_labelled(labels[item])
  known = known & patches.real_mask(size[None], known.shape)[0]
  sides = jnp.asarray(patch, jnp.int32)
  part = jax.random.randint(key_part, sides.shape, 0, sides, jnp.int32)
  voxel = _any_voxel(key_voxel, known)
  around = jnp.clip(voxel - part, 0, size - sides)
  seen = is_labelled(patches.cut_item(labels, item, start, patch)).any()
  return jnp.where(seen, start, around)
