"""Means that leave out what is undefined, and say how much that was."""

from typing import NamedTuple

import numpy as np

from alx.metrics import inputs


class CaseMean(NamedTuple):
  """Over the cases for which a number is defined."""

  mean: np.ndarray  # [...] float64; NaN for none
  sd: np.ndarray  # [...] with n - 1; NaN for fewer than two or an infinite one
  used: np.ndarray  # [...] int64, cases in the mean
  undefined: np.ndarray  # [...] int64, cases left out


def nan_mean(values: np.ndarray, axis: int | None = None):
  """Mean without the NaNs; NaN, without a warning, where nothing is left."""
  values = np.asarray(values, np.float64)
  count = (~np.isnan(values)).sum(axis)
  total = np.nansum(values, axis=axis)
  mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
  return float(mean) if axis is None else mean


def over_cases(values: np.ndarray) -> CaseMean:
  """Mean and spread over cases of a number, or of one for each class.

  `nan_mean` of the means of classes is a macro mean.

  Args:
    values: [cases, ...] numbers; NaN: undefined for the case.

  Raises:
    ValueError: for what is no array of numbers with an axis of cases.
  """
  values = inputs.as_array("values", values).astype(np.float64)
  if values.ndim < 1:
    raise ValueError("values: wanted [cases, ...], found one number")
  used = (~np.isnan(values)).sum(0)
  with np.errstate(invalid="ignore"):  # an infinite one has no spread
    mean = nan_mean(values, axis=0)
    squares = np.nansum((values - mean) ** 2, axis=0)
  several = (used > 1) & np.isfinite(mean)
  sd = np.sqrt(squares / np.where(several, used - 1, np.nan))
  return CaseMean(mean, sd, used, len(values) - used)
