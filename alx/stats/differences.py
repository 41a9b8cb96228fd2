"""A difference with its standard error, and Student's t of it.

How the samples were drawn is said by the function that makes the difference
(`welch`, `pooled`, `paired`, `one_sample`); what is asked of it, an interval
(`t_interval`), a test (`t_test`) or equivalence (`equivalence.tost`), is the
same for all. Everything works element by element on arrays. A spread, or a
difference without one, that is smaller than float32 can tell counts as 0.
"""

from typing import NamedTuple

import numpy as np
import scipy.stats

from alx.stats import checks


class Summary(NamedTuple):
  """What a paper prints of a sample; NaN is unknown."""

  mean: np.ndarray  # [...]
  sd: np.ndarray  # [...], count - 1 in the denominator
  count: np.ndarray  # [...]


class Difference(NamedTuple):
  """An estimate and what its t statistic needs; NaN is unknown."""

  value: np.ndarray  # [...]
  error: np.ndarray  # [...], the standard error of the value
  dof: np.ndarray  # [...], degrees of freedom


def summarize(values: np.ndarray, axis: int = 0) -> Summary:
  """Mean, standard deviation and number of the values that are not NaN.

  Args:
    values: [...]; NaN entries are left out.
    axis: the axis that is summarized.

  Returns:
    Arrays without that axis. One value has no sd, none has no mean: NaN. An sd
    that is mere rounding is 0.

  Raises:
    ValueError: for what are no numbers, or infinite ones.
  """
  values = checks.numbers(values)
  known = ~np.isnan(values)
  count = known.sum(axis)
  mean = _ratio(np.where(known, values, 0.0).sum(axis), count)
  apart = np.where(known, values - np.expand_dims(mean, axis), 0.0)
  variance = _ratio((apart**2).sum(axis), count - 1)
  sd, size = np.sqrt(variance), np.where(known, abs(values), 0.0)
  flat = checks.is_rounding(sd, size.max(axis, initial=0.0))
  return Summary(mean, np.where(flat, 0.0, sd)[()], count)


def _ratio(numerator, count):
  """NaN where nothing was counted, without a warning."""
  ratio = numerator / np.maximum(count, 1)
  return np.where(count > 0, ratio, np.nan)[()]


def welch(a: Summary, b: Summary) -> Difference:
  """a - b of two independent samples, each with its own variance.

  Welch 1947: error^2 = va + vb with v = sd^2 / count, and
  (va + vb)^2 / (va^2 / (na - 1) + vb^2 / (nb - 1)) degrees of freedom;
  na + nb - 2 if neither sample has spread.

  Args:
    a, b: of one shape or broadcast; a sample of fewer than two is unknown.

  Raises:
    ValueError: for a negative sd or count.
  """
  (mean_a, sd_a, n_a), (mean_b, sd_b, n_b) = _known(a), _known(b)
  va, vb = sd_a**2 / n_a, sd_b**2 / n_b
  flat = va + vb == 0
  part = np.where(flat, n_a - 1, va) / np.where(flat, n_a + n_b - 2, va + vb)
  dof = 1 / (part**2 / (n_a - 1) + (1 - part) ** 2 / (n_b - 1))
  error = np.sqrt(va + vb)
  return Difference(_apart(mean_a, mean_b, error), error, dof)


def pooled(a: Summary, b: Summary) -> Difference:
  """a - b of two independent samples of one variance (Student 1908).

  Args:
    a, b: of one shape or broadcast; a sample of fewer than two is unknown.

  Raises:
    ValueError: for a negative sd or count.
  """
  (mean_a, sd_a, n_a), (mean_b, sd_b, n_b) = _known(a), _known(b)
  dof = n_a + n_b - 2
  variance = ((n_a - 1) * sd_a**2 + (n_b - 1) * sd_b**2) / dof
  error = np.sqrt(variance * (1 / n_a + 1 / n_b))
  return Difference(_apart(mean_a, mean_b, error), error, dof)


def one_sample(a: Summary, value: float | np.ndarray = 0.0) -> Difference:
  """The mean of a sample minus a number that is known exactly.

  Args:
    a: a sample of fewer than two is unknown.
    value: [...] the number.

  Raises:
    ValueError: for a negative sd or count.
  """
  mean, sd, count = _known(a)
  error = sd / np.sqrt(count)
  value = checks.numbers(value, "value")
  return Difference(_apart(mean, value, error), error, count - 1)


def paired(a: np.ndarray, b: np.ndarray, axis: int = 0) -> Difference:
  """a - b over pairs, such as runs of one seed or the same patients.

  Args:
    a, b: [...] of one shape; a pair with a NaN is left out.
    axis: the axis of the pairs.

  Returns:
    Arrays without that axis; fewer than two pairs are unknown. Where all pairs
    differ by the same, but for rounding, the error is: 0 if they are equal,
    unknown if not, because a metric too coarse to show a spread is no proof.

  Raises:
    ValueError: for different shapes.
  """
  a, b = checks.pairs(a, b)
  sample = summarize(a - b, axis)
  sizes = np.where(np.isnan(a - b), 0.0, np.maximum(abs(a), abs(b)))
  size = sizes.max(axis, initial=0.0)
  flat = checks.is_rounding(sample.sd, size)
  same = flat & checks.is_rounding(sample.mean, size)
  found = one_sample(sample)
  return found._replace(
    value=np.where(same, 0.0, found.value)[()],
    error=np.where(flat, np.where(same, 0.0, np.nan), found.error)[()],
  )


def _apart(a, b, error):
  """a - b; 0 where they have no spread and differ by rounding."""
  same = (error == 0) & checks.is_rounding(a - b, np.maximum(abs(a), abs(b)))
  return np.where(same, 0.0, a - b)[()]


def _known(sample):
  """As float64; the count is NaN where it gives no standard error."""
  mean, sd, count = (
    checks.numbers(x, name)
    for x, name in zip(sample, Summary._fields, strict=True)
  )
  if (sd < 0).any() or (count < 0).any():
    raise ValueError(f"wanted sd >= 0 and count >= 0, got {sample}")
  sd = np.where(checks.is_rounding(sd, mean), 0.0, sd)
  return mean, sd, np.where(count >= 2, count, np.nan)


def t_interval(
  difference: Difference, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
  """value -+ t(dof) * error, each [...].

  Args:
    difference: NaN where something is unknown gives NaN ends.
    level: confidence, in (0, 1).

  Raises:
    ValueError: for a level outside (0, 1).
  """
  checks.share(level, "level")
  half = scipy.stats.t.ppf(0.5 + level / 2, difference.dof) * difference.error
  return difference.value - half, difference.value + half


def t_test(difference: Difference) -> np.ndarray:
  """[...] two-sided p of no difference; NaN where something is unknown.

  Without spread (error 0) p is 1 for a difference of 0, and 0 for any other.
  """
  return np.minimum(1.0, 2 * upper_tail(difference, abs(difference.value)))


def upper_tail(difference: Difference, distance: np.ndarray) -> np.ndarray:
  """P(T >= distance / error); without spread 0 beyond 0, and 1 up to it."""
  spread = difference.error != 0  # True for NaN
  statistic = distance / np.where(spread, difference.error, 1.0)
  tail = scipy.stats.t.sf(statistic, difference.dof)
  certain = np.where(distance > 0, 0.0, 1.0)
  certain = np.where(np.isnan(distance), np.nan, certain)
  return np.where(spread, tail, certain)[()]
