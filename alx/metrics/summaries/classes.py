"""The numbers of a classification."""

from collections.abc import Sequence

import numpy as np

from alx.metrics import calibration, classification, confusion, inputs
from alx.metrics.means import nan_mean


def class_summary(
  probs: np.ndarray, truth: np.ndarray, class_names: Sequence[str] = ()
) -> dict[str, float]:
  """Numbers over all classes, and with names those of each.

  Args:
    probs: [N, C] probabilities, C >= 2.
    truth: [N] integer classes 0..C-1.
    class_names: C names, or none.

  Returns:
    `macro_f1`, `kappa`, `average_precision` (macro), `ece`, `brier` and, of
    each class, `sensitivity_NAME`, `specificity_NAME`, `precision_NAME`,
    `f1_NAME`, `auc_NAME` and `average_precision_NAME`; NaN: undefined.

  Raises:
    ValueError: for other kinds, shapes or classes, or raw scores, or names
      that are not one for each class.
  """
  values, truth = inputs.probabilities(probs, truth)
  num_classes = values.shape[1]
  each = {_name(measure): measure(probs, truth) for measure in _OF_EACH}
  found = {
    "macro_f1": nan_mean(each["f1"]),
    "kappa": confusion.cohen_kappa(values.argmax(-1), truth, num_classes),
    "average_precision": nan_mean(each["average_precision"]),
    "ece": calibration.ece(probs, truth),
    "brier": calibration.brier_score(probs, truth),
  }
  return found | _of_each(each, _checked(class_names, num_classes))


_OF_EACH = (
  confusion.sensitivity,
  confusion.specificity,
  confusion.precision,
  confusion.f1,
  classification.class_auc,
  classification.average_precision,
)


def _of_each(each, names):
  return {
    f"{kind}_{name}": float(value)
    for kind, values in each.items()
    for name, value in zip(names, values[: len(names)], strict=True)
  }


def _name(measure):
  return measure.__name__.removeprefix("class_")


def _checked(names, num_classes):
  names = [str(name) for name in names]
  if (names and len(set(names)) < num_classes) or len(names) > num_classes:
    raise ValueError(
      f"class_names: wanted {num_classes} different names, found {names}"
    )
  return names
