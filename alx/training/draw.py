"""Training batches out of the labelled items, at fixed shapes."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.data import patches
from alx.data.patches import Images
from alx.pool import PoolState
from alx.training.augment import augment
from alx.training.settings import Training
from alx.training.warp import Place


class Draws(NamedTuple):
  """For drawing labelled items by class: label slots that show each class."""

  until: jax.Array  # [C, M] int32, running count over label slots
  seen: jax.Array  # [C] bool, classes that any labelled item shows


def count_draws(labels: jax.Array, pool: PoolState, num_classes: int) -> Draws:
  """Which label slots show which class: labels [N, *sp] or [N]."""
  num_slots = pool.order.shape[0]

  def shows(slot):
    label = labels[pool.order[slot]]
    return jnp.stack([(label == c).any() for c in range(num_classes)])

  shown = jax.lax.map(shows, jnp.arange(num_slots, dtype=jnp.int32))
  shown = shown & (jnp.arange(num_slots, dtype=jnp.int32) < pool.count)[:, None]
  until = jnp.cumsum(shown.T.astype(jnp.int32), axis=1)
  return Draws(until, until[:, -1] > 0)


def draw_item(key: jax.Array, pool: PoolState, draws: Draws, aware: float):
  """One labelled item and the class it was drawn for (C: for none)."""
  key_aware, key_class, key_slot = jax.random.split(key, 3)
  num_classes = draws.seen.shape[0]
  evenly = jax.random.randint(key_slot, (), 0, pool.count, jnp.int32)
  if aware == 0:
    return pool.order[evenly], jnp.int32(num_classes)
  log_odds = jnp.where(draws.seen, 0.0, -jnp.inf)
  wanted = jax.random.categorical(key_class, log_odds).astype(jnp.int32)
  nth = jax.random.randint(key_slot, (), 0, draws.until[wanted, -1], jnp.int32)
  is_aware = jax.random.uniform(key_aware, dtype=jnp.float32) < aware
  slot = jnp.where(is_aware, _slot_of_class(draws, wanted, nth), evenly)
  return pool.order[slot], jnp.where(is_aware, wanted, num_classes)


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

  def one(drawn):
    start = _draw_start(
      drawn.key_patch, images, labels, drawn.items, drawn.wanted, training.patch
    )
    image, label, place = _cut(drawn.items, start, images, labels, training)
    return augment(
      drawn.key_augment, image, label, training.augment, axes, place
    )

  return jax.vmap(one)(drawn)


def _cut(item, start, images, labels, training):
  """(image, label, place): the patch, or the item if it is to be warped."""
  values, patch = images.values, training.patch
  if training.augment.warps:
    place = Place(start, patch, images.size[item])
    return patches.as_float(values[item]), labels[item], place
  if tuple(values.shape[1:-1]) == tuple(patch):
    return patches.as_float(values[item]), labels[item], None
  return (
    patches.as_float(patches.cut_item(values, item, start, patch)),
    patches.cut_item(labels, item, start, patch),
    None,
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
  nth = jax.random.randint(
    key_voxel, (), 0, jnp.maximum(of_class.sum(), 1), jnp.int32
  )
  voxel = patches.nth_true(of_class, nth)
  around = jnp.clip(voxel - jnp.asarray(patch, jnp.int32) // 2, 0, room)
  return jnp.where(of_class.any(), around, anywhere)
