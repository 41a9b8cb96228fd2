"""What a few seeds and a few budgets allow one to say."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.stats


class Interval(NamedTuple):
  """A mean with its confidence interval; NaN is unknown."""

  mean: np.ndarray
  low: np.ndarray
  high: np.ndarray
  count: np.ndarray  # values that entered


class LabelsNeeded(NamedTuple):
  """Numbers of labels at which a target is reached; NaN: never (censored)."""

  first: float  # first budget with score >= target
  stable: float  # first budget from which on no score falls below the target


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
    Arrays without that axis. One value has no interval: NaN ends. None: NaN.

  Raises:
    ValueError: for a level outside (0, 1).
  """
  if not 0.0 < level < 1.0:
    raise ValueError(f"wanted level in (0, 1), got {level}")
  values = np.asarray(values, np.float64)
  known = ~np.isnan(values)
  count = known.sum(axis)
  mean = _ratio(np.where(known, values, 0.0).sum(axis), count)
  apart = np.where(known, values - np.expand_dims(mean, axis), 0.0)
  variance = _ratio((apart**2).sum(axis), count - 1)
  t = scipy.stats.t.ppf(0.5 + level / 2, np.maximum(count - 1, 1))
  half = t * np.sqrt(_ratio(variance, count))
  return Interval(mean, mean - half, mean + half, count)


def _ratio(numerator, count):
  """NaN where nothing was counted, without a warning."""
  ratio = numerator / np.maximum(count, 1)
  return np.where(count > 0, ratio, np.nan)


def paired_difference(
  a: np.ndarray, b: np.ndarray, level: float = 0.95, axis: int = 0
) -> Interval:
  """t interval of mean(a - b) over pairs, such as runs of the same seed.

  Args:
    a, b: [...] of one shape; a pair with a NaN is left out.
    level: confidence, in (0, 1).
    axis: the axis of the pairs.

  Raises:
    ValueError: for different shapes or a level outside (0, 1).
  """
  a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
  if a.shape != b.shape:
    raise ValueError(f"wanted pairs, got shapes {a.shape} and {b.shape}")
  return mean_interval(a - b, level, axis)


def labels_needed(
  labels: Sequence[float], scores: Sequence[float], target: float
) -> LabelsNeeded:
  """Labels until the score reaches the target, at the budgets observed.

  The first crossing flatters a noisy curve, so both are always given.

  Args:
    labels: [R] ascending numbers of labels.
    scores: [R] higher is better; NaN does not reach the target.
    target: the score wanted.

  Raises:
    ValueError: if the two are not [R] with R >= 1 or labels do not ascend.
  """
  labels, scores = _curve(labels, scores)
  reached = scores >= target
  if not reached.any():
    return LabelsNeeded(np.nan, np.nan)
  first = float(labels[reached.argmax()])
  if not reached[-1]:
    return LabelsNeeded(first, np.nan)
  below = np.flatnonzero(~reached)
  stable = labels[below[-1] + 1] if below.size else labels[0]
  return LabelsNeeded(first, float(stable))


def area_under_budget_curve(
  labels: Sequence[float], scores: Sequence[float]
) -> float:
  """Mean height of the curve of scores over labels, by trapezoids.

  sum_r (m_r + m_{r+1}) (n_{r+1} - n_r) / 2, divided by n_R - n_0.

  Args:
    labels: [R] ascending numbers of labels.
    scores: [R]; a NaN makes the area NaN.

  Returns:
    On the scale of the scores; a constant curve returns its constant.

  Raises:
    ValueError: if the two are not [R] with R >= 1 or labels do not ascend.
  """
  labels, scores = _curve(labels, scores)
  if labels.size == 1:
    return float(scores[0])
  area = np.trapezoid(scores, labels)
  return float(area / (labels[-1] - labels[0]))


def _curve(labels, scores):
  labels = np.asarray(labels, np.float64)
  scores = np.asarray(scores, np.float64)
  if labels.ndim != 1 or labels.shape != scores.shape or not labels.size:
    raise ValueError(
      f"wanted one score per number of labels, got shapes "
      f"{labels.shape} and {scores.shape}"
    )
  if not (np.diff(labels) > 0).all():
    raise ValueError(f"wanted ascending numbers of labels, got {labels}")
  return labels, scores
