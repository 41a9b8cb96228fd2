"""What it takes to reach a Dice, and whose saving that is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.effort import Factors, factors_of
from experiments.nocode.plan import NONE, RANDOM, Row
from experiments.nocode.results import Range, mean_dice

_DRAWS = 2000


class Factorial(NamedTuple):
  """Of one data set, or of all together."""

  data: str
  reader: str
  draft: str  # against none
  selection: str  # against random
  measure: str  # "contour" or "seconds"
  until: str  # what ends a loop: a Dice, or the labels
  repeats: int
  censored: int  # cells that did not reach the target
  factors: tuple[Factors, ...]  # by price list; costs as a share of the first


def until_of(share: float | None) -> str:
  """How the end of a loop is printed."""
  return "the same labels" if share is None else f"{share:g} of the Dice"


def factor_range(one: Factorial, name: str) -> Range:
  """A field of `Factors` over price lists, in %."""
  times = 1.0 if name.endswith("_share") else 100.0  # a share is one already
  found = np.array([getattr(f, name)[:3] for f in one.factors]) * times
  value, low, high = found.T
  return Range(
    float(value.min()), float(value.max()), float(low.min()), float(high.max())
  )


def curve_of(record: Mapping) -> list[float]:
  """The Dice of each round, mean of structures, of the record of a row."""
  return [mean_dice(told) for told in record["rounds"]]


def reached(
  dice: Sequence[float], target: float, costs: Sequence[float]
) -> tuple[float, bool]:
  """(cost until the Dice is reached, whether it was).

  Between two rounds the cost is interpolated; an arm that never reaches the
  target is charged all it spent, a lower bound.

  Args:
    dice: of each round.
    target: Dice.
    costs: of each round.
  """
  spent = np.cumsum(costs)
  for number, now in enumerate(dice):
    if now >= target:
      if number == 0:
        return float(spent[0]), True
      before = dice[number - 1]
      share = (target - before) / (now - before) if before < target else 1.0
      step = spent[number] - spent[number - 1]
      return float(spent[number - 1] + share * step), True
  return float(spent[-1]), False


def dice_at(
  dice: Sequence[float], budget: float, costs: Sequence[float]
) -> float:
  """The Dice when so much was spent, between two rounds interpolated.

  Args:
    dice: of each round.
    budget: at least the cost of the start.
    costs: of each round.
  """
  return float(np.interp(budget, np.cumsum(costs), dice))


def at_equal_work(
  found: Mapping[Row, dict], costs: Mapping[Row, np.ndarray]
) -> dict[Row, stats.Interval]:
  """The Dice of each arm at the least that an arm of its seed spent in all.

  Args:
    found: records of one data set.
    costs: [rounds, 1] of each record, costs of each round.

  Returns:
    By the row of seed 0, over seeds.
  """
  spent, values = {}, {}
  for row in found:
    key = row.reader, row.seed
    total = float(costs[row].sum())
    spent[key] = min(total, spent.get(key, total))
  for row, record in found.items():
    least = spent[row.reader, row.seed]
    value = dice_at(curve_of(record), least, costs[row][:, 0])
    values.setdefault(row._replace(seed=0), []).append(value)
  return {row: stats.mean_interval(np.array(v)) for row, v in values.items()}


def factorial(
  found: Mapping[Row, dict],
  cells: tuple[str, str, str, str],
  share: float | None,
  measure: str,
  costs: Mapping[Row, np.ndarray | None],
) -> Factorial | None:
  """Shares of the saving for one draft and one selection.

  The target of a data set and seed is `share` of the Dice that no draft and
  random items end with. Costs are divided by what those need to reach it.

  Args:
    found: records of all rows.
    cells: data or "" for all, reader, draft, selection.
    share: in (0, 1]; None: until all loops have the same labels.
    measure: how the costs are called.
    costs: [rounds, P] of each record, costs of each round; None: not known.

  Returns:
    None without a whole repeat, or where costs are not known.
  """
  data, reader, draft, selection = cells
  rows, groups, censored = [], [], 0
  for row in found:
    if row.arm != (NONE, RANDOM) or row.reader != reader:
      continue
    if data and row.data != data:
      continue
    made = _repeat(found, row, draft, selection, share, costs)
    if made is None:
      continue
    rows.append(made[0])
    groups.append((row.data, row.seed))
    censored += made[1]
  if not rows:
    return None
  whole = np.array(rows)  # [n, 2, 2, P]
  shares = whole / whole[:, :1, :1]
  names = [f"{d} {seed}" for d, seed in groups]
  factors = tuple(
    factors_of(shares[..., p], names, num_draws=_DRAWS)
    for p in range(shares.shape[-1])
  )
  return Factorial(
    data or "all",
    reader,
    draft,
    selection,
    measure,
    until_of(share),
    len(rows),
    censored,
    factors,
  )


def _repeat(found, row, draft, selection, share, costs):
  """([2, 2, P] costs, censored cells) of one seed, or None."""
  last = mean_dice(found[row]["rounds"][-1])
  target = np.inf if share is None else share * last
  cells, censored = [], 0
  for d in (NONE, draft):
    for s in (RANDOM, selection):
      cell = row._replace(draft=d, selection=s)
      if cell not in found or costs[cell] is None or np.isnan(last):
        return None
      dice, by_price = curve_of(found[cell]), costs[cell].T
      ends = [reached(dice, target, column) for column in by_price]
      cells.append([cost for cost, _ in ends])
      censored += share is not None and not ends[0][1]
  cells = np.array(cells).reshape(2, 2, -1)
  if not (cells[0, 0] > 0).all():
    return None
  return cells, censored
