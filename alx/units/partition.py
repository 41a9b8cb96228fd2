"""Which voxels of an item each of its regions is.

Arithmetic where it can be: slices and boxes are told by a few numbers. What
cannot, such as superpixels, is a stored map of region numbers for each item.
"""

import dataclasses
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np


@dataclasses.dataclass(frozen=True)
class Whole:
  """The item itself: one region."""


@dataclasses.dataclass(frozen=True)
class Slices:
  """Region r is the r-th slice across an axis of space."""

  axis: int


@dataclasses.dataclass(frozen=True)
class Planes:
  """Slices across every axis of a volume, axis by axis: they cross."""


@dataclasses.dataclass(frozen=True)
class Boxes:
  """Boxes of an extent on a grid, in raster order of where they begin.

  A grid with a stride below the extent makes boxes that overlap.
  """

  extent: tuple[int, ...]
  stride: tuple[int, ...]

  @property
  def overlap(self) -> bool:
    """Whether two boxes may share voxels."""
    return any(s < e for s, e in zip(self.stride, self.extent, strict=True))


@dataclasses.dataclass(frozen=True)
class Stored:
  """Regions as stored maps tell: numbers 0..R-1, others are no region."""

  num_regions: int  # R, of the item that has the most
  most_voxels: int  # of a region


Partition = Whole | Slices | Planes | Boxes | Stored


def starts_of(partition: Boxes, extent: Sequence[int]) -> list[np.ndarray]:
  """Where the boxes of an item begin, axis by axis: the last reaches its end.

  Args:
    partition: of boxes.
    extent: of the item (or of the array that holds all items).
  """
  return [
    np.arange(0, max(n - e, 0) + s, s, dtype=np.int32)
    for n, e, s in zip(extent, partition.extent, partition.stride, strict=True)
  ]


def num_regions(partition: Partition, extent: Sequence[int]) -> int:
  """R of items in an array of this extent; smaller items have fewer."""
  if isinstance(partition, Slices):
    return int(extent[partition.axis])
  if isinstance(partition, Planes):
    return int(sum(extent))
  if isinstance(partition, Boxes):
    return math.prod(len(s) for s in starts_of(partition, extent))
  return partition.num_regions if isinstance(partition, Stored) else 1


def region_mask(
  partition: Partition,
  extent: Sequence[int],
  region: jax.Array,
  regions: jax.Array | None = None,
) -> jax.Array:
  """[*extent] bool, the voxels of one region; none if there is no such one.

  Args:
    partition: of which it is a region.
    extent: of the array that holds the item.
    region: [] int32.
    regions: [*extent] int32, the stored map of the item, if the partition is.
  """
  if isinstance(partition, Stored):
    return regions == region
  inside = jnp.full(extent, region < num_regions(partition, extent))
  if isinstance(partition, Slices):
    return inside & (_along(extent, partition.axis) == region)
  if isinstance(partition, Planes):
    return _planes_mask(extent, region)
  if isinstance(partition, Boxes):
    for axis, start in enumerate(box_start(partition, extent, region)):
      at = _along(extent, axis)
      inside &= (at >= start) & (at < start + partition.extent[axis])
  return inside


def box_start(
  partition: Boxes, extent: Sequence[int], region: jax.Array
) -> list[jax.Array]:
  """Where a box begins, axis by axis."""
  starts = starts_of(partition, extent)
  places = jnp.unravel_index(region, [len(s) for s in starts])
  return [
    place.astype(jnp.int32) * step
    for place, step in zip(places, partition.stride, strict=True)
  ]


def _planes_mask(extent, region):
  inside = jnp.zeros(extent, bool)
  for axis, first in enumerate(first_planes(extent)):
    at = region - first
    inside |= (_along(extent, axis) == at) & (at < extent[axis])
  return inside


def first_planes(extent: Sequence[int]) -> list[int]:
  """The number of the first slice across each axis, of `Planes`."""
  return [int(sum(extent[:axis])) for axis in range(len(extent))]


def plane_of(extent: Sequence[int], region: int) -> tuple[int, int]:
  """(axis, index) of a slice of `Planes`."""
  first = first_planes(extent)
  axis = max(a for a, start in enumerate(first) if start <= region)
  return axis, int(region) - first[axis]


def _along(extent, axis):
  """Coordinates along an axis, to be broadcast."""
  shape = [1] * len(extent)
  shape[axis] = extent[axis]
  return jnp.arange(extent[axis], dtype=jnp.int32).reshape(shape)
