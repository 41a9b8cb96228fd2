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
