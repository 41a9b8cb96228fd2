"""The number that a comparison is about: asked for, or chosen by a rule."""

import pathlib
from collections.abc import Sequence

import numpy as np

from alx.data import Dataset, Split
from alx.metrics.summaries import measures
from alx.runs.disk import store
from alx.runs.settings.checks import did_you_mean

AUTO = "auto"
# What published protocols compare, whatever the data are like.
PUBLISHED = {
  "segmentation": ("dice", "as published"),
  "classification": ("auc", "as published"),
}
_OF_CLASSES = (
  *("sensitivity", "specificity", "precision", "f1", "auc"),
  "average_precision",
)
_CLASSIFIED = (
  *("auc", "accuracy", "balanced_accuracy", "macro_f1", "kappa"),
  *("average_precision", "ece", "brier"),
)
_SEGMENTED = (
  *("structure_dice", "dice", "jaccard", "nsd_1_voxel", "assd"),
  *("asd_pred_to_ref", "hd95", "hd100", "assd_penalised", "hd95_penalised"),
  *("hd100_penalised", "volume_error", "missed", "invented", "invented_share"),
)


def metrics_for(dataset: Dataset) -> list[str]:
  """All that a comparison on this data can be about."""
  names = dataset.class_names
  if dataset.task == "classification":
    return [*_CLASSIFIED, *(f"{m}_{n}" for m in _OF_CLASSES for n in names)]
  of_each = [f"{m}_{n}" for m in ("structure_dice", "dice") for n in names[1:]]
  known = all(s is not None and len(s) == 3 for s in dataset.spacing_mm)
  return [*_SEGMENTED, *["volume_error_ml"] * known, *of_each]


def metric_of(
  dataset: Dataset,
  split: Split,
  asked: str = AUTO,
  workdir: pathlib.Path | None = None,
) -> tuple[str, str]:
  """(the column of curve.csv, why that one).

  By itself of segmentations the Dice of the structures that there are. Of
  classes the balanced accuracy where pool or test part are imbalanced, else
  the AUC.

  Args:
    dataset: what is learnt.
    split: of it.
    asked: `AUTO`, or a name.
    workdir: of a run that may have been begun with fewer columns.

  Raises:
    ValueError: for a name that this data has no number of.
  """
  known = metrics_for(dataset)
  begun = _begun(workdir)
  if asked != AUTO:
    return _named(asked, known, begun, workdir), "as the setting metric says"
  if dataset.task == "segmentation":
    wanted = "structure_dice", "mean over classes of the cases that hold them"
    older = "dice"
  else:
    wanted, older = _of_classes(dataset, split), "auc"
  if begun and wanted[0] not in begun:
    return older, f"{wanted[0]} is not in the curves that were begun"
  return wanted


def _named(asked, known, begun, workdir):
  name = measures.spelled(asked)
  if name not in known:
    near = did_you_mean(name, known)
    raise ValueError(
      f"metric: wanted {AUTO} or one of {', '.join(known)}, found "
      f"{asked!r}{near}"
    )
  if begun and name not in begun:
    raise ValueError(
      f"metric: the curves of {workdir} were begun without {name}; name "
      "another --workdir or another metric"
    )
  return name


def _begun(workdir):
  """Columns of a curve that is there; none without one."""
  found = sorted(workdir.glob("runs/*/curve.csv")) if workdir else []
  rows = [row for path in found for row in store.read_rows(path)[:1]]
  return set.intersection(*map(set, rows)) if rows else set()


def _of_classes(dataset, split):
  for part in ("test", "pool"):
    rare, common = _extremes(dataset, getattr(split, part))
    if imbalanced(rare[1], common[1], len(dataset.class_names)):
      return "balanced_accuracy", (
        f"of the {part} items {common[1]:.0%} are {common[0]}, {rare[1]:.1%} "
        f"{rare[0]}"
      )
  return "auc", "the classes are about as frequent"


def imbalanced(rarest: float, largest: float, num_classes: int) -> bool:
  """Whether shares of classes are far from alike.

  The rarest has less than half of its even share, or the largest twice that.
  """
  even = 1 / num_classes
  return rarest < even / 2 or (num_classes > 2 and largest > 2 * even)


def _extremes(dataset, items: Sequence[int]):
  """((class, share) of the rarest, the same of the most frequent)."""
  names = dataset.class_names
  labels = np.array([int(dataset.labels[i]) for i in items])
  shares = np.bincount(labels, minlength=len(names)) / len(labels)
  return [
    (str(names[i]), float(shares[i]))
    for i in (shares.argmin(), shares.argmax())
  ]
