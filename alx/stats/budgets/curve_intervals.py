"""Bootstrap intervals over seeds of what is read off a learning curve."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.budgets.curves import (
  area_under_budget_curve,
  first_passing,
  labels_needed,
)
from alx.stats.resampling import (
  Draws,
  Ends,
  Estimate,
  bca,
  bootstrap,
  estimate,
  known_mean_of,
  mean_of,
  observed,
  resample,
)


class Censored(NamedTuple):
  """A number that some draws do not have; infinite where it has no end."""

  value: float
  low: float
  high: float
  censored: float  # share of the draws, in [0, 1]
  unknown: float = 0.0  # share of the draws that say nothing, left out


def area_interval(
  labels: Sequence[float],
  scores: np.ndarray,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  ends: Ends = bca,
  seed: int | np.random.Generator = 0,
) -> Estimate:
  """Mean area under the budget curve, over seeds.

  The difference of two arms with the same seeds is `area_interval` of the
  difference of their scores, since the area is linear.

  Args:
    labels: [R] ascending numbers of labels.
    scores: [S, R]; a seed with a NaN is left out.
    level: confidence, in (0, 1).
    num_draws: resampled sets of seeds, >= 1.
    ends: `bca` or `percentile`.
    seed: the same one gives the same draws.

  Raises:
    ValueError: for other shapes, labels that do not ascend, no seed without a
      NaN, a level outside (0, 1) or no draw.
  """
  scores = checks.axes(scores, "seeds rounds")
  areas = np.array([area_under_budget_curve(labels, s) for s in scores])
  areas = areas[~np.isnan(areas)]
  checks.some_seed(areas)
  return bootstrap(
    mean_of(areas),
    range(len(areas)),
    level=level,
    num_draws=num_draws,
    ends=ends,
    seed=seed,
  )


def labels_needed_interval(
  labels: Sequence[float],
  scores: np.ndarray,
  target: float,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  seed: int | np.random.Generator = 0,
) -> tuple[Censored, Censored]:
  """Labels until the mean curve reaches the target: first, and stable.

  Percentiles without interpolation, so that the ends are numbers of labels
  that were observed. A draw that never reaches the target is censored and
  counts as more labels than any: an infinite value or end.

  Args:
    labels: [R] ascending numbers of labels.
    scores: [S, R] higher is better; a NaN is left out of the mean of its
      round. Where no drawn seed is known the mean does not reach the target.
    target: the score wanted.
    level: confidence, in (0, 1).
    num_draws: resampled sets of seeds, >= 1.
    seed: the same one gives the same draws.

  Returns:
    One seed has no interval: NaN ends.

  Raises:
    ValueError: for other shapes, labels that do not ascend, a level outside
      (0, 1) or no draw.
  """
  checks.share(level, "level")
  scores = checks.axes(scores, "seeds rounds")
  needs = _needs(labels, scores, target)
  draws = resample(needs, range(len(scores)), num_draws, seed)
  return _first_and_stable(draws, np.isinf(draws.resampled), level)


def first_passing_interval(
  labels: Sequence[float],
  passed: Callable[[np.ndarray], np.ndarray],
  num_seeds: int,
  *,
  level: float = 0.95,
  num_draws: int = 2_000,
  seed: int | np.random.Generator = 0,
) -> tuple[Censored, Censored]:
  """Labels until a test of resampled seeds passes: first, and stable.

  For tests that are no threshold of a mean score, such as equivalence to all
  labels. Ends and censored draws as in `labels_needed_interval`.

  Args:
    labels: [R] ascending numbers of labels.
    passed: how often each seed was drawn, [S] int -> [R] flags. The sum is S,
      or one less where a seed is left out.
    num_seeds: S >= 1.
    level: confidence, in (0, 1).
    num_draws: resampled sets of seeds, >= 1; what was drawn before is not
      tested again.
    seed: the same one gives the same draws.

  Returns:
    One seed has no interval: NaN ends.

  Raises:
    ValueError: for a level outside (0, 1), no seed or no draw, and what
      `first_passing` refuses.
  """
  checks.share(level, "level")
  checks.whole(num_seeds, "num_seeds")

  def statistic(weights):
    each, back = np.unique(weights.astype(int), axis=0, return_inverse=True)
    flags = np.stack([passed(drawn) for drawn in each])
    needed = np.stack(first_passing(labels, flags), -1)[back.ravel()]
    return np.where(np.isnan(needed), np.inf, needed)

  draws = resample(statistic, range(num_seeds), num_draws, seed)
  return _first_and_stable(draws, np.isinf(draws.resampled), level)


def label_saving_interval(
  labels: Sequence[float],
  scores: np.ndarray,
  baseline: np.ndarray,
  target: float,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  seed: int | np.random.Generator = 0,
  most: float | None = None,
) -> tuple[Censored, Censored]:
  """1 - labels needed / labels the baseline needs: first, and stable.

  Negative where the arm needs more. A draw is censored if either curve never
  reaches the target: without the arm the saving is minus infinity; without the
  baseline alone its need counts as the most labels that it had, so that the
  saving is understated. Where both never do, nothing is known: such draws are
  left out, and counted.

  Args:
    labels: [R] ascending numbers of labels > 0.
    scores, baseline: [S, R] higher is better, row s of both of the same seed;
      NaN as in `labels_needed_interval`.
    target: the score wanted.
    level: confidence, in (0, 1).
    num_draws: resampled sets of seeds, >= 1.
    seed: the same one gives the same draws.
    most: labels that the baseline had, where it has kept its last score from
      there on; None: the last number of labels.

  Raises:
    ValueError: for other shapes, labels that do not ascend or are not
      positive, a level outside (0, 1) or no draw.
  """
  checks.share(level, "level")
  scores, baseline = checks.pairs(scores, baseline)
  scores = checks.axes(scores, "seeds rounds")
  if (checks.numbers(labels, "labels") <= 0).any():
    raise ValueError(f"wanted numbers of labels > 0, got {labels}")
  needs = _needs(labels, np.stack([scores, baseline], 1), target)
  draws = resample(needs, range(len(scores)), num_draws, seed)
  most = labels[-1] if most is None else most
  savings = Draws(*(_saving(part, most) for part in draws))
  never = np.isinf(draws.resampled).any(1)
  return _first_and_stable(savings, never, level)


def _saving(needs, last):
  """[..., 2 curves, 2 rules] -> [..., 2 rules]; NaN where both never end."""
  saved = 1 - needs[..., 0, :] / np.minimum(needs[..., 1, :], last)
  return np.where(np.isinf(needs).all(-2), np.nan, saved)


def _needs(labels, scores, target):
  """[D, S] weights -> [D, ..., 2 rules] of [S, ..., R], infinite for never."""
  mean = known_mean_of(scores)

  def statistic(weights):
    needed = np.stack(labels_needed(labels, mean(weights), target), -1)
    return np.where(np.isnan(needed), np.inf, needed)

  return statistic


def _first_and_stable(draws, never, level):
  """One `Censored` for each of the two rules, the last axis of the draws."""
  first, stable = (_censored(draws, never, level, rule) for rule in (0, 1))
  return first, stable


def _censored(draws, never, level, rule):
  value, resampled, left_out = (part[..., rule] for part in draws)
  unknown = np.isnan(resampled)
  known = resampled[~unknown]
  low = high = np.nan
  if known.size and not np.isnan(value):
    kept = Draws(value, known, left_out)
    _, low, high, _ = estimate(kept, level, observed)
  found = value, low, high, never[:, rule].mean(), unknown.mean()
  return Censored(*map(float, found))
