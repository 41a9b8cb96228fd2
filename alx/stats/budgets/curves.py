"""A learning curve as one number: its area, or labels to reach a target."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.optimize

from alx.stats import checks


class LabelsNeeded(NamedTuple):
  """Numbers of labels at which a target is reached; NaN: never (censored)."""

  first: np.ndarray  # [...], of the first round that passes
  stable: np.ndarray  # [...], of the first from which on every round passes


def first_passing(
  labels: Sequence[float], passed: Sequence[bool]
) -> LabelsNeeded:
  """Labels until a test passes, at the budgets observed.

  The first pass flatters a noisy curve, so both rules are always given.

  Args:
    labels: [R] ascending numbers of labels.
    passed: [..., R] whether each round passes; NaN does not.

  Raises:
    ValueError: if there is not one flag per number of labels, labels do not
      ascend, or a flag is none, such as a p-value.
  """
  labels, passed = _curve(labels, passed)
  if not np.isin(passed[~np.isnan(passed)], (0, 1)).all():
    raise ValueError(f"wanted flags, got {passed}")
  passed = passed == 1
  stays = np.logical_and.accumulate(passed[..., ::-1], -1)[..., ::-1]
  return LabelsNeeded(_first(labels, passed), _first(labels, stays))


def _first(labels, passed):
  found = labels[passed.argmax(-1)]
  return np.where(passed.any(-1), found, np.nan)[()]


def labels_needed(
  labels: Sequence[float], scores: Sequence[float], target: float
) -> LabelsNeeded:
  """Labels until the score reaches the target, at the budgets observed.

  Args:
    labels: [R] ascending numbers of labels.
    scores: [..., R] higher is better; NaN does not reach the target, what is
      below it by rounding does.
    target: the score wanted.

  Raises:
    ValueError: if there is not one score per number of labels, labels do not
      ascend, or the target is no number.
  """
  labels, scores = _curve(labels, scores)
  return first_passing(labels, scores >= _least(target))


def _least(target):
  """What reaches the target but for rounding."""
  target = checks.numbers(target, "target")
  if target.ndim or np.isnan(target):
    raise ValueError(f"wanted a number as target, got {target}")
  return float(target) - checks.ROUNDING * abs(float(target))


def labels_needed_isotonic(
  labels: Sequence[float], scores: Sequence[float], target: float
) -> float:
  """Labels at which the best rising fit reaches the target.

  The fit is the nondecreasing curve of least squares (pool adjacent
  violators), with straight lines between the numbers of labels.

  Args:
    labels: [R] ascending numbers of labels.
    scores: [R] higher is better; NaN are left out of the fit.
    target: the score wanted.

  Returns:
    Labels between the first and the last; NaN: never (censored).

  Raises:
    ValueError: if the two are not [R], labels do not ascend, or the target is
      no number.
  """
  least = _least(target)
  labels, scores = _one_curve(labels, scores)
  labels, scores = labels[~np.isnan(scores)], scores[~np.isnan(scores)]
  if not scores.size:
    return np.nan
  fit = scipy.optimize.isotonic_regression(scores).x
  at = int(np.searchsorted(fit, least))  # of the first that reaches it
  if at == len(fit):
    return np.nan
  if at == 0:
    return float(labels[0])
  way = (min(target, fit[at]) - fit[at - 1]) / (fit[at] - fit[at - 1])
  return float(labels[at - 1] + way * (labels[at] - labels[at - 1]))


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
  labels, scores = _one_curve(labels, scores)
  if labels.size == 1:
    return float(scores[0])
  area = np.trapezoid(scores, labels)
  return float(area / (labels[-1] - labels[0]))


def _one_curve(labels, scores):
  labels, scores = _curve(labels, scores)
  if scores.ndim != 1:
    raise ValueError(f"wanted one curve [R], got shape {scores.shape}")
  return labels, scores


def _curve(labels, scores):
  labels = checks.numbers(labels, "labels")
  scores = checks.numbers(scores, "scores")
  if labels.ndim != 1 or labels.shape != scores.shape[-1:] or not labels.size:
    raise ValueError(
      f"wanted one score per number of labels, got shapes "
      f"{labels.shape} and {scores.shape}"
    )
  if np.isnan(labels).any() or not (np.diff(labels) > 0).all():
    raise ValueError(f"wanted ascending numbers of labels, got {labels}")
  return labels, scores
