"""Metrics that no method raises, and so hardly tell one from another."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.metrics.summaries.measures import measure_of
from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import Arm

NEAR = 0.01  # of the best, and of each other
_FAR = 0.05  # what another has to gain; of the most that there can be
_EARLY = 2  # rounds
_USUAL = "balanced_accuracy"  # what is looked at first, where it rises


class Rise(NamedTuple):
  """How far a score goes, over all methods."""

  column: str
  first: float  # the best mean of the first rounds
  best: float  # the best mean of all
  apart: float  # the last means, the best from the worst
  middle: float = 0.0  # the median of the last means


def rises(found: Sequence[tuple[str, Sequence[Arm]]]) -> list[Rise]:
  """Of (column, arms), those between 0 and 1 of all classes of which more is
  better, with three rounds or more."""
  kept = []
  for column, arms in found:
    measure = measure_of(column)
    if measure is None or measure.kind != column or measure.better < 0:
      continue
    means = [numbers.band(arm.scores).mean for arm in arms]
    means = [m[np.isfinite(m)] for m in means if np.isfinite(m).sum() > _EARLY]
    if means:
      first = max(float(m[:_EARLY].max()) for m in means)
      best = max(float(m.max()) for m in means)
      last = [m[-1] for m in means]
      middle = float(np.median(last))
      kept.append(Rise(column, first, best, float(np.ptp(last)), middle))
  return kept


def warning(metric: str, found: Sequence[Rise]) -> str:
  """A line where `metric` tells hardly any methods apart and another rises; "".

  That is where it does not rise, and where most methods are at its top from the
  first rounds on, however far behind others are.
  """
  mine = next((rise for rise in found if rise.column == metric), None)
  if mine is None:
    return ""
  most = numbers.bounds_of(metric)[1]
  full = most - mine.first <= _FAR and most - mine.middle <= NEAR
  if max(mine.best - mine.first, mine.apart) > NEAR and not full:
    return ""
  others = [x for x in found if x is not mine and x.best - x.first >= _FAR]
  if not others:
    return ""
  other = max(others, key=lambda x: (x.column == _USUAL, x.best - x.first))
  how = "is saturated" if most - mine.best <= _FAR else "does not rise"
  which = "methods" if mine.apart <= NEAR else "the good methods"
  return (
    f"{words.column(metric)} {how}: it has {words.number(mine.first)} "
    f"in the first rounds and {words.number(mine.best)} at best, so it hardly "
    f"tells {which} apart. {words.column(other.column)} goes from "
    f"{words.number(other.first)} to {words.number(other.best)}: look at that "
    f"(--metric={other.column})."
  )
