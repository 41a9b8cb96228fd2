"""How far every arm is from the baselines, over patients or seeds."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from alx.keys import check_seed
from alx.stats import checks
from alx.stats.resampling import (
  Ends,
  Estimate,
  bca,
  bootstrap,
  mean_of,
  without_interval,
)

BASELINES = ("random", "foreground_random")


def bootstrap_difference(
  a: np.ndarray,
  b: np.ndarray,
  groups: Sequence | None = None,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  ends: Ends = bca,
  seed: int | np.random.Generator = 0,
) -> Estimate:
  """Mean of a - b over pairs, with a bootstrap interval over clusters.

  The mean is over the pairs: a patient with two images counts twice in it, and
  is drawn with both.

  Args:
    a, b: [n] scores of the same cases; a pair with a NaN is left out, and one
      that differs by rounding is equal.
    groups: [n] the patient of each pair; each pair its own if None.
    level: confidence, in (0, 1).
    num_draws: resampled data sets, >= 1.
    ends: `bca` or `percentile`.
    seed: the same one gives the same draws.

  Returns:
    One cluster has no interval: NaN ends; nor have pairs that all differ by the
    same, but for rounding, unless they are equal: 0 to 0.

  Raises:
    ValueError: for different shapes, no pair without a NaN, a level outside
      (0, 1) or no draw.
  """
  single = checks.is_single(a, b)
  a, b = checks.pairs(a, b)
  known, groups = ~np.isnan(a - b), checks.groups(groups, a)
  if not known.any():
    raise ValueError("wanted a pair without NaN, got none")
  apart, sizes = (a - b)[known], np.maximum(abs(a), abs(b))[known]
  apart = np.where(checks.is_rounding(apart, sizes, single), 0.0, apart)
  found = bootstrap(
    mean_of(apart),
    groups[known],
    level=level,
    num_draws=num_draws,
    ends=ends,
    seed=seed,
  )
  if not apart.any() and found.clusters > 1:
    return found._replace(low=found.value, high=found.value)
  flat = checks.is_rounding(np.ptp(apart), sizes.max(), single)
  return without_interval(found, flat)


def against_baselines(
  scores: Mapping[str, np.ndarray],
  groups: Sequence | None = None,
  *,
  baselines: Sequence[str] = BASELINES,
  level: float = 0.95,
  num_draws: int = 10_000,
  ends: Ends = bca,
  seed: int = 0,
) -> dict[tuple[str, str], Estimate]:
  """Every arm minus every baseline, on the same resampled patients.

  Args:
    scores: [n] for each arm, all of the same cases or seeds in one order.
    groups: [n] the patient of each row; each row its own if None.
    baselines: those that are not among the arms are passed over.
    level: confidence of each interval alone, in (0, 1).
    num_draws: resampled data sets, >= 1.
    ends: `bca` or `percentile`.
    seed: the same one gives the same draws.

  Returns:
    By (arm, baseline); no arm is held against itself.

  Raises:
    ValueError: if no baseline is there, and for what `bootstrap_difference`
      refuses.
  """
  there = [name for name in baselines if name in scores]
  if not there:
    raise ValueError(
      f"wanted one of {tuple(baselines)} among the arms, got {tuple(scores)}"
    )
  check_seed("seed", seed)  # a generator would draw others for each
  minus = partial(
    bootstrap_difference,
    groups=groups,
    level=level,
    num_draws=num_draws,
    ends=ends,
    seed=seed,
  )
  return {
    (arm, name): minus(scores[arm], scores[name])
    for name in there
    for arm in scores
    if arm != name
  }
