"""What one label is in a run: the units of its pool, their names and costs."""

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import data
from alx.label_maps import UNLABELLED
from alx.loop.unit_labels import (
  items_of,
  labelled_items,
  no_labels,
  write_units,
)
from alx.runs.settings.arms import needs_of
from alx.runs.settings.config import Config
from alx.units import Slices, UnitSet, region_mask
from alx.units.budget import AFTERWARDS, most_units, parse_budget, within
from alx.units.costs import traced_mm
from alx.units.make import Made, make_units, unit_name
from alx.units.spec import parse_unit

SPENT = (
  *("units", "items", "voxels", "slices", "foreground_voxels"),
  *("boundary_mm", "label_accuracy", "cost"),
)


class Told(NamedTuple):
  """What the answer of one unit is."""

  foreground: int  # voxels
  traced_mm: float
  labelled: int  # voxels
  commonest: int  # voxels of the class that most have


class PoolUnits:
  """The units of a pool with what is told of them."""

  def __init__(
    self, made: Made, dataset: data.Dataset, pool: Sequence[int], extent: tuple
  ):
    """Takes the units of the items `pool` of a data set."""
    self.set: UnitSet = made.units
    self.regions = made.regions
    self.voxels = made.voxels
    self._dataset, self._pool, self._extent = dataset, list(pool), extent
    self.item = np.asarray(made.units.units.item)
    self.region = np.asarray(made.units.units.region)
    self._told: dict[int, Told] = {}

  @property
  def axis(self) -> int:
    """The axis whose slices are traced."""
    partition = self.set.partition
    return partition.axis if isinstance(partition, Slices) else -1

  def name(self, unit: int) -> str:
    """What a unit is called in tables."""
    item, region = self.item[unit], self.region[unit]
    case = self._dataset.ids[self._pool[item]]
    return unit_name(case, self.set.partition, int(region), self._extent)

  def mask(self, unit: int) -> np.ndarray:
    """[*sp] bool, the voxels of a unit in its item as it is."""
    item = self._pool[self.item[unit]]
    cut = tuple(slice(n) for n in self._dataset.labels[item].shape)
    if self.regions is not None:
      return self.regions[self.item[unit]][cut] == self.region[unit]
    region = jnp.int32(self.region[unit])
    mask = _region_mask(self.set.partition, self._extent, region)
    return np.asarray(mask)[cut]

  def slices(self) -> np.ndarray:
    """[U] float64, slices across the axis that would hold as many voxels."""
    extents = [self._dataset.labels[i].shape for i in self._pool]
    a_slice = np.array([np.prod(e) / e[self.axis] for e in extents])
    if len(extents[0]) == 2:
      a_slice = np.array([np.prod(e) for e in extents])
    return self.voxels / a_slice[self.item]

  def known_costs(self, kind: str) -> np.ndarray:
    """[U] costs that do not depend on labels."""
    if kind == "slices":
      return self.slices()
    if kind == "voxels":
      return self.voxels.astype(np.float64)
    return np.ones(self.set.count)

  def costs(
    self, kind: str, config: Config, some: np.ndarray | None = None
  ) -> np.ndarray:
    """Costs of some units, or of all; without what opening an item takes."""
    some = np.arange(self.set.count) if some is None else some
    if kind not in AFTERWARDS:
      return self.known_costs(kind)[some]
    traced = np.array([self.told(int(u)).traced_mm for u in some])
    if kind == "boundary_mm":
      return traced
    _, of_unit, of_mm = config.seconds
    return of_unit + of_mm * traced

  def opening(
    self, config: Config, asked: np.ndarray, opened: np.ndarray
  ) -> np.ndarray:
    """[k] seconds to open the item of each unit, where it was not before."""
    seen, found = set(self.item[opened].tolist()), []
    for item in self.item[asked].tolist():
      found.append(0.0 if item in seen else config.seconds[0])
      seen.add(item)
    return np.array(found)

  def told(self, unit: int) -> Told:
    """What the answer of a unit is, counted once."""
    if unit not in self._told:
      self._told[unit] = self._count(unit)
    return self._told[unit]

  def _count(self, unit):
    item = self._pool[self.item[unit]]
    inside, labels = self.mask(unit), self._dataset.labels[item]
    inside = inside & (labels != UNLABELLED)
    found = labels[inside]
    if not found.size:
      return Told(0, 0.0, 0, 0)
    kept = np.where(inside, labels, 0)
    box = tuple(
      slice(int(at.min()), int(at.max()) + 1) for at in np.nonzero(inside)
    )
    length = traced_mm(
      kept[box], self.axis % labels.ndim, self._dataset.spacing_mm[item]
    )
    commonest = int(np.bincount(found).max())
    return Told(int((found > 0).sum()), length, len(found), commonest)


_region_mask = jax.jit(region_mask, static_argnums=(0, 1))


def make(
  config: Config,
  dataset: data.Dataset,
  pool: Sequence[int],
  extent: Sequence[int],
) -> PoolUnits | None:
  """The units that the settings name; None: whole items.

  Args:
    config: resolved.
    dataset: with the items.
    pool: which of them are in the pool.
    extent: of the array that holds them.

  Raises:
    ValueError: if the items have no such units.
  """
  spec, budget = parse_unit(config.unit), parse_budget(config.budget)
  if spec.kind == "whole" and budget is None:
    return None
  if dataset.task != "segmentation":
    raise ValueError(
      f"unit {config.unit} wants a segmentation: a class is of a whole image"
    )
  images = [dataset.images[i] for i in pool]
  spacings = [dataset.spacing_mm[i] for i in pool]
  made = make_units(spec, images, spacings, tuple(extent))
  units = PoolUnits(made, dataset, pool, tuple(extent))
  classes = len(dataset.class_names) if config.answer == "dominant" else 0
  table = made.units.units
  if budget and budget.is_known_before:
    cost = jnp.asarray(units.known_costs(budget.kind), jnp.float32)
    table = table._replace(cost=cost)
  units.set = dataclasses.replace(made.units, units=table, dominant=classes)
  return units


def sized(config: Config, problem: Any) -> Config:
  """Settings with room for what a budget buys; without one as they are.

  Raises:
    ValueError: if the pool has not as much for all the rounds, or a budget
      buys nothing.
  """
  budget, units = parse_budget(config.budget), problem.units
  if budget is None:
    return config
  costs = units.costs(budget.kind, config)
  total, wanted = costs.sum(), budget.amount * (config.rounds + 1)
  if wanted > total * (1 + 1e-9):
    raise ValueError(
      f"budget={config.budget} in {config.rounds + 1} rounds wants {wanted:g}, "
      f"but all labels of the pool are {total:g} {budget.kind}"
    )
  if costs.max() > budget.amount:
    name = units.name(int(costs.argmax()))
    raise ValueError(
      f"budget={config.budget} is less than {name} costs, which is "
      f"{costs.max():.6g} {budget.kind}; wanted at least that, or a smaller "
      "unit"
    )
  room = most_units(costs, budget.amount)
  return dataclasses.replace(config, start=room, query=room)


def affordable(problem: Any, config: Config, items: Any, pool: Any):
  """What of a list a reader does for the budget, in order; N elsewhere.

  Args:
    problem: with the units.
    config: with the budget; without one the list itself.
    items: [k] int32 what is asked for.
    pool: before; items of it that were opened cost nothing to open.
  """
  budget, units = parse_budget(config.budget), problem.units
  if budget is None:
    return items
  listed = np.asarray(items)
  real = np.flatnonzero(listed < units.set.count)
  costs = units.costs(budget.kind, config, listed[real])
  if budget.kind == "seconds":
    opened = np.asarray(pool.order)[: int(pool.count)]
    costs = costs + units.opening(config, listed[real], opened)
  done = within(costs, budget.amount, budget.is_known_before)
  if real.size:
    done[0] = True
  kept = np.full(len(listed), units.set.count, np.int32)
  kept[: done.sum()] = listed[real[done]]
  return jnp.asarray(kept)


def check_acquisition(config: Config, name: str) -> None:
  """Raises ValueError for what wants a budget, or neighbours of voxels."""
  if "costs" in needs_of([name]) and not config.budget:
    raise ValueError(
      f"acquisition {name} wants a budget, such as budget=slices:40"
    )
  if "costs" in needs_of([name]) and config.budget.startswith(AFTERWARDS):
    raise ValueError(
      f"acquisition {name} wants costs that are known before the labels are: "
      f"a budget in units, voxels or slices, found {config.budget}"
    )
  if not config.unit.startswith("superpixels"):
    return
  for word in ("reduce=boundary", "window="):
    if word in name:
      raise ValueError(
        f"acquisition {name}: {word.strip('=')} looks at neighbours, which "
        f"voxels of {config.unit} do not have; wanted boxes or slices"
      )


def all_labels(problem: Any, config: Config) -> int:
  """What the column `labels` of a curve says of the whole pool."""
  budget = parse_budget(config.budget)
  if problem.units is None or budget is None:
    return num_asked(problem)
  return round(float(problem.units.costs(budget.kind, config).sum()))


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


def known_of(problem: Any, pool: Any) -> jax.Array:
  """The labels that a pool has been told."""
  labels, order = problem.labels, pool.order
  if problem.units is None or problem.units.set.is_whole:
    return jnp.zeros_like(labels).at[order].set(labels[order], mode="drop")
  units = problem.units.set
  known = no_labels(units, jax.eval_shape(lambda: labels[0]))
  told = np.asarray(order)[: int(pool.count)]
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


def name_of(problem: Any, asked: int) -> str:
  """What an item or unit that may be asked for is called in tables."""
  if problem.units is None:
    return problem.dataset.ids[problem.split.pool[asked]]
  return problem.units.name(asked)


def spent_row(problem: Any, config: Config, pool: Any) -> dict:
  """What the labels of a pool amount to: a row of spent.csv; {} of items."""
  units = problem.units
  if units is None:
    return {}
  told = np.asarray(pool.order)[: int(pool.count)]
  dominant = config.answer == "dominant"
  each = [units.told(int(u)) for u in told]
  right = sum(x.commonest if dominant else x.labelled for x in each)
  voxels = units.voxels[told]
  budget = parse_budget(config.budget)
  cost = np.zeros(0)
  if budget:
    cost = units.costs(budget.kind, config, told)
    if budget.kind == "seconds":
      cost = cost + units.opening(config, told, told[:0])
  values = (
    len(told),
    len(np.unique(units.item[told])),
    int(voxels.sum()),
    f"{units.slices()[told].sum():.9g}",
    sum(x.foreground for x in each),
    f"{np.array([x.traced_mm for x in each]).sum():.9g}",
    f"{right / max(voxels.sum(), 1):.9g}",
    f"{cost.sum():.9g}" if budget else "",
  )
  return dict(zip(SPENT, values, strict=True))
