"""The units of a pool, from what a text says and the extents of the items."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from alx.units.maps import Maps, in_one, sizes_of
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
  regions: np.ndarray | Maps | None  # [N, *extent] int32, -1: no region; or
  #                                    maps [*sp] that are nowhere kept
  voxels: np.ndarray  # [U] int64, real voxels of each unit


def make_units(
  spec: Spec,
  images: Sequence[np.ndarray],
  spacings: Spacings,
  extent: Sequence[int],
  segment: Callable = superpixels,
  in_memory: bool = True,
  directions: bool | None = None,
) -> Made:
  """All units of N items.

  Args:
    spec: what one label is.
    images: N arrays [*sp, channels]; with their `shapes`, where they have to be
      read: only superpixels look at them.
    spacings: of the items, mm, or None.
    extent: of the array that holds all items.
    segment: what makes superpixels, as `slic.superpixels`.
    in_memory: keep the maps of regions; else each is made when asked for.
    directions: whether the axes are known to be RAS+; None: not asked.

  Raises:
    ValueError: in one line, where the items cannot have such units.
  """
  shapes = getattr(images, "shapes", None) or [x.shape for x in images]
  real = np.array([shape[:-1] for shape in shapes], np.int64)
  if spec.kind == "whole":
    made = whole_items(len(images))
    return Made(made, None, real.prod(1))
  if directions is False and spec.axis in ANATOMY:
    raise _no_directions(spec, "items whose axes may run anywhere")
  if spec.kind == "superpixels":
    make = partial(_superpixels, spec, images, spacings, segment)
  else:
    partition = _partition(spec, len(extent), spacings)
    if partition is not None:
      return _of_grid(partition, real, extent)
    make = partial(_box_map, spec, real, spacings)
  return _of_maps(Maps(make, len(images)), extent, in_memory)


def _superpixels(spec, images, spacings, segment, i):
  how = {"compactness": spec.compactness}
  return segment(images[i], spec.count, spacings[i], **how)


def _partition(spec, dims, spacings):
  """Of slices or boxes; None: boxes that are other ones in other items."""
  if spec.axis == EVERY:
    return _planes(spec, dims)
  if spec.kind == "slices":
    return Slices(axis_of(spec, dims, spacings))
  boxes = [
    boxes_of(spec, dims, s) for s in dict.fromkeys(map(_as_tuple, spacings))
  ]
  if len(set(boxes)) == 1:
    return boxes[0]
  if any(box.overlap for box in boxes):
    raise ValueError(
      f"unit {spec.text}: boxes in mm that overlap want one spacing in all "
      "items; give extent and stride in voxels"
    )
  return None


def _planes(spec, dims):
  if dims != 3:
    raise _no_slices(spec, dims)
  return Planes()


def _no_slices(spec, dims):
  return ValueError(
    f"unit {spec.text} wants volumes of 3 axes, found items of {dims}; for "
    "pictures there are boxes and superpixels"
  )


def _no_directions(spec, found):
  return ValueError(
    f"unit {spec.text} wants volumes that know their directions (NIfTI with an "
    f"affine), found {found}; give the axis by number"
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
      raise _no_directions(spec, "items without a spacing")
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


def _box_map(spec, real, spacings, i):
  """[*sp] int32, the number of the box of each voxel of an item."""
  extent = tuple(real[i].tolist())
  boxes = boxes_of(spec, len(extent), _as_tuple(spacings[i]))
  counts = [len(s) for s in starts_of(boxes, extent)]
  place = np.indices(extent)
  cells = [p // s for p, s in zip(place, boxes.stride, strict=True)]
  return np.ravel_multi_index(tuple(cells), counts).astype(np.int32)


def _of_maps(maps, extent, in_memory):
  maps = list(maps) if in_memory else maps
  counts = sizes_of(maps)
  partition = Stored(counts.shape[1], int(counts.max()))
  return _made(partition, counts, in_one(maps, extent) if in_memory else maps)


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


def case_of(name: str, kind: str) -> str:
  """The case in a name that `unit_name` gave to a unit of a kind of `Spec`."""
  return name if kind == "whole" else name.rsplit(":", 2)[0]


def _start_of(boxes, extent, region):
  """Where one box begins, on the host."""
  counts = [len(s) for s in starts_of(boxes, extent)]
  places = np.unravel_index(region, counts)
  return [int(p) * s for p, s in zip(places, boxes.stride, strict=True)]
