"""How far an arm is from a baseline, and how sure that is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx import stats

ALPHA = 0.05


class Gap(NamedTuple):
  """An arm minus a baseline; NaN where there is none or too few seeds."""

  difference: stats.Difference = stats.Difference(np.nan, np.nan, np.nan)
  p_holm: float = np.nan  # corrected for all arms against this baseline

  @property
  def mean(self) -> float:
    """Of the seeds."""
    return float(self.difference.value)

  @property
  def low(self) -> float:
    """Of the 95% interval."""
    return self.mean - self.half()

  @property
  def high(self) -> float:
    """Of the 95% interval."""
    return self.mean + self.half()

  @property
  def p(self) -> float:
    """Two-sided t-test, by itself."""
    return float(stats.t_test(self.difference))

  def half(self, comparisons: int = 1) -> float:
    """How far the interval reaches, by Bonferroni for so many at once."""
    low, high = stats.t_interval(self.difference, 1 - ALPHA / comparisons)
    return float(high - low) / 2


def paired(scores: np.ndarray, base: np.ndarray) -> Gap:
  """Over pairs of one seed, both [seeds]."""
  return Gap(stats.paired(scores, base))


def unpaired(scores: np.ndarray, draws: np.ndarray) -> Gap:
  """Welch's, of [seeds] scores and any number of random sets."""
  return Gap(stats.welch(stats.summarize(scores), stats.summarize(draws)))


def corrected(gaps: Sequence[Gap]) -> list[Gap]:
  """With Holm's p, for all of them at once."""
  p = stats.holm(np.array([gap.p for gap in gaps]))
  return [gap._replace(p_holm=float(q)) for gap, q in zip(gaps, p, strict=True)]


def percentile(scores: np.ndarray, draws: np.ndarray) -> float:
  """% of pairs of a model and a random set with a lower one; equal: half.

  50 for a method that is as good as random, however many seeds it has.
  """
  apart = scores[:, None] - draws[None, :]
  apart = apart[~np.isnan(apart)]
  if not len(apart):
    return np.nan
  return float(100 * ((apart > 0) + 0.5 * (apart == 0)).mean())
