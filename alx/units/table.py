"""The units of a pool: in which item each is, which part of it, its cost."""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.units.partition import Partition, Whole


class Units(NamedTuple):
  """U units of N items."""

  item: jax.Array  # [U] int32, the image or volume a unit is in
  region: jax.Array  # [U] int32, which part of it, 0..R-1
  cost: jax.Array  # [U] float32, what a label is thought to cost


class Along(NamedTuple):
  """Where slices are; those of one volume and axis in a row, in order."""

  line: jax.Array  # [U] int32, equal for the slices across one axis of a volume
  place_mm: jax.Array  # [U] float32, along the axis


@dataclasses.dataclass(frozen=True, eq=False)
class UnitSet:
  """What one label is in a pool. Equal to itself alone, so that it is a key.

  Attributes:
    partition: of the items.
    units: the U that there are: those that hold a voxel of their item.
    num_items: N.
    start: [U, d] int32, where boxes that overlap begin; None: none overlap.
    begun: [n] int32, items of which voxels are labelled before any question;
      None: none are.
    spacing_mm: [N, d] of the items' voxels, 1 where it is not known; None: of
      none.
    along: where slices are; None: the units are none.
    parents: [U] int32 in [0, U), equal for the boxes in one slice; None: they
      are in no slice.
    dominant: C: a reader tells the class that most voxels of a unit have, and
      all get it; 0: the class of each voxel.
  """

  partition: Partition
  units: Units
  num_items: int
  start: jax.Array | None = None
  dominant: int = 0
  parents: jax.Array | None = None
  begun: jax.Array | None = None
  spacing_mm: jax.Array | None = None
  along: Along | None = None

  @property
  def count(self) -> int:
    """U."""
    return self.units.item.shape[0]

  @property
  def is_whole(self) -> bool:
    """Whether a unit is an item."""
    return isinstance(self.partition, Whole)


def whole_items(num_items: int) -> UnitSet:
  """The units of the simplest kind, at a cost of 1 each."""
  items = jnp.arange(num_items, dtype=jnp.int32)
  units = Units(items, jnp.zeros_like(items), jnp.ones(num_items))
  return UnitSet(Whole(), units, num_items)


def distance_mm(along: Along, labelled: jax.Array) -> jax.Array:
  """[U] mm from each slice to the nearest labelled one of its volume and axis.

  Where none is, the length of the slices together (`costs.distance_cost`).

  Args:
    along: where the slices are.
    labelled: [U] bool.
  """
  line, place = along
  at = jnp.arange(line.shape[0], dtype=jnp.int32)
  before = jax.lax.cummax(jnp.where(labelled, at, -1))
  behind = jax.lax.cummin(jnp.where(labelled, at, at.size), reverse=True)
  gaps = []
  for other in (before, behind):
    place_there = place.at[other].get(mode="clip")
    same = line.at[other].get(mode="clip") == line
    there = (other >= 0) & (other < at.size) & same
    gaps.append(jnp.where(there, jnp.abs(place_there - place), jnp.inf))
  nearest = jnp.minimum(*gaps)
  first = jax.ops.segment_min(place, line, at.size)
  last = jax.ops.segment_max(place, line, at.size)
  return jnp.where(jnp.isinf(nearest), (last - first)[line], nearest)
