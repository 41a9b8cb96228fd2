"""Student's t intervals of means."""

from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.differences import one_sample, paired, summarize, t_interval


class Interval(NamedTuple):
  """A mean with its confidence interval; NaN is unknown."""

  mean: np.ndarray
  low: np.ndarray
  high: np.ndarray
  count: np.ndarray  # values that entered


def mean_interval(
  values: np.ndarray, level: float = 0.95, axis: int = 0
) -> Interval:
  """Student's t interval of the mean, over seeds for example.

  mean -+ t(count - 1) * sd / sqrt(count), sd with count - 1 in the denominator.

  Args:
    values: [...]; NaN entries are left out.
    level: confidence, in (0, 1).
    axis: the axis that is averaged.

  Returns:
    Arrays without that axis. One value, or equal ones but for rounding, have
    no interval: NaN ends. None: NaN.

  Raises:
    ValueError: for a level outside (0, 1).
  """
  sample = summarize(values, axis)
  found = one_sample(sample)
  error = np.where(found.error == 0, np.nan, found.error)
  low, high = t_interval(found._replace(error=error), level)
  return Interval(sample.mean, low, high, sample.count)


def bounded_interval(
  values: np.ndarray,
  bounds: tuple[float, float] = (-np.inf, np.inf),
  level: float = 0.95,
  axis: int = 0,
) -> Interval:
  """An interval of the mean that stays inside of what a score can be.

  Student's t on the scale of log((m - low) / (high - m)), of log(m - low) where
  there is no upper bound, with the standard error by the delta method, and back
  (Agresti 2013, section 3.1.6). Without a bound `mean_interval`.

  Args:
    values: [...]; NaN entries are left out.
    bounds: the least and the most that a value can be, or infinite.
    level: confidence, in (0, 1).
    axis: the axis that is averaged.

  Returns:
    As `mean_interval`; also two values have no interval: with one degree of
    freedom it would say nothing.

  Raises:
    ValueError: for a level outside (0, 1).
  """
  found = mean_interval(values, level, axis)
  low, high = bounds
  mean, half = np.asarray(found.mean), np.asarray(found.high - found.mean)
  few = np.asarray(found.count) < 3
  half = np.where(few, np.nan, half)
  above, below = mean - low, high - mean
  with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
    if np.isinf(low):
      ends = mean - half, mean + half
    elif np.isinf(high):
      ratio = np.exp(half / above)
      ends = low + above / ratio, low + above * ratio
    else:
      ratio = np.exp(half * (high - low) / (above * below))
      ends = [
        (low * below + high * above * r) / (below + above * r)
        for r in (1 / ratio, ratio)
      ]
    wide = np.isinf(ratio) if not np.isinf(low) else np.zeros(mean.shape, bool)
  ends = [
    np.where(wide & ~few, end, found_end)[()]
    for end, found_end in zip(bounds, ends, strict=True)
  ]
  return Interval(found.mean, *ends, found.count)


def paired_difference(
  a: np.ndarray, b: np.ndarray, level: float = 0.95, axis: int = 0
) -> Interval:
  """t interval of mean(a - b) over pairs, such as runs of the same seed.

  Args:
    a, b: [...] of one shape; a pair with a NaN is left out.
    level: confidence, in (0, 1).
    axis: the axis of the pairs.

  Returns:
    Without a spread 0 to 0 where all are equal, else NaN ends, see `paired`.

  Raises:
    ValueError: for different shapes or a level outside (0, 1).
  """
  a, b = checks.pairs(a, b)
  found = paired(a, b, axis)
  low, high = t_interval(found, level)
  count = (~np.isnan(a - b)).sum(axis)
  return Interval(found.value, low, high, count)
