"""A table of the user's: what the label of each unit costs."""

import hashlib
import math
import pathlib
from typing import Any, NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.tables.tables import check_once, place_of, read_table, shortened

_UNIT, _COST = ("unit", "id"), ("cost",)  # columns; id is that of picks.csv


class Priced(NamedTuple):
  """What is told of the U units of a pool."""

  file: pathlib.Path
  costs: np.ndarray  # [U] float64 >= 0, or NaN
  shared: np.ndarray  # [U] bool, by the share of what the item costs

  def of(self, some: np.ndarray) -> "Priced":
    """The same of some units."""
    return Priced(self.file, self.costs[some], self.shared[some])

  @property
  def digest(self) -> str:
    """SHA-256 of the costs: other costs, other digest."""
    return hashlib.sha256(self.costs.tobytes()).hexdigest()


def read(file: pathlib.Path, units: Any) -> Priced:
  """The costs of the units of a pool, from a table of unit and cost.

  A row names a unit as picks.csv does, or an item, whose cost is that of the
  whole of it: each of its units has a share by its voxels. A unit that has a
  row of its own costs what that says. Items that are held out may be there.

  Args:
    file: CSV with the columns unit (or id) and cost.
    units: a `PoolUnits`, all that there are.

  Raises:
    DataError: a table or a cost that is none, a name that is unknown or there
      twice.

  Returns:
    Costs, NaN of a unit that has none, see `check`.
  """
  told = _rows(file)
  names = [units.name(unit) for unit in range(units.set.count)]
  _check_names(file, told, {*names, *units.cases}, units)
  costs = np.array([told.get(name, math.nan) for name in names])
  shared = np.isnan(costs)
  of_item = np.array([told.get(case, math.nan) for case in units.cases])
  costs = np.where(shared, of_item[units.item] * units.shares(), costs)
  return Priced(file, costs, shared)


def check(units: Any) -> None:
  """Raises DataError for a unit without a cost, or costs that are all 0.

  Args:
    units: a `PoolUnits`, those that may be asked for.
  """
  file, costs, _ = units.priced
  lacking = np.flatnonzero(np.isnan(costs))
  if lacking.size:
    raise bad_input(
      file,
      "a cost of each unit, or of its item",
      f"none of {units.name(lacking[0])}, {lacking.size} of {costs.size} lack "
      "one",
    )
  if not costs.any():
    raise bad_input(file, "a cost above 0", f"0 for all {costs.size} units")


def lines(problem: Any) -> list[str]:
  """What a run ought to say of costs that are shares of those of items."""
  units = problem.units
  found = units and units.priced
  if not found or not found.shared.any() or units.set.is_whole:
    return []
  return [
    f"{found.file.name}: {int(found.shared.sum())} of {len(found.costs)} units "
    "cost their share, by voxels, of what their item costs"
  ]


def _rows(file):
  """{name: cost} of a table."""
  table = read_table(file)
  check_once(table, (*_UNIT, *_COST))
  at, of = (_column(table.header, names) for names in (_UNIT, _COST))
  if at is None or of is None:
    wanted = "the columns unit and cost"
    raise bad_input(file, wanted, shortened(table.header) or "no header")
  told = {}
  for line, cells in table.rows:
    place = f"{file}, line {line}"
    if len(cells) > len(table.header) and any(cells[len(table.header) :]):
      wanted = f"{len(table.header)} cells, those with commas in quotes"
      raise bad_input(place, wanted, len(cells))
    if len(cells) <= max(at, of) or not cells[at]:
      raise bad_input(place, "a unit and its cost", ", ".join(cells))
    if cells[at] in told:
      raise bad_input(place, "each unit once", f"{cells[at]} again")
    told[cells[at]] = _number(place, cells[of])
  return told


def _column(header, names):
  found = (place_of(header, name) for name in names)
  return next((place for place in found if place is not None), None)


def _number(place, text):
  try:
    value = float(text)
  except ValueError:
    value = math.nan
  if not math.isfinite(value) or value < 0:
    raise bad_input(place, "a cost, a number from 0 on", repr(text))
  return value


def _check_names(file, told, known, units):
  """Raises for the first name that is neither in the pool nor held out."""
  elsewhere = _elsewhere(units)
  for name in told:
    if name not in known and not _beginnings(name) & elsewhere:
      raise bad_input(
        file,
        f"names of units such as {units.name(0)}, or of items",
        f"{name}, which is none of them",
      )


def _beginnings(name):
  """The name of a unit, and of all that it may be a part of."""
  parts = name.split(":")
  return {":".join(parts[: end + 1]) for end in range(len(parts))}


def _elsewhere(units):
  """Names of the items that are held out or left out."""
  lines = units.dataset.left_out
  files = {pathlib.Path(line.partition(": ")[0]).name for line in lines}
  left_out = {file.partition(".")[0] for file in files} | files
  return left_out | units.others
