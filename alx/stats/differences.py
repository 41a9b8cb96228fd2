"""A difference with its standard error, and Student's t of it.

How the samples were drawn is said by the function that makes the difference
(`welch`, `pooled`, `paired`, `one_sample`); what is asked of it, an interval
(`t_interval`), a test (`t_test`) or equivalence (`equivalence.tost`), is the
same for all. Everything works element by element on arrays.

A spread that is mere rounding (`checks.is_rounding`) is none. What has none is
too coarse to show one, and that is no proof: equal means have p = 1, and of
others neither p nor an interval is known.
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
  error: np.ndarray  # [...], of the value; 0: equal, and without spread
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
  single = checks.is_single(values)
  values = checks.numbers(values)
  sample = _moments(values, axis)
  flat = checks.is_rounding(sample.sd, _size(values, axis), single)
  return sample._replace(sd=np.where(flat, 0.0, sample.sd)[()])


def _moments(values, axis):
  """From the first known value on: equal values have no sd, at any offset."""
  known = ~np.isnan(values)
  count = known.sum(axis)
  start = _first(values, known, axis)
  steps = np.where(known, values - start, 0.0)
  shift = _ratio(steps.sum(axis), count)
  apart = np.where(known, steps - np.expand_dims(shift, axis), 0.0)
  sd = np.sqrt(_ratio((apart**2).sum(axis), count - 1))
  return Summary((np.squeeze(start, axis) + shift)[()], sd, count)


def _first(values, known, axis):
  """The first known value along an axis, which is kept; 0 without one."""
  if not values.shape[axis]:
    return values.sum(axis, keepdims=True)
  at = np.expand_dims(known.argmax(axis), axis)
  return np.nan_to_num(np.take_along_axis(values, at, axis))


def _size(values, axis):
  """Of the largest known number."""
  return np.nan_to_num(abs(values)).max(axis, initial=0.0)


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
  return _minus(mean_a, mean_b, np.sqrt(va + vb), dof)


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
  return _minus(mean_a, mean_b, np.sqrt(variance * (1 / n_a + 1 / n_b)), dof)


def one_sample(a: Summary, value: float | np.ndarray = 0.0) -> Difference:
  """The mean of a sample minus a number that is known exactly.

  Args:
    a: a sample of fewer than two is unknown.
    value: [...] the number.

  Raises:
    ValueError: for a negative sd or count.
  """
  mean, sd, count = _known(a)
  value = checks.numbers(value, "value")
  return _minus(mean, value, sd / np.sqrt(count), count - 1)


def paired(a: np.ndarray, b: np.ndarray, axis: int = 0) -> Difference:
  """a - b over pairs, such as runs of one seed or the same patients.

  Args:
    a, b: [...] of one shape; a pair with a NaN is left out.
    axis: the axis of the pairs.

  Returns:
    Arrays without that axis; fewer than two pairs are unknown. Rounding is
    that of a and b, not of their difference.

  Raises:
    ValueError: for different shapes.
  """
  single = checks.is_single(a, b)
  a, b = checks.pairs(a, b)
  mean, sd, count = _moments(a - b, axis)
  larger = np.maximum(abs(a), abs(b))
  size = _size(np.where(np.isnan(a - b), np.nan, larger), axis)
  sd = np.where(checks.is_rounding(sd, size, single), 0.0, sd)
  count = np.where(count >= 2, count, np.nan)
  same = checks.is_rounding(mean, size, single)
  return _without_spread(mean, same, sd / np.sqrt(count), count - 1)


def _minus(a, b, error, dof):
  """a - b of two means."""
  same = checks.is_rounding(a - b, np.maximum(abs(a), abs(b)))
  return _without_spread(a - b, same, error, dof)


def _without_spread(value, same, error, dof):
  """The difference; without spread 0 where it is rounding, else unknown."""
  flat = error == 0
  return Difference(
    np.where(flat & same, 0.0, value)[()],
    np.where(flat & ~same, np.nan, error)[()],
    np.asarray(dof)[()],
  )


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
  error = _known_error(difference)
  half = scipy.stats.t.ppf(0.5 + level / 2, difference.dof) * error
  return difference.value - half, difference.value + half


def t_test(difference: Difference) -> np.ndarray:
  """[...] two-sided p of no difference; NaN where something is unknown.

  Without spread (error 0) p is 1 for a difference of 0, unknown for others.
  """
  return np.minimum(1.0, 2 * upper_tail(difference, abs(difference.value)))


def upper_tail(difference: Difference, distance: np.ndarray) -> np.ndarray:
  """P(T >= distance / error); of equals without spread 0 beyond 0, else 1."""
  error = _known_error(difference)
  spread = error != 0  # True for NaN
  statistic = distance / np.where(spread, error, 1.0)
  tail = scipy.stats.t.sf(statistic, difference.dof)
  certain = np.where(distance > 0, 0.0, 1.0)
  certain = np.where(np.isnan(distance), np.nan, certain)
  return np.where(spread, tail, certain)[()]


def _known_error(difference):
  """NaN where a difference that is not 0 has no spread."""
  value, error = np.asarray(difference.value), np.asarray(difference.error)
  return np.where((error == 0) & (value != 0), np.nan, error)[()]
