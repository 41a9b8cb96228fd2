"""Whether probabilities are what they say, on the host in float64.

An item's confidence is the probability of its likeliest class, the first of
equal ones; it is right where that is the true class. No items: NaN.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.metrics import inputs, outlines
from alx.metrics.means import nan_mean


class Reliability(NamedTuple):
  """M bins of confidence; what a reliability diagram shows."""

  edges: np.ndarray  # [M + 1] float64; bin i is (edges[i], edges[i + 1]]
  count: np.ndarray  # [M] int64, items in it
  confidence: np.ndarray  # [M] float64, mean; NaN for an empty bin
  accuracy: np.ndarray  # [M] float64, share that is right; NaN for an empty one


def reliability(
  probs: np.ndarray, truth: np.ndarray, num_bins: int = 15
) -> Reliability:
  """Confidence and accuracy in bins of equal width; the first is closed.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    num_bins: M >= 1.

  Raises:
    ValueError: for other kinds, shapes, classes or bins, or raw scores.
  """
  top, right = _confidences(probs, truth)
  return _bins(top, right, _edges(num_bins))


def reliability_by_count(
  probs: np.ndarray, truth: np.ndarray, num_bins: int = 15
) -> Reliability:
  """The same in bins of as many items each, as far as ties allow.

  Edges are quantiles of the confidences; equal ones stay in one bin, so that
  there may be fewer than `num_bins`.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    num_bins: M >= 1.

  Raises:
    ValueError: for other kinds, shapes, classes or bins, or raw scores.
  """
  inputs.check_whole("num_bins", num_bins, 1)
  top, right = _confidences(probs, truth)
  if not top.size:
    return _bins(top, right, np.array([0.0, 1.0]))
  shares = np.arange(1, num_bins + 1) / num_bins
  upper = np.quantile(top.astype(float), shares, method="inverted_cdf")
  return _bins(top, right, np.unique(np.append(upper, 0.0)))


def ece(probs: np.ndarray, truth: np.ndarray, num_bins: int = 15) -> float:
  """Expected calibration error: sum of n_m / N |accuracy_m - confidence_m|.

  Over the bins of `reliability` (Guo et al. 2017, eq. 3). It depends on the
  bins, and few items have a large one by chance. Most voxels of a volume are
  easy background: take those `near_foreground`.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    num_bins: M >= 1.

  Returns:
    In [0, 1]; NaN for no items.

  Raises:
    ValueError: for other kinds, shapes, classes or bins, or raw scores.
  """
  return _expected(reliability(probs, truth, num_bins))


def adaptive_ece(
  probs: np.ndarray, truth: np.ndarray, num_bins: int = 15
) -> float:
  """`ece` over the bins of `reliability_by_count` (Nguyen & O'Connor 2015).

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    num_bins: M >= 1.

  Returns:
    In [0, 1]; NaN for no items.

  Raises:
    ValueError: for other kinds, shapes, classes or bins, or raw scores.
  """
  return _expected(reliability_by_count(probs, truth, num_bins))


def classwise_ece(
  probs: np.ndarray, truth: np.ndarray, num_bins: int = 15
) -> float:
  """Mean over classes of the error of that class's probability.

  Bins of equal width of p_c against the share of items that are of class c
  (Kull et al. 2019); a class that no item is of has one too.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    num_bins: M >= 1.

  Returns:
    In [0, 1]; NaN for no items.

  Raises:
    ValueError: for other kinds, shapes, classes or bins, or raw scores.
  """
  values, truth = inputs.probabilities(probs, truth)
  edges = _edges(num_bins)
  return nan_mean(
    [_expected(_bins(p, truth == c, edges)) for c, p in enumerate(values.T)]
  )


def max_calibration_error(
  probs: np.ndarray, truth: np.ndarray, num_bins: int = 15
) -> float:
  """The largest |accuracy_m - confidence_m| of a bin that is not empty.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    num_bins: M >= 1.

  Returns:
    In [0, 1]; NaN for no items.

  Raises:
    ValueError: for other kinds, shapes, classes or bins, or raw scores.
  """
  found = reliability(probs, truth, num_bins)
  gaps = abs(found.accuracy - found.confidence)[found.count > 0]
  return float(gaps.max()) if gaps.size else np.nan


def overconfidence(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean confidence minus accuracy: above 0 too sure, below 0 too modest.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.

  Returns:
    In [-1, 1]; NaN for no items.

  Raises:
    ValueError: for other kinds, shapes or classes, or raw scores.
  """
  top, right = _confidences(probs, truth)
  top = top.astype(np.float64)
  return float(top.mean() - right.mean()) if top.size else np.nan


def brier_score(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean over items of the sum over classes of (p - y)^2 (Brier 1950).

  With C = 2 it is twice the score of one column alone.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.

  Returns:
    In [0, 2], 0 is best; NaN for no items.

  Raises:
    ValueError: for other kinds, shapes or classes, or raw scores.
  """
  values, truth = inputs.probabilities(probs, truth)
  apart = values.astype(np.float64)
  apart[np.arange(len(truth)), truth] -= 1
  return float((apart**2).sum(-1).mean()) if truth.size else np.nan


def negative_log_likelihood(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean over items of -log p of the true class, nats.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.

  Returns:
    >= 0 but for rounding, 0 is best; infinite if a true class had no
    probability, NaN for no items.

  Raises:
    ValueError: for other kinds, shapes or classes, or raw scores.
  """
  values, truth = inputs.probabilities(probs, truth)
  if not truth.size:
    return np.nan
  own = values.astype(np.float64)[np.arange(len(truth)), truth]
  with np.errstate(divide="ignore"):
    return float(-np.log(own).mean() + 0.0)


def near_foreground(
  pred: np.ndarray,
  truth: np.ndarray,
  distance_mm: float,
  spacing_mm: Sequence[float] | None = None,
) -> np.ndarray:
  """Voxels of which the calibration of a segmentation is worth a number.

  Those at most so far from a voxel that is predicted or true, itself included;
  the rest is background that every model is sure of, and hides its errors.
  `probs[near]` and `labels[near]` are items: take the error of each case, then
  the mean.

  Args:
    pred, truth: [*sp] bool, or 0 and 1.
    distance_mm: >= 0, between centres of voxels; in voxels where the spacing
      is unknown.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Returns:
    [*sp] bool; nowhere true if both are empty.

  Raises:
    ValueError: for masks of different extents or other values, a spacing that
      is not one positive number per axis, or another distance.
  """
  pred, truth, spacing = inputs.two_masks(pred, truth, spacing_mm)
  distance = inputs.number_of("distance_mm", distance_mm, 0)
  either = pred | truth
  apart = outlines.distance_to(either, spacing)
  return apart <= distance * (1 + inputs.ROUNDING)


def _confidences(probs, truth):
  """Of each item its confidence and whether it is right [N]."""
  values, truth = inputs.probabilities(probs, truth)
  likeliest = values.argmax(-1)
  return values[np.arange(len(truth)), likeliest], likeliest == truth


def _edges(num_bins):
  inputs.check_whole("num_bins", num_bins, 1)
  return np.arange(num_bins + 1) / num_bins


def _bins(values, right, edges):
  """`Reliability` of values [N] and what happened [N].

  Edges are rounded as the values are: 0.6 in float32 is not above 0.6.
  """
  num_bins = len(edges) - 1
  ends = edges.astype(values.dtype).astype(np.float64)
  values = values.astype(np.float64)
  places = (np.searchsorted(ends, values) - 1).clip(0, num_bins - 1)
  count = np.bincount(places, minlength=num_bins)
  some = np.where(count > 0, count, np.nan)
  sums = [np.bincount(places, x, num_bins) for x in (values, right)]
  return Reliability(edges, count, sums[0] / some, sums[1] / some)


def _expected(found):
  """Mean gap of `Reliability` over its items."""
  total = found.count.sum()
  gaps = abs(found.accuracy - found.confidence)
  return float(np.nansum(gaps * found.count) / total) if total else np.nan
