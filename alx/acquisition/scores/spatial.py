"""From a map over space to one number per item.

A reduction is `(values, mask, classes) -> [B]`: values [B, *sp] float32, mask
[B, *sp] bool, True on real voxels (pixels), and classes [B, *sp] int32, the
predicted class of each voxel with 0 as background. Masked voxels never
matter, whatever they hold. Where a reduction finds no voxel to look at it gives
-inf; `reduce_spatial` makes of it what the score is where nothing is unsure.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.shares import ratio_of, share_of


def reduce_spatial(
  values: jax.Array,
  mask: jax.Array,
  how: str | Callable = "mean",
  probs: jax.Array | None = None,
  *,
  surest: float = 0.0,
) -> jax.Array:
  """One number per item from a map over its voxels; NaN if a real one is NaN.

  An item without a voxel to look at (no real one, no foreground, no boundary)
  gets `surest`. A sum is that of values - surest, 0 without a real voxel.

  Args:
    values: [B, *sp] float32; without space they are what is returned.
    mask: [B, *sp] bool, True on real voxels.
    how: a name in REDUCTIONS or a reduction, such as
      `functools.partial(quantile, q=0.5)`.
    probs: [B, *sp, C], anything whose argmax is the predicted class; only
      "foreground" and "boundary" need it.
    surest: finite, the score of a voxel that is surely known.

  Returns:
    [B] float32.

  Raises:
    ValueError: on an unknown name, or if the reduction needs `probs`.
  """
  if isinstance(how, str) and how not in REDUCTIONS:
    known = ", ".join(REDUCTIONS)
    raise ValueError(f"no reduction {how!r}; there are: {known}")
  if values.ndim == 1:
    return jnp.where(mask, values, surest)
  classes = None if probs is None else probs.argmax(-1)
  reduction = REDUCTIONS[how] if isinstance(how, str) else how
  axes = tuple(range(1, values.ndim))
  broken = (jnp.isnan(values) & mask).any(axes)
  if reduction is total:
    values, surest = values - surest, 0.0
  reduced = reduction(jnp.where(mask, values, 0.0), mask, classes)
  found = mask.any(axes) & ~jnp.isneginf(reduced)
  reduced = jnp.where(found, reduced, surest)
  return jnp.where(broken, jnp.nan, reduced)


def mean(values, mask, classes=None) -> jax.Array:
  """Mean over the real voxels."""
  del classes
  axes = tuple(range(1, values.ndim))
  total, count = jnp.where(mask, values, 0.0).sum(axes), mask.sum(axes)
  return jnp.where(count > 0, total / jnp.maximum(count, 1), -jnp.inf)


def total(values, mask, classes=None) -> jax.Array:
  """Sum over the real voxels: large items are asked for first."""
  del classes
  return jnp.where(mask, values, 0.0).sum(tuple(range(1, values.ndim)))


def maximum(values, mask, classes=None) -> jax.Array:
  """The highest real voxel."""
  del classes
  lowest = jnp.where(mask, values, -jnp.inf)
  return lowest.max(tuple(range(1, values.ndim)))


def quantile(values, mask, classes=None, *, q: float = 0.9) -> jax.Array:
  """The q-quantile of the real voxels, linear between neighbours.

  Time and memory O(V) for V voxels: no sort, see `_largest`.
  """
  del classes
  flat = jnp.where(mask, values, -jnp.inf).reshape(len(values), -1)
  count = mask.reshape(len(values), -1).sum(1)
  place = q * jnp.maximum(count - 1, 0)
  below = jnp.floor(place).astype(jnp.int32)
  low = _largest(flat, count - below)
  high = _largest(flat, jnp.maximum(count - below - 1, 1))
  part = place - below
  # Not low + part (high - low): two infinities would make a NaN.
  return jnp.where(part > 0, (1 - part) * low + part * high, low)


def top_fraction(
  values, mask, classes=None, *, fraction: float = 0.001
) -> jax.Array:
  """Mean of the largest share of the real voxels, of one voxel at least.

  k = max(1, floor(fraction n)) of an item's n real voxels (Kim 2024, MC
  dropout), so neither padding nor a large calm background dilutes it. Time
  and memory O(V) for V voxels: no sort, see `_largest`.

  Args:
    values: [B, *sp] float32.
    mask: [B, *sp] bool.
    classes: unused.
    fraction: in (0, 1]. k is exact, see `shares.ratio_of`: 0.29 of 100 is 29.

  Raises:
    ValueError: for another fraction.
  """
  del classes
  if not 0 < fraction <= 1:
    raise ValueError(f"fraction: wanted a number in (0, 1], found {fraction}")
  flat = jnp.where(mask, values, -jnp.inf).reshape(len(values), -1)
  count = mask.reshape(len(values), -1).sum(1)
  k = jnp.maximum(share_of(count, *ratio_of(fraction))[0], 1)
  least = _largest(flat, k)
  above = flat > least[:, None]
  # What equals the least adds nothing, however often it is there.
  excess = jnp.where(above, flat - least[:, None], 0.0).sum(1)
  return least + excess / k


def _largest(flat, k):
  """The k-th largest of each row [B, V], k [B] >= 1: [B].

  Bit by bit, from the highest: how many are not below decides about the bit.
  As whole numbers the bits of floats have the order of the floats, once the
  sign is turned over.
  """
  sign = jnp.uint32(1 << 31)
  bits = jax.lax.bitcast_convert_type(flat, jnp.uint32)
  order = jnp.where(bits & sign, ~bits, bits | sign)

  def decide(i, least):
    more = least | (sign >> i.astype(jnp.uint32))
    enough = (order >= more[:, None]).sum(1) >= k
    return jnp.where(enough, more, least)

  none = jnp.zeros(len(flat), jnp.uint32)
  least = jax.lax.fori_loop(0, 32, decide, none)
  bits = jnp.where(least & sign, least ^ sign, ~least)
  return jax.lax.bitcast_convert_type(bits, jnp.float32)


def foreground(values, mask, classes) -> jax.Array:
  """Mean over the real voxels that are not predicted background."""
  return mean(values, mask & (_needed(classes) > 0))


def boundary(values, mask, classes) -> jax.Array:
  """Mean over the real voxels on a predicted boundary."""
  return mean(values, mask & boundary_voxels(_needed(classes), mask))


def boundary_voxels(classes: jax.Array, mask: jax.Array) -> jax.Array:
  """Which real voxels have a real face neighbour of another class.

  Args:
    classes: [B, *sp] int32.
    mask: [B, *sp] bool.

  Returns:
    [B, *sp] bool.
  """
  found = jnp.zeros_like(mask)
  for axis in range(1, mask.ndim):
    length = mask.shape[axis]
    low = jax.lax.slice_in_dim(classes, 0, length - 1, axis=axis)
    high = jax.lax.slice_in_dim(classes, 1, length, axis=axis)
    real = jax.lax.slice_in_dim(mask, 0, length - 1, axis=axis)
    real &= jax.lax.slice_in_dim(mask, 1, length, axis=axis)
    differ = (low != high) & real
    before = [(0, 0)] * mask.ndim
    before[axis] = (0, 1)
    after = [(0, 0)] * mask.ndim
    after[axis] = (1, 0)
    found |= jnp.pad(differ, before) | jnp.pad(differ, after)
  return found


def region_means(
  values: jax.Array, regions: jax.Array, mask: jax.Array, num_regions: int
) -> jax.Array:
  """Mean over the real voxels of each region, such as a superpixel.

  Args:
    values: [B, *sp] float32.
    regions: [B, *sp] int32 in [0, num_regions); others belong to no region.
    mask: [B, *sp] bool.
    num_regions: R.

  Returns:
    [B, R] float32; -inf for a region without a real voxel, which is never
    the highest and never picked.
  """
  inside = mask & (regions >= 0) & (regions < num_regions)
  ids = jnp.where(inside, regions, num_regions)

  def of_item(values, ids):
    sums = jax.ops.segment_sum(values, ids, num_regions + 1)
    counts = jax.ops.segment_sum(jnp.ones_like(values), ids, num_regions + 1)
    means = sums / jnp.maximum(counts, 1.0)
    return jnp.where(counts > 0, means, -jnp.inf)[:num_regions]

  num_items = len(values)
  flat = jnp.where(inside, values, 0.0).reshape(num_items, -1)
  return jax.vmap(of_item)(flat, ids.reshape(num_items, -1))


def by_region(regions: jax.Array, num_regions: int) -> Callable:
  """A reduction: the highest mean over one of the regions of an atlas.

  Args:
    regions: [*sp] int32, the same for every item.
    num_regions: R, as in `region_means`.
  """

  def highest_region(values, mask, classes=None):
    del classes
    ids = jnp.broadcast_to(regions[None], values.shape)
    return region_means(values, ids, mask, num_regions).max(1)

  return highest_region


def _needed(classes):
  if classes is None:
    raise ValueError("this reduction needs the predicted class of each voxel")
  return classes


REDUCTIONS = {
  "mean": mean,
  "sum": total,
  "max": maximum,
  "quantile": quantile,
  "top_fraction": top_fraction,
  "foreground": foreground,
  "boundary": boundary,
}
