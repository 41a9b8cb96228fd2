"""Intervals by resampling clusters, such as patients or seeds.

A statistic is a function of weights: every row of the data has one, how often
it was drawn. One function then gives the estimate (all weights 1), the draws,
and what is left without a cluster, for all draws at once. Clusters are drawn
whole, because the rows of a patient say the same thing twice. With few
clusters, such as five seeds, the intervals come out too short.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import scipy.stats

from alx.groups import numbers_of
from alx.stats import checks

Statistic = Callable[[np.ndarray], np.ndarray]  # weights [D, n] -> [D, ...]

_AT_ONCE = 1 << 21  # weights in memory


class Draws(NamedTuple):
  """A statistic of the data, of resampled data, and without each cluster."""

  value: np.ndarray  # [...]
  resampled: np.ndarray  # [D, ...]
  left_out: np.ndarray  # [G, ...]


class Estimate(NamedTuple):
  """A statistic with its bootstrap interval; NaN is unknown."""

  value: np.ndarray  # [...]
  low: np.ndarray
  high: np.ndarray
  clusters: int  # that entered


Ends = Callable[[Draws, float], tuple[np.ndarray, np.ndarray]]


def mean_of(values: np.ndarray) -> Statistic:
  """The weighted mean of [n, ...] over its rows, as a statistic."""
  values = checks.numbers(values)
  if not values.ndim:
    raise ValueError(f"wanted values [n, ...], got {values}")
  start = np.nan_to_num(values[:1].sum(0))  # equal values stay that value
  steps = values - start

  def statistic(weights):
    total = weights.sum(1).reshape(-1, *[1] * (values.ndim - 1))
    return start + np.tensordot(weights, steps, 1) / total

  return statistic


def known_mean_of(values: np.ndarray) -> Statistic:
  """The same without the rows that are NaN at a place; NaN where all are."""
  values = checks.numbers(values)
  known = ~np.isnan(values)
  first = np.take_along_axis(values, known.argmax(0)[None], 0)[0]
  steps = np.where(known, values - first, 0.0)

  def statistic(weights):
    total = np.tensordot(weights, known, 1)
    moved = np.tensordot(weights, steps, 1) / np.where(total > 0, total, 1)
    return np.where(total > 0, first + moved, np.nan)

  return statistic


def percentile(
  draws: Draws, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
  """The ends between which the middle `level` of the draws lies.

  Efron and Tibshirani 1993, section 13.3.
  """
  checks.share(level, "level")
  tails = np.array([1 - level, 1 + level]) / 2
  low, high = np.quantile(draws.resampled, tails, axis=0)
  return low, high


def observed(
  draws: Draws, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
  """`percentile` without interpolation: ends that were drawn, or infinite."""
  checks.share(level, "level")
  tails = np.array([1 - level, 1 + level]) / 2
  low, high = np.quantile(draws.resampled, tails, axis=0, method="inverted_cdf")
  return low, high


def bca(draws: Draws, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
  """Percentiles corrected for bias and for acceleration.

  Efron and Tibshirani 1993, section 14.3: z0 from the share of draws below the
  value (half of the equal ones), the acceleration from the skewness of
  `left_out`; 0 where nothing changes without a cluster, but for rounding.
  """
  checks.share(level, "level")
  same = checks.is_rounding(draws.resampled - draws.value, draws.value)
  below = ((draws.resampled < draws.value) & ~same).mean(0)
  equal = same.mean(0)
  nearest = 0.5 / len(draws.resampled)  # a share of 0 or 1 has no quantile
  normal = scipy.stats.norm
  bias = normal.ppf(np.clip(below + equal / 2, nearest, 1 - nearest))
  acceleration = _acceleration(draws.left_out)

  def end(tail):
    z = bias + normal.ppf(tail)
    share = normal.cdf(bias + z / (1 - acceleration * z))
    return _quantile(draws.resampled, share)

  return end((1 - level) / 2), end((1 + level) / 2)


def _acceleration(left_out):
  mean = left_out.mean(0)
  apart = mean - left_out
  apart = np.where(checks.is_rounding(apart, mean), 0.0, apart)
  size = (apart**2).sum(0) ** 1.5
  return (apart**3).sum(0) / np.where(size > 0, 6 * size, 1.0)


def _quantile(resampled, shares):
  """Another quantile for each element of [D, ...]; of an unknown share NaN."""
  columns = resampled.reshape(len(resampled), -1).T
  found = [
    np.quantile(column, share) if share >= 0 else np.nan
    for column, share in zip(columns, np.ravel(shares), strict=True)
  ]
  return np.reshape(found, np.shape(shares))[()]


def bootstrap(
  statistic: Statistic,
  groups: Sequence,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  ends: Ends = bca,
  seed: int | np.random.Generator = 0,
) -> Estimate:
  """A statistic with the interval of its resampled values.

  Args:
    statistic: weights [D, n] -> [D, ...], such as `mean_of(values)`.
    groups: [n] the cluster of each row; `range(n)` if each is its own.
    level: confidence, in (0, 1).
    num_draws: resampled data sets, >= 1.
    ends: `bca` or `percentile`.
    seed: the same one gives the same draws.

  Returns:
    One cluster, or draws that are equal but for rounding, have no interval:
    NaN ends. A NaN of the statistic makes NaN.

  Raises:
    ValueError: for a level outside (0, 1), no row or no draw.
  """
  checks.share(level, "level")
  draws = resample(statistic, groups, num_draws, seed)
  size = abs(draws.resampled).max(0)
  flat = checks.is_rounding(np.ptp(draws.resampled, 0), size)
  return without_interval(estimate(draws, level, ends), flat)


def without_interval(found: Estimate, flat: np.ndarray) -> Estimate:
  """The ends unknown where nothing has shown a spread."""
  low, high = (
    np.where(flat, np.nan, end)[()] for end in (found.low, found.high)
  )
  return found._replace(low=low, high=high)


def estimate(draws: Draws, level: float = 0.95, ends: Ends = bca) -> Estimate:
  """The interval of draws; without one for a single cluster."""
  clusters = len(draws.left_out)
  low = high = np.full_like(draws.value, np.nan)
  if clusters > 1:
    low, high = ends(draws, level)
  return Estimate(draws.value, low, high, clusters)


def resample(
  statistic: Statistic,
  groups: Sequence,
  num_draws: int = 10_000,
  seed: int | np.random.Generator = 0,
) -> Draws:
  """The statistic of data whose clusters are drawn with replacement.

  Args:
    statistic: weights [D, n] -> [D, ...].
    groups: [n] the cluster of each row; one that is not known (see
      `alx.groups`) is a row by itself.
    num_draws: D >= 1.
    seed: the same one gives the same draws.

  Raises:
    ValueError: for no row or no draw, or what is no name or seed.
  """
  names, group = np.unique(numbers_of(groups), return_inverse=True)
  checks.whole(num_draws, "num_draws")
  random = checks.generator(seed)
  if group.ndim != 1 or not len(names):
    raise ValueError(f"wanted groups [n] with n >= 1, got shape {group.shape}")
  count = len(names)
  chances = np.full(count, 1 / count)

  def drawn(part):
    return random.multinomial(count, chances, len(part))[:, group]

  def without(part):
    return np.asarray(part)[:, None] != group

  value = statistic(np.ones((1, len(group))))[0]
  resampled = _in_parts(statistic, drawn, num_draws, len(group))
  if count == 1:
    return Draws(value, resampled, np.full_like(value, np.nan)[None])
  left_out = _in_parts(statistic, without, count, len(group))
  return Draws(value, resampled, left_out)


def _in_parts(statistic, weights, total, rows):
  """The statistic of `weights(range)` over range(total), a few at once."""
  step = max(1, _AT_ONCE // rows)
  parts = [range(total)[i : i + step] for i in range(0, total, step)]
  return np.concatenate([statistic(weights(p).astype(float)) for p in parts])
