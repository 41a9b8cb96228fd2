"""What may be asked for, items or units of them, and what was told of it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx.loop.unit_labels import (
  items_of,
  labelled_items,
  no_labels,
  write_units,
)
from alx.pool import labelled_of
from alx.units import UnitSet


def first_units(problem: Any, order: jax.Array, start: int) -> jax.Array:
  """[start] int32 of an order [U]: the first that do not overlap one before."""
  units = problem.units.set
  if units.start is None:
    return order[:start]
  begin, item = np.asarray(units.start), problem.units.item
  extent, kept = np.array(units.partition.extent), []
  for unit in np.asarray(order).tolist():
    same = [other for other in kept if item[other] == item[unit]]
    gaps = (np.abs(begin[other] - begin[unit]) < extent for other in same)
    if not any(gap.all() for gap in gaps):
      kept.append(unit)
    if len(kept) == start:
      break
  found = np.full(start, units.count, np.int32)
  found[: len(kept)] = kept
  return jnp.asarray(found)


def num_asked(problem: Any) -> int:
  """How many things of the pool may be asked for: its items, or their units."""
  if problem.units is None:
    return len(problem.split.pool)
  return problem.units.set.count


def set_of(problem: Any) -> UnitSet | None:
  """The units for a loop; None: whole items."""
  return problem.units and problem.units.set


def hidden_of(problem: Any, asked: jax.Array) -> jax.Array:
  """[j, *sp] or [j] labels that a reader has for what was asked."""
  if problem.units is None:
    return problem.labels[asked]
  return problem.labels[items_of(problem.units.set, asked)]


def begins_told(problem: Any) -> bool:
  """Whether label maps that arrived are the start, each voxel of them."""
  return problem.units is not None and problem.units.set.begun is not None


def known_of(problem: Any, pool: Any) -> jax.Array:
  """The labels that a pool has been told, beside those that it began with."""
  if begins_told(problem):
    return problem.labels  # nobody tells more than has arrived
  labels, order = problem.labels, pool.order
  if problem.units is None or problem.units.set.is_whole:
    return jnp.zeros_like(labels).at[order].set(labels[order], mode="drop")
  units = problem.units.set
  known = no_labels(units, jax.eval_shape(lambda: labels[0]))
  told = labelled_of(pool)
  for start in range(0, len(told), 64):
    some = jnp.asarray(told[start : start + 64])
    hidden = hidden_of(problem, some)
    known = write_units(known, units, problem.images, some, hidden)
  return known


def items_labelled(problem: Any, pool: Any) -> jax.Array:
  """[N] bool, items of which something is labelled."""
  if problem.units is None:
    return pool.labelled
  return labelled_items(pool, problem.units.set).labelled


def classes_shown(problem: Any, asked: int) -> list[int]:
  """The classes that the answer to one question shows."""
  dataset, pool, units = problem.dataset, problem.split.pool, problem.units
  if units is None:
    return np.unique(dataset.labels[pool[asked]]).tolist()
  label = units.within(asked, dataset.labels[pool[units.item[asked]]])
  found, counts = np.unique(label, return_counts=True)
  if not units.set.dominant:
    return found.tolist()
  counts = np.where(found < units.set.dominant, counts, -1)
  return [int(found[counts.argmax()])]


def name_of(problem: Any, asked: int) -> str:
  """What an item or unit that may be asked for is called in tables."""
  if problem.units is None:
    return problem.dataset.ids[problem.split.pool[asked]]
  return problem.units.name(asked)
