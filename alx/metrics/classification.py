"""How well scores tell the class of an item, on the host in float64."""

import numpy as np
import scipy.stats

from alx.metrics import inputs
from alx.metrics.means import nan_mean


def accuracy(probs: np.ndarray, truth: np.ndarray) -> float:
  """Share of items whose likeliest class is the true one; NaN for no items.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  probs, truth = inputs.scored(probs, truth)
  hits = probs.argmax(-1) == truth
  return float(hits.mean()) if hits.size else np.nan


def balanced_accuracy(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean recall over the classes that are present; NaN for no items.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  probs, truth = inputs.scored(probs, truth)
  hits = probs.argmax(-1) == truth
  recalls = [hits[truth == c].mean() for c in np.unique(truth)]
  return float(np.mean(recalls)) if recalls else np.nan


def binary_auc(scores: np.ndarray, positive: np.ndarray) -> float:
  """P(score of a positive > of a negative) + P(equal) / 2, by average ranks.

  Args:
    scores: [N] any scores.
    positive: [N] bool, or 0 and 1.

  Returns:
    In [0, 1]; NaN if only one of the two kinds is there.

  Raises:
    ValueError: for other shapes or values, or a score that is NaN.
  """
  scores, positive = _ranked(scores, positive)
  num_pos, num_neg = int(positive.sum()), int((~positive).sum())
  if num_pos == 0 or num_neg == 0:
    return np.nan
  rank_sum = scipy.stats.rankdata(scores)[positive].sum()
  wins = rank_sum - num_pos * (num_pos + 1) / 2
  return float(wins / (num_pos * num_neg))


def auc(probs: np.ndarray, truth: np.ndarray) -> float:
  """Area under the ROC curve; macro mean of one class against the rest.

  Args:
    probs: [N, C] probabilities, C >= 2; with C = 2 the area is that of class 1.
      Raw scores of a class alone do not rank items, so they are refused.
    truth: [N] integer classes 0..C-1.

  Returns:
    Mean over the classes for which it is defined; NaN if there is none.

  Raises:
    ValueError: for other kinds, shapes, classes, or rows of raw scores.
  """
  values, truth = inputs.scored(probs, truth)
  inputs.check_probabilities(probs)
  classes = [1] if values.shape[1] == 2 else range(values.shape[1])
  areas = [binary_auc(values[:, c], truth == c) for c in classes]
  return nan_mean(areas)


def class_auc(probs: np.ndarray, truth: np.ndarray) -> np.ndarray:
  """`binary_auc` of each class against the rest.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.

  Returns:
    [C] float64; NaN for a class that no item, or every one, is of.

  Raises:
    ValueError: for other kinds, shapes, classes, or rows of raw scores.
  """
  values, truth = inputs.probabilities(probs, truth)
  return np.array([binary_auc(p, truth == c) for c, p in enumerate(values.T)])


def binary_average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
  """Area under the precision-recall curve by steps: sum of (R_i - R_i-1) P_i.

  Over the thresholds from the highest score down, without interpolation
  (Boyd et al. 2013); equal scores are one threshold. A score of chance has
  the share of positives, not 1/2.

  Args:
    scores: [N] any scores.
    positive: [N] bool, or 0 and 1.

  Returns:
    In (0, 1]; NaN if only one of the two kinds is there: without negatives it
    would be 1 for any scores.

  Raises:
    ValueError: for other shapes or values, or a score that is NaN.
  """
  scores, positive = _ranked(scores, positive)
  if positive.all() or not positive.any():
    return np.nan
  order = np.argsort(-scores, kind="stable")
  ends = inputs.ends_of_ties(scores[order])
  found = positive[order].cumsum()[ends]
  asked = np.flatnonzero(ends) + 1
  gained = np.diff(found, prepend=0)
  return float((gained * found / asked).sum() / found[-1])


def average_precision(probs: np.ndarray, truth: np.ndarray) -> np.ndarray:
  """`binary_average_precision` of each class against the rest.

  Args:
    probs: [N, C] probabilities, C >= 2. Raw scores of a class alone do not
      rank items, so they are refused.
    truth: [N] integer classes 0..C-1.

  Returns:
    [C] float64; NaN for a class that no item, or every one, is of.

  Raises:
    ValueError: for other kinds, shapes, classes, or rows of raw scores.
  """
  values, truth = inputs.probabilities(probs, truth)
  return np.array(
    [binary_average_precision(p, truth == c) for c, p in enumerate(values.T)]
  )


def macro_average_precision(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean of `average_precision` over the classes for which it is defined.

  With C = 2 over both classes too: unlike the AUC they differ.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.

  Returns:
    In (0, 1]; NaN if it is defined for no class.

  Raises:
    ValueError: for other kinds, shapes, classes, or rows of raw scores.
  """
  return nan_mean(average_precision(probs, truth))


def _ranked(scores, positive):
  """Checked scores [N] and bool [N]."""
  scores = inputs.scores_of("scores", scores)
  positive = inputs.mask_of("positive", positive)
  if scores.ndim != 1 or scores.shape != positive.shape:
    raise ValueError(
      f"wanted scores [N] and positive [N], found shapes {scores.shape} and "
      f"{positive.shape}"
    )
  return scores, positive
