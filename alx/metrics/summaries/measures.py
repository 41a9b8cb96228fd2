"""What a column of a curve is: which way is better, and what it can be."""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Measure(NamedTuple):
  """One number of a test."""

  kind: str  # the column, or its beginning where a class is behind it
  better: int  # 1: more is better; -1: less
  low: float  # the least that it can be
  high: float  # the most


_SCORES = (
  *("structure_dice", "dice", "jaccard", "nsd_1_voxel"),
  *("auc", "accuracy", "balanced_accuracy", "macro_f1", "average_precision"),
)
_OF_CLASSES = (  # the longest first: average_precision_x is no precision
  *("average_precision", "structure_dice", "sensitivity", "specificity"),
  *("precision", "dice", "auc", "f1"),
)
_ERRORS = (
  *("assd", "asd_pred_to_ref", "hd95", "hd100"),
  *("assd_penalised", "hd95_penalised", "hd100_penalised"),
  *("volume_error", "volume_error_ml", "missed", "invented"),
)
_KNOWN = {
  **{name: Measure(name, 1, 0.0, 1.0) for name in _SCORES},
  "kappa": Measure("kappa", 1, -1.0, 1.0),
  "ece": Measure("ece", -1, 0.0, 1.0),
  "brier": Measure("brier", -1, 0.0, 2.0),
  "invented_share": Measure("invented_share", -1, 0.0, 1.0),
  **{name: Measure(name, -1, 0.0, math.inf) for name in _ERRORS},
}
ALIASES = {
  "nsd": "nsd_1_voxel",
  "surface_dice": "nsd_1_voxel",
  "ap": "average_precision",
  "auprc": "average_precision",
  "auroc": "auc",
  "f1": "macro_f1",
  "bacc": "balanced_accuracy",
  "recall": "sensitivity",
}


def measure_of(column: str) -> Measure | None:
  """What a column is; None for one that methods are not compared by."""
  if column in _KNOWN:
    return _KNOWN[column]
  kind = next((k for k in _OF_CLASSES if column.startswith(f"{k}_")), None)
  return Measure(kind, 1, 0.0, 1.0) if kind else None


def class_of(column: str) -> str:
  """The class whose number it is; "" for a number of all classes."""
  found = measure_of(column)
  if found is None or column in _KNOWN:
    return ""
  return column.removeprefix(f"{found.kind}_")


def comparable(columns: Iterable[str]) -> list[str]:
  """Those that methods can be compared by: of all classes, then of each."""
  found = [name for name in columns if measure_of(name)]
  return sorted(found, key=lambda name: bool(class_of(name)))


def spelled(text: str) -> str:
  """A column as it is named: "nsd", "recall_sick" and "Balanced accuracy" too.

  Args:
    text: as a user writes it.
  """
  text = text.strip()
  if measure_of(text):
    return text
  plain = text.lower().replace(" ", "_").replace("-", "_")
  if plain in ALIASES:
    return ALIASES[plain]
  head, _, of = text.partition("_")
  if ALIASES.get(head.lower()) in _OF_CLASSES:  # recall_NAME, ap_NAME
    return f"{ALIASES[head.lower()]}_{of}"
  return plain if measure_of(plain) else text
