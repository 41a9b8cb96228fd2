"""The units of a pool, from what a text says and the extents of the items."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from alx.units.partition import (
  Boxes,
  Partition,
  Planes,
  Slices,
  Stored,
  Whole,
  box_start,
  plane_of,
  starts_of,
)
from alx.units.slic import superpixels
from alx.units.spec import ANATOMY, EVERY, Spec
from alx.units.table import Units, UnitSet, whole_items

Spacings = Sequence[Sequence[float] | None]


class Made(NamedTuple):
  """The units of a pool and the maps that they need."""

  units: UnitSet
  regions: np.ndarray | None  # [N, *extent] int32, -1: no region
  voxels: np.ndarray  # [U] int64, real voxels of each unit


def make_units(
  spec: Spec,
  images: Sequence[np.ndarray],
  spacings: Spacings,
  extent: Sequence[int],
  segment: Callable = superpixels,
) -> Made:
  """All units of N items.

  Args:
    spec: what one label is.
    images: N arrays [*sp, channels].
    spacings: of the items, mm, or None.
    extent: of the array that holds all items.
    segment: what makes superpixels, as `slic.superpixels`.

  Raises:
    ValueError: in one line, where the items cannot have such units.
  """
  real = np.array([x.shape[:-1] for x in images], np.int64)
  if spec.kind == "whole":
    made = whole_items(len(images))
    return Made(made, None, real.prod(1))
  partition, regions = _partition(spec, images, spacings, extent, segment)
  if regions is not None:
    return _of_maps(partition, regions)
  return _of_grid(partition, real, extent)


def _partition(spec, images, spacings, extent, segment):
  """(partition, stored maps or None)."""
  dims = len(extent)
  if spec.axis == EVERY:
    return _planes(spec, dims), None
  if spec.kind == "slices":
    return Slices(axis_of(spec, dims, spacings)), None
  if spec.kind == "superpixels":
    maps = [
      segment(x, spec.count, s, compactness=spec.compactness)
      for x, s in zip(images, spacings, strict=True)
    ]
    return _stored(maps, extent)
  boxes = [
    boxes_of(spec, dims, s) for s in dict.fromkeys(map(_as_tuple, spacings))
  ]
  if len(set(boxes)) == 1:
    return boxes[0], None
  if any(box.overlap for box in boxes):
    raise ValueError(
      f"unit {spec.text}: boxes in mm that overlap want one spacing in all "
      "items; give extent and stride in voxels"
    )
  maps = [
    _box_map(boxes_of(spec, dims, _as_tuple(s)), x.shape[:-1])
    for x, s in zip(images, spacings, strict=True)
  ]
  return _stored(maps, extent)


def _planes(spec, dims):
  if dims != 3:
    raise _no_slices(spec, dims)
  return Planes()


def _no_slices(spec, dims):
  return ValueError(
    f"unit {spec.text} wants volumes of 3 axes, found items of {dims}; for "
    "pictures there are boxes and superpixels"
  )


def _as_tuple(spacing):
  return None if spacing is None else tuple(map(float, spacing))


def axis_of(spec: Spec, dims: int, spacings: Spacings) -> int:
  """The axis that slices are across, by number.

  Raises:
    ValueError: for pictures, which have no slices, or an anatomical name where
      no axis has one.
  """
  if dims != 3:
    raise _no_slices(spec, dims)
  if spec.axis is None:
    return dims - 1
  if spec.axis in ANATOMY:
    if any(s is None for s in spacings):
      raise ValueError(
        f"unit {spec.text} wants volumes that know their directions (NIfTI), "
        "found items without a spacing; give the axis by number"
      )
    return ANATOMY[spec.axis]
  return int(spec.axis)


def boxes_of(spec: Spec, dims: int, spacing: Sequence | None) -> Boxes:
  """Boxes in voxels, for items of one spacing.

  Raises:
    ValueError: for another number of axes, or mm where they are not known.
  """
  stride = spec.stride or spec.extent
  if len(spec.extent) not in (1, dims):
    raise ValueError(
      f"unit {spec.text} wants items of {len(spec.extent)} axes, found {dims}"
    )
  if spec.in_mm and spacing is None:
    raise ValueError(
      f"unit {spec.text} wants items with a spacing, found one without; give "
      "the extent in voxels"
    )
  sides = spacing if spec.in_mm else (1,) * dims

  def in_voxels(numbers):
    numbers = numbers if len(numbers) == dims else numbers * dims
    return tuple(
      max(1, round(n / side)) for n, side in zip(numbers, sides, strict=True)
    )

  return Boxes(in_voxels(spec.extent), in_voxels(stride))


def _box_map(boxes, extent):
  """[*extent] int32, the number of the box of each voxel."""
  counts = [len(s) for s in starts_of(boxes, extent)]
  place = np.indices(extent)
  cells = [p // s for p, s in zip(place, boxes.stride, strict=True)]
  return np.ravel_multi_index(tuple(cells), counts).astype(np.int32)


def _stored(maps, extent):
  """Maps of other extents in one array, -1 where an item has no voxel."""
  out = np.full((len(maps), *extent), -1, np.int32)
  most, count = 1, 1
  for row, regions in zip(out, maps, strict=True):
    row[tuple(slice(n) for n in regions.shape)] = regions
    sizes = np.bincount(regions.reshape(-1))
    most, count = max(most, int(sizes.max())), max(count, len(sizes))
  return Stored(count, most), out


def _of_maps(partition, regions):
  flat = regions.reshape(len(regions), -1)
  counts = np.stack(
    [np.bincount(r[r >= 0], minlength=partition.num_regions) for r in flat]
  )
  return _made(partition, counts, regions)


def _of_grid(partition, real, extent):
  """Slices and boxes: voxels of each region are a product over the axes."""
  if isinstance(partition, Slices):
    return _made(partition, _slice_counts(real, extent, partition.axis))
  if isinstance(partition, Planes):
    each = [_slice_counts(real, extent, axis) for axis in range(len(extent))]
    return _made(partition, np.concatenate(each, 1))
  counts = np.ones((len(real), 1), np.int64)
  starts = starts_of(partition, extent)
  for axis, start in enumerate(starts):
    n, e, s = (
      real[:, axis, None],
      partition.extent[axis],
      partition.stride[axis],
    )
    inside = np.clip(n - start, 0, e)
    # A box behind one that reached the end holds nothing new.
    inside = np.where((start == 0) | (start - s + e < n), inside, 0)
    counts = (counts[:, :, None] * inside[:, None, :]).reshape(len(real), -1)
  made = _made(partition, counts)
  if not partition.overlap:
    return made._replace(units=_with_parents(made.units, extent))
  start = jnp.stack(box_start(partition, extent, made.units.units.region), -1)
  units = UnitSet(partition, made.units.units, len(real), start)
  return made._replace(units=units)


def _with_parents(units, extent):
  """Units with the slices that they are in, if they are flat boxes."""
  flat = [axis for axis, e in enumerate(units.partition.extent) if e == 1]
  if len(flat) != 1:
    return units
  at = box_start(units.partition, extent, units.units.region)[flat[0]]
  place = np.asarray(units.units.item) * extent[flat[0]] + np.asarray(at)
  number = np.unique(place, return_inverse=True)[1].reshape(-1)
  return dataclasses.replace(units, parents=jnp.asarray(number, jnp.int32))


def _slice_counts(real, extent, axis):
  """[N, R] voxels of each slice across an axis; 0 of one that is not there."""
  there = np.arange(extent[axis]) < real[:, axis, None]
  return there * (real.prod(1) // real[:, axis])[:, None]


def _made(partition: Partition, counts, regions=None) -> Made:
  """Units of voxel counts [N, R]: those that have a voxel."""
  item, region = np.nonzero(counts)
  units = Units(
    jnp.asarray(item, jnp.int32),
    jnp.asarray(region, jnp.int32),
    jnp.ones(len(item), jnp.float32),
  )
  made = UnitSet(partition, units, len(counts))
  return Made(made, regions, counts[item, region])


def unit_name(
  case: str, partition: Partition, region: int, extent: Sequence[int]
) -> str:
  """How a unit is called in tables: case:axis0:17, case:box:z,y,x+d,h,w.

  Args:
    case: of the item.
    partition: of the units.
    region: which part.
    extent: of the array that holds all items; a box is told as it was asked
      for, what lies beyond its item has no voxels.
  """
  if isinstance(partition, Whole):
    return case
  if isinstance(partition, Slices):
    return f"{case}:axis{partition.axis}:{region}"
  if isinstance(partition, Planes):
    axis, at = plane_of(extent, region)
    return f"{case}:axis{axis}:{at}"
  if isinstance(partition, Boxes):
    start = _start_of(partition, extent, region)
    return (
      f"{case}:box:{','.join(map(str, start))}+"
      f"{','.join(map(str, partition.extent))}"
    )
  return f"{case}:region:{region}"


def _start_of(boxes, extent, region):
  """Where one box begins, on the host."""
  counts = [len(s) for s in starts_of(boxes, extent)]
  places = np.unravel_index(region, counts)
  return [int(p) * s for p, s in zip(places, boxes.stride, strict=True)]
