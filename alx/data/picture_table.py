"""Reads pictures that a CSV file has the patients and classes of."""

import csv
import pathlib
from collections import Counter

import numpy as np

from alx.data import pictures
from alx.data.dataset import DataError, Dataset, bad_input, no_progress
from alx.data.label_values import default_names

_COLUMNS = ("image_name", "patient_id", "target")
_NAMES = "benign_malignant"  # what the targets are called


def is_folder(path: pathlib.Path) -> bool:
  """Whether a CSV file with the three columns lies in it."""
  return bool(_tables(path))


def load_folder(
  path: pathlib.Path,
  *,
  size: int = 0,
  strict: bool = False,
  progress=no_progress,
) -> Dataset:
  """Reads PATH/*.csv with image_name, patient_id, target, and its pictures.

  The layout of ISIC 2020 (Rotemberg et al. 2021), whose files are called
  `ISIC_2020_Training_GroundTruth.csv` or `train.csv`. Pictures may lie in the
  folder or anywhere below it; image_name is the name without its ending.
  Names of the two classes are taken from a column benign_malignant.

  Args:
    path: the folder.
    size: see `pictures.read_picture`.
    strict: stop at the first picture that is not there or damaged.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: two such tables, a row that makes no sense, a name twice, or no
      picture that can be read.
  """
  tables = _tables(path)
  if len(tables) != 1:
    found = [table.name for table in tables]
    raise bad_input(path, f"one CSV file with {', '.join(_COLUMNS)}", found)
  table = tables[0]
  rows = _read_rows(table)
  targets = [_target(table, i, row) for i, row in enumerate(rows)]
  files, missing = _find_files(path, table, rows, strict)
  found, damaged = pictures.read_pictures(
    files, size=size, strict=strict, progress=progress
  )
  count = max(2, max(targets) + 1)
  return Dataset(
    name=path.resolve().name,
    task="classification",
    ids=tuple(rows[i]["image_name"] for i in found),
    images=tuple(found.values()),
    labels=tuple(np.array(targets[i], np.int32) for i in found),
    class_names=_class_names(rows, targets, count),
    spacing_mm=(None,) * len(found),
    groups=tuple(rows[i]["patient_id"] for i in found),
    split=None,
    left_out=(*missing, *damaged),
  )


def _tables(path):
  """CSV files of the folder that have the three columns."""
  return [
    file
    for file in sorted(path.glob("*.csv"))
    if set(_COLUMNS) <= set(_header(file))
  ]


def _header(file):
  try:
    with open(file, newline="", encoding="utf-8-sig") as text:
      return next(csv.reader(text), [])
  except (OSError, ValueError, csv.Error):
    return []


def _read_rows(table):
  try:
    with open(table, newline="", encoding="utf-8-sig") as text:
      rows = list(csv.DictReader(text))
  except (OSError, ValueError, csv.Error) as error:
    raise bad_input(table, "a CSV file", error) from error
  for i, row in enumerate(rows):
    for name in _COLUMNS:
      if not row[name]:
        raise bad_input(f"{table}, line {i + 2}", f"a {name}", "nothing")
  names = [row["image_name"] for row in rows]
  if not rows or len(set(names)) < len(names):
    twice = [n for n, times in Counter(names).items() if times > 1]
    found = f"{twice[:3]} twice" if twice else "no row"
    raise bad_input(table, "rows with an image_name each", found)
  return rows


def _target(table, i, row):
  text = row["target"]
  if not text.isdecimal() or int(text) > 254:
    wanted = "a target that is a class 0, 1, ..."
    raise bad_input(f"{table}, line {i + 2}", wanted, repr(text))
  return int(text)


def _find_files(path, table, rows, strict):
  """Files by row, and a line for each row without one."""
  below = {p.stem: p for p in path.rglob("*") if pictures.is_picture(p)}
  files, missing = {}, []
  for i, row in enumerate(rows):
    name = row["image_name"]
    if name in below:
      files[i] = below[name]
      continue
    error = bad_input(f"{table}, line {i + 2}", f"a picture {name}", "none")
    if strict:
      raise error
    missing.append(str(error))
  if not files:
    raise DataError(missing[0])
  return files, tuple(missing)


def _class_names(rows, targets, count):
  """Names of the classes, where a column gives each exactly one."""
  pairs = {
    (target, row[_NAMES])
    for target, row in zip(targets, rows, strict=True)
    if row.get(_NAMES)
  }
  named = dict(pairs)
  if len(pairs) == count and set(named) == set(range(count)):
    return tuple(named[i] for i in range(count))
  return default_names(tuple(range(count)), background=False)
