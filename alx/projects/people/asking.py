"""Whom to ask: the junior reader first, the senior where it pays."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks

LEVELS = ("junior", "senior")


class Prices(NamedTuple):
  """What one label costs, in any unit, > 0."""

  junior: float
  senior: float


class Route(NamedTuple):
  """One threshold and what it came to on cases with both labels."""

  threshold: float  # scores above it go to the senior
  senior: float  # share of the cases
  cost: float  # mean of a case
  right: float  # share of the labels that are right, or their mean quality


def route(
  scores: np.ndarray,
  threshold: float,
  disagreement: np.ndarray | None = None,
  limit: float | None = None,
) -> np.ndarray:
  """[n] bool, which cases a senior is asked for.

  Those whose score is above a threshold are the senior's at once; of the
  others those over which juniors, or a junior and the draft, disagree.

  Args:
    scores: [n] how hard a case looks, such as an uncertainty; NaN: the
      senior's.
    threshold: of the scores; infinite: none is too hard.
    disagreement: [n] such as 1 - Dice; NaN: not known, no reason.
    limit: of the disagreement; only with it.

  Raises:
    ValueError: for one of disagreement and limit alone, or other shapes.
  """
  scores = np.asarray(scores, np.float64)
  if (disagreement is None) != (limit is None):
    raise ValueError(
      "route: wanted disagreement and its limit, found one alone"
    )
  hard = ~(scores <= threshold)
  if disagreement is None:
    return hard
  apart = np.asarray(disagreement, np.float64)
  if apart.shape != scores.shape:
    raise ValueError(
      f"route: wanted disagreement of shape {scores.shape}, found {apart.shape}"
    )
  return hard | (apart > limit)


def cost_of(
  to_senior: np.ndarray,
  prices: Prices,
  asked_junior: np.ndarray | None = None,
) -> float:
  """Mean cost of a case.

  Args:
    to_senior: [n] bool.
    prices: of a label.
    asked_junior: [n] bool, of which a junior was asked first; None: of those
      that did not go to the senior.
  """
  _refuse_prices(prices)
  to_senior = np.asarray(to_senior, bool)
  first = ~to_senior if asked_junior is None else np.asarray(asked_junior, bool)
  return float((prices.senior * to_senior + prices.junior * first).mean())


def routes(
  scores: np.ndarray,
  junior: np.ndarray,
  senior: np.ndarray,
  prices: Prices,
) -> list[Route]:
  """Every threshold that makes a difference, from all senior to all junior.

  Args:
    scores: [n] how hard a case looks, without NaN.
    junior, senior: [n] in [0, 1], the quality of each one's label, such as
      right or wrong, or a Dice; of cases that both have labelled.
    prices: of a label.

  Raises:
    ValueError: for other shapes, NaN, no case, or prices that are not > 0.
  """
  _refuse_prices(prices)
  scores = checks.axes(scores, "cases")
  junior, senior = checks.pairs(junior, senior)
  if junior.shape != scores.shape or np.isnan([scores, junior, senior]).any():
    raise ValueError(
      f"routes: wanted {len(scores)} known qualities of each, found shape "
      f"{junior.shape} or NaN"
    )
  found = []
  for threshold in (-np.inf, *np.unique(scores)):
    hard = route(scores, threshold)
    found.append(
      Route(
        float(threshold),
        float(hard.mean()),
        cost_of(hard, prices),
        float(np.where(hard, senior, junior).mean()),
      )
    )
  return found


def cheapest(found: Sequence[Route], right: float) -> Route | None:
  """The cheapest that is right often enough; None: none is.

  Of equal costs the one that is right more often.
  """
  good = [x for x in found if x.right >= right]
  return min(good, key=lambda x: (x.cost, -x.right)) if good else None


def standing_reader(
  readers: Sequence[str], levels: Mapping[str, str]
) -> str | None:
  """Whose label stands: the one senior's, else the one junior's; None: nobody.

  Two seniors, or juniors without a senior, are for a vote or a reviewer.

  Args:
    readers: who have labelled a case.
    levels: of each reader.

  Raises:
    ValueError: for a reader without a level, or another level.
  """
  for name in readers:
    if levels.get(name) not in LEVELS:
      wanted = " or ".join(LEVELS)
      raise ValueError(
        f"{name}: wanted a level, {wanted}, found {levels.get(name)!r}"
      )
  for level in LEVELS[::-1]:
    own = [name for name in readers if levels[name] == level]
    if own:
      return own[0] if len(own) == 1 else None
  return None


def _refuse_prices(prices):
  if not all(0 < price < np.inf for price in prices):
    raise ValueError(f"prices: wanted numbers > 0, found {tuple(prices)}")
