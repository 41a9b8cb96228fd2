"""Which classes are taken for which, on the host in float64.

What a class lacks leaves its number undefined: NaN, left out of means over
classes, never 0 or 1.
"""

import numpy as np

from alx.metrics import inputs
from alx.metrics.means import nan_mean

_WEIGHTS = {
  None: lambda apart: apart != 0,
  "linear": np.abs,
  "quadratic": np.square,
}


def confusion_matrix(
  pred: np.ndarray, truth: np.ndarray, num_classes: int
) -> np.ndarray:
  """How many items of each true class are taken for each class.

  Args:
    pred, truth: [...] integer classes 0..C-1, of one shape.
    num_classes: C >= 2.

  Returns:
    [C, C] int64, true classes along the first axis.

  Raises:
    ValueError: for other kinds, shapes or classes.
  """
  return _counted(("pred", pred), ("truth", truth), num_classes)


def sensitivity(probs: np.ndarray, truth: np.ndarray) -> np.ndarray:
  """Share of the items of each class that are found: its recall.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Returns:
    [C] float64 in [0, 1]; NaN for a class without an item.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  both, _, true, _ = _sides(probs, truth)
  return _share(both, true)


def specificity(probs: np.ndarray, truth: np.ndarray) -> np.ndarray:
  """Share of the items of other classes that are not taken for each class.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Returns:
    [C] float64 in [0, 1]; NaN for a class that all items are of.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  both, predicted, true, total = _sides(probs, truth)
  return _share(total - true - (predicted - both), total - true)


def precision(probs: np.ndarray, truth: np.ndarray) -> np.ndarray:
  """Share of the items taken for each class that are of it.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Returns:
    [C] float64 in [0, 1]; NaN for a class that nothing is taken for.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  both, predicted, _, _ = _sides(probs, truth)
  return _share(both, predicted)


def f1(probs: np.ndarray, truth: np.ndarray) -> np.ndarray:
  """2 TP / (2 TP + FP + FN) of each class.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Returns:
    [C] float64 in [0, 1]; 0 for a class that is only predicted or only true,
    NaN for one that is neither.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  both, predicted, true, _ = _sides(probs, truth)
  return _share(2 * both, predicted + true)


def macro_f1(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean of `f1` over the classes that are true or predicted; NaN for no items.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  return nan_mean(f1(probs, truth))


def cohen_kappa(
  first: np.ndarray,
  second: np.ndarray,
  num_classes: int,
  weights: str | None = None,
) -> float:
  """Agreement of two readers beyond chance: 1 - observed / expected (Cohen).

  The disagreement of classes i and j counts 1 without weights (1960), |i - j|
  with linear and (i - j)^2 with quadratic ones, which are for grades in their
  order (1968). Chance is that of two readers who keep their own shares of the
  classes.

  Args:
    first, second: [...] integer classes 0..C-1 of the same items; a model's
      are `probs.argmax(-1)`.
    num_classes: C >= 2.
    weights: None, "linear" or "quadratic".

  Returns:
    Up to 1, 0 for chance; NaN if no disagreement is expected: without items,
    or where both know one and the same class only.

  Raises:
    ValueError: for other kinds, shapes, classes or weights.
  """
  if weights is not None and weights not in ("linear", "quadratic"):
    raise ValueError(
      f"weights: wanted None, 'linear' or 'quadratic', found {weights!r}"
    )
  counts = _counted(("first", first), ("second", second), num_classes) * 1.0
  places = np.arange(num_classes)
  costs = _WEIGHTS[weights](places[:, None] - places)
  chance = np.outer(counts.sum(1), counts.sum(0))
  expected = (costs * chance).sum()
  if expected == 0:
    return np.nan
  return float(1 - counts.sum() * (costs * counts).sum() / expected)


def _counted(first, second, num_classes):
  """Confusion of two (name, classes), checked; those of the second first."""
  inputs.check_num_classes(num_classes)
  found = [inputs.classes(*x, num_classes) for x in (first, second)]
  if found[0].shape != found[1].shape:
    raise ValueError(
      f"wanted classes of the same items, found shapes {found[0].shape} and "
      f"{found[1].shape}"
    )
  for (name, _), value in zip((first, second), found, strict=True):
    inputs.check_range(name, value, num_classes)
  return _confusion(*(x.ravel() for x in found), num_classes)


def _confusion(pred, truth, num_classes):
  cells = truth.astype(np.int64) * num_classes + pred.astype(np.int64)
  counts = np.bincount(cells, minlength=num_classes**2)
  return counts.reshape(num_classes, num_classes)


def _sides(probs, truth):
  """How many of each class are both, predicted, true [C]; of how many."""
  values, truth = inputs.scored(probs, truth)
  counts = _confusion(values.argmax(-1), truth, values.shape[1])
  return counts.diagonal(), counts.sum(0), counts.sum(1), counts.sum()


def _share(part, whole):
  """[C], NaN where there is no whole."""
  share = part / np.maximum(whole, 1)
  return np.where(whole > 0, share, np.nan)
