"""Outlines in predicted label maps: what a reader would trace in each region.

The lengths of `costs.traced_mm`, for all regions of a block in one pass.
Memory is that of the items.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from alx.prediction import Prediction
from alx.units.partition import (
  Boxes,
  Partition,
  Planes,
  Slices,
  Stored,
  num_regions,
  starts_of,
)
from alx.units.table import UnitSet
from alx.units.view import describe_regions

LEAST_MM = 1.0  # a reader looks at what shows nothing, too

_CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))  # of a cell of four voxels


class Traced(NamedTuple):
  """A description with the outlines that are predicted beside it."""

  description: Any  # of the acquisition
  traced_mm: jax.Array  # [B, R] of regions, or [U] of units


def predicted_mm(
  prediction: Prediction,
  units: UnitSet,
  items: jax.Array,
  regions: jax.Array | None = None,
) -> jax.Array:
  """[B, R] mm of the outlines in the likeliest classes; [B] of whole items.

  Args:
    prediction: of B items, a segmentation.
    units: with the spacing of all items.
    items: [B] int32, their numbers.
    regions: [B, *sp] int32, if the partition is stored.
  """
  likeliest = prediction.probs.mean(0).argmax(-1).astype(jnp.int32)
  classes = jnp.where(prediction.mask, likeliest, 0)
  found = traced_in_regions(
    units.partition, classes, units.spacing_mm[items], regions
  )
  return found[:, 0] if units.is_whole else found


def predicted_costs(
  traced_mm: jax.Array, opened: jax.Array, seconds: Sequence[float]
) -> jax.Array:
  """[U] what each unit is thought to cost.

  At least 1 mm is charged for (Atzeni et al. 2022), or what shows nothing
  would be free. An item of which nothing is labelled has to be opened.

  Args:
    traced_mm: [U] predicted.
    opened: [U] bool, something of its item is labelled.
    seconds: of an item that is opened, a unit of it and a mm traced.
  """
  of_item, of_unit, of_mm = seconds
  costs = of_unit + of_mm * jnp.maximum(traced_mm, LEAST_MM)
  return costs + jnp.where(opened, 0.0, of_item)


def traced_in_regions(
  partition: Partition,
  classes: jax.Array,
  spacing_mm: jax.Array,
  regions: jax.Array | None = None,
) -> jax.Array:
  """[B, R] length of the outlines that each region holds, mm.

  Each class on its own, closed along the edge of its region; on the slices
  that the units are, or across the last axis.

  Args:
    partition: of the items.
    classes: [B, *sp] int, 0 is background.
    spacing_mm: [B, d], of a voxel.
    regions: [B, *sp] int32, stored maps, if the partition is stored.
  """
  extent = classes.shape[1:]
  if isinstance(partition, Planes):
    each = map(Slices, range(len(extent)))
    found = [traced_in_regions(s, classes, spacing_mm) for s in each]
    return jnp.concatenate(found, 1)
  if isinstance(partition, Boxes) and partition.overlap:
    return _of_overlapping(partition, classes, spacing_mm)
  axis = partition.axis if isinstance(partition, Slices) else len(extent) - 1
  count = num_regions(partition, extent)
  numbers = _numbers(partition, classes.shape, regions)
  there = (classes > 0) & (numbers >= 0) & (numbers < count)
  most = jnp.maximum(classes.max(), 0) + 1
  ids = jnp.where(there, numbers * most + classes, -1)
  lengths = _lengths(ids, _plane(len(extent), axis), spacing_mm)
  place = jnp.where(there, numbers, count).reshape(len(classes), -1)
  sums = jax.vmap(lambda at, x: jnp.zeros(count).at[at].add(x, mode="drop"))
  return sums(place, lengths.reshape(len(classes), -1))


def _plane(dims: int, axis: int) -> list[int]:
  """The two axes that outlines run along, behind the one of items."""
  if dims == 2:
    return [1, 2]
  return [1 + other for other in range(dims) if other != axis]


def _numbers(partition, shape, regions):
  """[B, *sp] int32, the region of each voxel, where none overlap."""
  if isinstance(partition, Stored):
    return regions
  extent = shape[1:]
  if isinstance(partition, Slices):
    number = jax.lax.broadcasted_iota(jnp.int32, extent, partition.axis)
  elif isinstance(partition, Boxes):
    number = jnp.zeros(extent, jnp.int32)
    for axis, starts in enumerate(starts_of(partition, extent)):
      at = jax.lax.broadcasted_iota(jnp.int32, extent, axis)
      number = number * len(starts) + at // partition.stride[axis]
  else:
    number = jnp.zeros(extent, jnp.int32)
  return jnp.broadcast_to(number, shape)


def _lengths(ids: jax.Array, plane: Sequence[int], spacing_mm):
  """[B, *sp] the part of the outlines that each voxel is charged with.

  Marching squares at half height. What a cell of four voxels holds of one
  outline is divided among the voxels that are inside of it.

  Args:
    ids: [B, *sp] int32, equal inside of one outline; -1: outside of all.
    plane: axes of the cells.
    spacing_mm: [B, d].
  """
  down, right = (
    spacing_mm[:, axis - 1].reshape(-1, *[1] * (ids.ndim - 1)) for axis in plane
  )
  corner = jnp.hypot(down, right) / 2
  padded = jnp.pad(
    ids, [(int(a in plane),) * 2 for a in range(ids.ndim)], constant_values=-1
  )
  cells = [ids.shape[axis] + 1 for axis in plane]
  at = {c: _cut(padded, plane, c, cells) for c in _CORNERS}
  total = jnp.zeros(ids.shape, jnp.float32)
  for own in _CORNERS:
    beside = at[own[0], 1 - own[1]] == at[own]
    above = at[1 - own[0], own[1]] == at[own]
    across = at[1 - own[0], 1 - own[1]] == at[own]
    inside = 1 + beside.astype(jnp.int32) + above + across
    two = jnp.where(beside, right, jnp.where(above, down, 2 * corner))
    length = jnp.where(inside == 2, two, corner) / inside
    length = jnp.where((inside < 4) & (at[own] >= 0), length, 0.0)
    start = [1 - place for place in own]
    total += _cut(length, plane, start, [ids.shape[axis] for axis in plane])
  return total


def _cut(x, plane, starts, sizes):
  for axis, start, size in zip(plane, starts, sizes, strict=True):
    x = jax.lax.slice_in_dim(x, start, start + size, axis=axis)
  return x


def _of_overlapping(boxes, classes, spacing_mm):
  """Boxes that overlap: one of each item at a time."""
  plane = _plane(classes.ndim - 1, classes.ndim - 2)

  def of_box(keys, seen):
    del keys
    ids = jnp.where(seen.mask, seen.evidence[..., 0], 0.0).astype(jnp.int32)
    lengths = _lengths(jnp.where(ids > 0, ids, -1), plane, spacing_mm)
    return lengths.reshape(len(ids), -1).sum(1)

  values = classes[..., None].astype(jnp.float32)
  seen = Prediction(None, None, jnp.ones(classes.shape, bool), evidence=values)
  keys = jax.random.split(jax.random.key(0), len(classes))
  return describe_regions(of_box, boxes, keys, seen)
