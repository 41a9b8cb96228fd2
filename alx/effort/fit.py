"""Prices of reading from real (features, seconds) of several readers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.optimize
import scipy.stats

from alx.effort.model import Prices
from alx.groups import witnesses_of
from alx.stats import checks

_TURNS = 10  # of the weights; they settle in a few


class Fitted(NamedTuple):
  """Prices, and how far to trust them."""

  prices: Prices
  error_s: float  # mean absolute error of readers that were left out; NaN: one
  relative: float  # the same as a share of their mean seconds
  spearman: float  # of those predictions and the seconds; NaN: not known
  spread: float  # sd of log(seconds / predicted), of all rows
  rows: int
  readers: int


def fit_effort(
  counts: np.ndarray, seconds: np.ndarray, readers: Sequence
) -> Fitted:
  """Non-negative least squares of seconds on what was done.

  Rows are weighed by 1 / predicted seconds, in a few turns: long edits are
  not only longer but vary more. The prices give mean seconds, which add up;
  each error is of a reader whose rows were left out of the fit.

  Args:
    counts: [n, 6] >= 0, of `model.counts_of`; n > 6.
    seconds: [n] > 0, measured.
    readers: [n] names; those that are not known are one reader.

  Raises:
    ValueError: for too few rows, other shapes or numbers.
  """
  counts = checks.numbers(counts, "counts")
  seconds = checks.numbers(seconds, "seconds")
  reader = witnesses_of(readers)
  _check(counts, seconds, reader)
  prices = _solve(counts, seconds)
  ratio = seconds / np.maximum(counts @ prices, 1e-9)
  spread = float(np.log(ratio).std(ddof=1))
  left_out = _left_out(counts, seconds, reader)
  apart = np.abs(left_out - seconds).mean()
  return Fitted(
    Prices(*map(float, prices)),
    float(apart),
    float(apart / seconds.mean()),
    _rank(left_out, seconds),
    spread,
    len(seconds),
    len(np.unique(reader)),
  )


def line_of(fitted: Fitted) -> str:
  """A line about where the seconds come from."""
  if fitted.readers < 2:
    trust = "one reader: what another would need is not known"
  else:
    trust = (
      f"readers left out: off by {fitted.error_s:.1f} s "
      f"({100 * fitted.relative:.0f}%), Spearman {fitted.spearman:.2f}"
    )
  return f"seconds: fitted to {fitted.rows} measured cases; {trust}"


def _check(counts, seconds, reader):
  wide = len(Prices._fields)
  if counts.ndim != 2 or counts.shape[1] != wide:
    raise ValueError(f"counts: wanted [n, {wide}], found {counts.shape}")
  if seconds.shape != counts.shape[:1] or reader.shape != seconds.shape:
    raise ValueError(
      f"wanted seconds and readers of the {len(counts)} rows, found "
      f"{seconds.shape} and {reader.shape}"
    )
  if len(counts) <= wide:
    raise ValueError(
      f"counts: wanted more than {wide} measured cases, found {len(counts)}; "
      "with fewer tell mm and counts"
    )
  if not (counts >= 0).all():
    raise ValueError("counts: wanted numbers >= 0, found another")
  if not (seconds > 0).all():
    raise ValueError("seconds: wanted numbers > 0, found another")


def _solve(counts, seconds):
  """[6] prices; what was never done costs 0."""
  scale = np.abs(counts).max(0)
  scale[scale == 0] = 1.0
  columns = counts / scale
  found = scipy.optimize.nnls(columns, seconds)[0]
  for _ in range(_TURNS):
    expected = columns @ found
    weight = 1 / np.maximum(expected, 0.05 * seconds.mean())
    found = scipy.optimize.nnls(columns * weight[:, None], seconds * weight)[0]
  return found / scale


def _left_out(counts, seconds, reader):
  """[n] seconds predicted by a fit to the other readers; NaN without any."""
  found = np.full(len(seconds), np.nan)
  names = np.unique(reader)
  for name in names if len(names) > 1 else ():
    mine = reader == name
    found[mine] = counts[mine] @ _solve(counts[~mine], seconds[~mine])
  return found


def _rank(predicted, seconds):
  """Spearman's rho; NaN where nothing can be ranked."""
  known = np.isfinite(predicted)
  if known.sum() < 3 or np.ptp(predicted[known]) == 0 or np.ptp(seconds) == 0:
    return float("nan")
  return float(scipy.stats.spearmanr(predicted, seconds).statistic)
