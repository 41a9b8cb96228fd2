"""Predictions of items as those of their regions, in one pass.

A region of a prediction is a prediction of a smaller item: what describes
items describes regions, too, whatever it is. Memory is that of the items.
"""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from alx.keys import keys_of
from alx.prediction import Prediction
from alx.units.partition import (
  Boxes,
  Partition,
  Planes,
  Slices,
  Stored,
  Whole,
  box_start,
  first_planes,
  num_regions,
  starts_of,
)
from alx.units.superpixel_scores import borders_of


def describe_regions(
  describe: Callable,
  partition: Partition,
  keys: jax.Array,
  prediction: Prediction,
  regions: jax.Array | None = None,
):
  """What `describe` tells of every region of B items: [B, R, ...].

  Args:
    describe: as of an `Acquisition`: (keys [B], Prediction) -> [B, ...].
    partition: of the items.
    keys: [B], of the items; that of a region is folded from it.
    prediction: of B items.
    regions: [B, *sp] int32, stored maps, if the partition is stored.
  """
  extent = prediction.mask.shape[1:]
  count = num_regions(partition, extent)
  numbers = jnp.arange(count, dtype=jnp.int32)
  of_regions = jax.vmap(lambda key: keys_of(key, numbers))(keys)
  describe = _of_each(describe)
  if isinstance(partition, Planes):
    return _plane_by_plane(describe, of_regions, prediction)
  if isinstance(partition, Boxes) and partition.overlap:
    return _one_by_one(describe, partition, of_regions, prediction)
  seen = as_regions(partition, prediction, regions)
  told = describe(of_regions.reshape(-1), seen)
  return jax.tree.map(lambda x: x.reshape(-1, count, *x.shape[1:]), told)


def _of_each(describe):
  """The same, refusing what tells something else than one row of each."""

  def checked(keys, prediction):
    told, count = describe(keys, prediction), keys.shape[0]
    shapes = [leaf.shape for leaf in jax.tree.leaves(told)]
    if any(shape[:1] != (count,) for shape in shapes):
      raise ValueError(
        f"wanted a description of regions one by one, arrays [{count}, ...] of "
        f"{count} regions, found {shapes}"
      )
    return told

  return checked


def as_regions(
  partition: Partition,
  prediction: Prediction,
  regions: jax.Array | None = None,
) -> Prediction:
  """The prediction of B items as one of B x R regions, item by item.

  Features of a region are the mean of its voxels' features. Voxels of stored
  regions are in a row, in raster order: neighbours are not known any more.

  Raises:
    ValueError: for regions that overlap, which no array holds at once.
  """
  if isinstance(partition, Whole):
    return prediction
  crossing = isinstance(partition, Planes)
  if crossing or (isinstance(partition, Boxes) and partition.overlap):
    raise ValueError(f"wanted regions that do not overlap, found {partition}")
  if isinstance(partition, Stored):
    prediction = _with_borders(partition, prediction, regions)
  cut, inside = _cutter(partition, prediction.mask.shape, regions)
  mask = cut(prediction.mask, 0)
  return _told(prediction, cut, mask if inside is None else mask & inside)


def _told(prediction, cut, mask):
  """The fields of a prediction after a cut, with features of their own."""
  pixels = _maybe(prediction.pixels, lambda x: cut(x, 0))
  return Prediction(
    probs=_maybe(prediction.probs, lambda x: cut(x, 1)),
    features=_maybe(pixels, lambda x: masked_mean(x, mask)),
    mask=mask,
    pixels=pixels,
    evidence=_maybe(prediction.evidence, lambda x: cut(x, 0)),
    summary=_of_arrays(prediction.summary, cut),
    borders=_of_arrays(prediction.borders, cut),
  )


def _with_borders(partition, prediction, regions):
  """With what voxels in a row do not tell any more: who is beside whom.

  A program that does not look at it does not make it.
  """
  if prediction.probs is None and prediction.summary is None:
    return prediction
  if prediction.probs is None:
    probs = prediction.summary.mean
  else:
    probs = prediction.probs.mean(0)
  borders = borders_of(probs, regions, partition.num_regions)
  return prediction._replace(borders=borders)


def _of_arrays(summary, change):
  """The arrays of a summary changed, its numbers as they are."""
  return jax.tree.map(lambda x: change(x, 0) if x.ndim else x, summary)


def _maybe(x, function):
  return None if x is None else function(x)


def masked_mean(values: jax.Array, mask: jax.Array) -> jax.Array:
  """Mean over the voxels where the mask holds; 0 where it never does.

  Args:
    values: [B, *sp, D].
    mask: [B, *sp] bool.

  Returns:
    [B, D].
  """
  axes = tuple(range(1, mask.ndim))
  total = jnp.where(mask[..., None], values, 0.0).sum(axes)
  return total / jnp.maximum(mask.sum(axes), 1)[:, None]


def _cutter(partition, shape, regions):
  """(x, leading axes before B) -> x with B x R in the place of B; and a mask.

  The mask [B x R, ...] tells which places of a region hold a voxel of it; None
  where all do, or where what does not is filled with False.
  """
  if isinstance(partition, Slices):
    return _slice_cutter(partition.axis), None
  if isinstance(partition, Boxes):
    return _box_cutter(partition, shape[1:]), None
  return _stored_cutter(partition, shape, regions)


def _slice_cutter(axis):
  def cut(x, lead):
    x = jnp.moveaxis(x, lead + 1 + axis, lead + 1)
    return x.reshape(*x.shape[:lead], -1, *x.shape[lead + 2 :])

  return cut


def _box_cutter(partition, extent):
  counts = [len(s) for s in starts_of(partition, extent)]
  dims = len(extent)

  def cut(x, lead):
    grow = [(0, 0)] * x.ndim
    split = list(x.shape[: lead + 1])
    for axis, (n, e) in enumerate(zip(counts, partition.extent, strict=True)):
      grow[lead + 1 + axis] = (0, n * e - extent[axis])
      split += [n, e]
    tail = x.shape[lead + 1 + dims :]
    x = jnp.pad(x, grow).reshape(*split, *tail)
    first = lead + 1
    grid = [first + 2 * axis for axis in range(dims)]
    inner = [g + 1 for g in grid]
    order = [*range(first), *grid, *inner, *range(first + 2 * dims, x.ndim)]
    x = x.transpose(order)
    return x.reshape(*x.shape[:lead], -1, *partition.extent, *tail)

  return cut


def _stored_cutter(partition, shape, regions):
  count, most = partition.num_regions, partition.most_voxels
  num_items = shape[0]
  places, inside = jax.vmap(lambda r: voxels_of(r.reshape(-1), count, most))(
    regions
  )
  places = places.reshape(num_items, -1)

  def cut(x, lead):
    """x [*lead, B, *sp, ...]: all voxels of B in one axis, then picked."""
    dims = len(shape) - 1
    tail = x.shape[lead + 1 + dims :]
    flat = x.reshape(*x.shape[: lead + 1], -1, *tail)
    at = places.reshape((1,) * lead + places.shape + (1,) * len(tail))
    found = jnp.take_along_axis(flat, at, lead + 1)
    return found.reshape(*x.shape[:lead], num_items * count, most, *tail)

  return cut, inside.reshape(num_items * count, most)


def voxels_of(
  regions: jax.Array, count: int, most: int
) -> tuple[jax.Array, jax.Array]:
  """Which voxels each region has, in raster order.

  Args:
    regions: [V] int32; below 0 or from `count` on is no region.
    count: R.
    most: the most voxels that a region has.

  Returns:
    (voxels [R, most] int32, which of them are there [R, most] bool).
  """
  known = (regions >= 0) & (regions < count)
  ids = jnp.where(known, regions, count)
  order = jnp.argsort(ids, stable=True).astype(jnp.int32)
  sizes = jnp.zeros(count + 1, jnp.int32).at[ids].add(1)[:count]
  first = jnp.cumsum(sizes) - sizes
  place = jnp.arange(most, dtype=jnp.int32)[None, :]
  at = jnp.minimum(first[:, None] + place, len(regions) - 1)
  return order[at], place < sizes[:, None]


def _plane_by_plane(describe, keys, prediction):
  """Slices across one axis after the other, each in one pass."""
  extent, told = prediction.mask.shape[1:], []
  for axis, first in enumerate(first_planes(extent)):
    seen = as_regions(Slices(axis), prediction)
    own = keys[:, first : first + extent[axis]]
    of_axis = describe(own.reshape(-1), seen)
    told.append(
      jax.tree.map(
        lambda x, n=extent[axis]: x.reshape(-1, n, *x.shape[1:]), of_axis
      )
    )
  return jax.tree.map(lambda *x: jnp.concatenate(x, 1), *told)


def _one_by_one(describe, partition, keys, prediction):
  """Boxes that overlap: one of each item at a time."""
  extent = prediction.mask.shape[1:]
  numbers = jnp.arange(num_regions(partition, extent), dtype=jnp.int32)
  grid = jnp.stack(box_start(partition, extent, numbers), -1)
  last = [s[-1] for s in starts_of(partition, extent)]
  padded = _grown(prediction, last, partition.extent)

  def of_box(at):
    start, own = at

    def cut(x, lead):
      offsets = [0] * (lead + 1) + list(start)
      offsets += [0] * (x.ndim - len(offsets))
      sizes = [*x.shape[: lead + 1], *partition.extent]
      sizes += x.shape[len(sizes) :]
      return jax.lax.dynamic_slice(x, [jnp.int32(o) for o in offsets], sizes)

    return describe(own, _told(padded, cut, cut(padded.mask, 0)))

  told = jax.lax.map(of_box, (grid, jnp.moveaxis(keys, 1, 0)))
  return jax.tree.map(lambda x: jnp.moveaxis(x, 0, 1), told)


def _grown(prediction: Prediction, last: Sequence, extent: Sequence):
  """Padding behind the items, so that the last box is inside of the array."""
  shape = prediction.mask.shape[1:]
  more = [
    max(int(at) + e - n, 0)
    for at, e, n in zip(last, extent, shape, strict=True)
  ]

  def grow(x, lead):
    pads = [(0, 0)] * (lead + 1) + [(0, m) for m in more]
    return jnp.pad(x, pads + [(0, 0)] * (x.ndim - len(pads)))

  return Prediction(
    probs=_maybe(prediction.probs, lambda x: grow(x, 1)),
    features=prediction.features,
    mask=grow(prediction.mask, 0),
    pixels=_maybe(prediction.pixels, lambda x: grow(x, 0)),
    evidence=_maybe(prediction.evidence, lambda x: grow(x, 0)),
    summary=_of_arrays(prediction.summary, grow),
  )
