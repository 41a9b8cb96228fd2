"""How good every method is at each class, and what it takes for what."""

from collections.abc import Sequence

import numpy as np

from alx.metrics.summaries.measures import class_of, measure_of
from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import Arm
from alx.report.read import Run, Study, read_rows
from alx.report.tables import Table

_ORDER = (
  *("structure_dice", "dice", "sensitivity", "specificity", "precision", "f1"),
  *("auc", "average_precision"),
)
_COUNTED = ("missed", "invented", "invented_voxels")
_APART = (
  *("assd", "hd95", "missed", "invented_share", "invented_voxels"),
  "hd95_penalised",
)
_MOST = 12  # classes of a confusion


def of_classes(study: Study, arms: Sequence[Arm]) -> list[tuple[str, Table]]:
  """For each class a table of methods by measures, with the last labels."""
  columns = [c for c in numbers.columns(study) if class_of(c)]
  found = []
  for name in dict.fromkeys(map(class_of, columns)):
    mine = [c for c in columns if class_of(c) == name]
    mine = sorted(mine, key=lambda c: _ORDER.index(measure_of(c).kind))
    head = ["", *(_heading(c, name) for c in mine)]
    rows = [_row(arm, mine) for arm in arms]
    found.append((name, Table(head, rows)))
  return found


def _heading(column, name):
  text = words.column(column).removesuffix(name).strip()
  return text.removesuffix(", of")


def _row(arm, columns):
  cells = [words.with_sd(list(map(float, arm.last(c)))) for c in columns]
  return [words.plain(arm.name), *cells]


def distances(study: Study, arms: Sequence[Arm]) -> Table | None:
  """Distances with the last labels, beside what has none; of segmentations."""
  there = set(numbers.columns(study))
  columns = [c for c in _APART if c in there]
  if "missed" not in columns or not arms:
    return None
  unit = study.dataset.get("distance_unit")
  head = ["", *(words.column(c, unit) for c in columns)]
  return Table(head, [_row_apart(arm, columns) for arm in arms])


def _row_apart(arm, columns):
  cells = []
  for column in columns:
    values = list(map(float, arm.last(column)))
    text = words.with_sd(values, 1 if column in _COUNTED else 3)
    held = arm.last("structures")
    if column == "missed" and np.isfinite(held).all():
      text += f" of {held.mean():g}"
    cells.append(text)
  return [words.plain(arm.name), *cells]


def confusions(
  arms: Sequence[Arm], names: Sequence[str]
) -> list[tuple[str, Table]]:
  """For each method true classes by predicted ones, test items per seed."""
  if not 2 <= len(names) <= _MOST:
    return []
  found = []
  for arm in arms:
    counts = [confusion(run, names) for run in arm.runs]
    if counts and all(c is not None for c in counts):
      mean = np.mean(counts, 0)
      found.append((words.plain(arm.name), _table(mean, names)))
  return found


def confusion(run: Run, names: Sequence[str]) -> np.ndarray | None:
  """[C, C] test items of the last round, true classes first.

  None without items, and where one is of a class that is none of the names.
  """
  place = {name: at for at, name in enumerate(names)}
  counts = np.zeros((len(names), len(names)))
  for row in read_rows(run.folder / "predictions.csv"):
    if row.get("part") == "test":
      cell = place.get(row.get("class")), place.get(row.get("predicted"))
      if None in cell:
        return None
      counts[cell] += 1
  return counts if counts.any() else None


def _table(mean, names):
  rows = []
  for name, row in zip(names, mean, strict=True):
    cells = [words.number(float(v), 1).removesuffix(".0") for v in row]
    rows.append([str(name), *cells])
  return Table(["true, below: taken for", *map(str, names)], rows)
