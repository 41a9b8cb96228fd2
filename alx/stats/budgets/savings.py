"""What help saves, in seconds or in money, paired by exam."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.resampling import (
  Estimate,
  estimate,
  percentile,
  resample,
  without_interval,
)


class Saving(NamedTuple):
  """Shares of the effort without help; negative where help costs."""

  of_sums: Estimate  # 1 - sum(with) / sum(without); NaN is unknown
  mean_of_ratios: float  # mean of 1 - with / without, over exams
  chance: float  # share of the draws in which help saves, in [0, 1], or NaN


def relative_saving(
  without: np.ndarray,
  with_help: np.ndarray,
  groups: Sequence | None = None,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  seed: int | np.random.Generator = 0,
) -> Saving:
  """How much of the effort help saves, with percentiles over clusters.

  The ratio of the sums is what a department sees; the mean of the ratios gives
  a short exam the weight of a long one. A saving that is mere rounding is 0.

  Args:
    without, with_help: [n] > 0 efforts for the same exams, in one unit, such
      as seconds; an exam with a NaN is left out.
    groups: [n] the patient of each exam; each exam its own if None.
    level: confidence, in (0, 1).
    num_draws: resampled sets of patients, >= 1.
    seed: the same one gives the same draws.

  Returns:
    Where all draws save the same, but for rounding, they show no spread: ends
    and chance are NaN, unless nothing is saved.

  Raises:
    ValueError: for different shapes, an effort <= 0, no exam without a NaN, a
      level outside (0, 1) or no draw.
  """
  without, with_help = checks.pairs(without, with_help)
  groups = checks.groups(groups, without)
  known = ~np.isnan(without + with_help)
  efforts = np.stack([without, with_help], 1)[known]
  if not len(efforts):
    raise ValueError("wanted an exam without NaN, got none")
  if (efforts <= 0).any():
    raise ValueError(f"wanted efforts > 0, got {efforts.min()}")
  checks.share(level, "level")
  draws = resample(_of_sums(efforts), groups[known], num_draws, seed)
  found = estimate(draws, level, percentile)
  same = checks.is_rounding(np.ptp(draws.resampled), 1.0)
  flat = bool(same and draws.resampled.any())
  chance = np.nan if flat else (draws.resampled > 0).mean()
  mean_of_ratios = float(_saved(efforts).mean())
  return Saving(without_interval(found, flat), mean_of_ratios, float(chance))


def _of_sums(efforts):
  def statistic(weights):
    return _saved(weights @ efforts)

  return statistic


def _saved(efforts):
  """1 - with / without of rows (without, with)."""
  saved = 1 - efforts[:, 1] / efforts[:, 0]
  return np.where(checks.is_rounding(saved, 1.0), 0.0, saved)


def saving_verdict(saving: Estimate) -> str:
  """ "saves" or "costs" if the interval excludes 0, else "undecided".

  An unknown interval is undecided.
  """
  if saving.low > 0:
    return "saves"
  return "costs" if saving.high < 0 else "undecided"
