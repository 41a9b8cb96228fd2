"""Reads pictures that a CSV file has the patients and classes of."""

import csv
import pathlib
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np

from alx.data import pictures
from alx.data.dataset import DataError, Dataset, bad_input
from alx.data.label_values import class_names, default_names
from alx.data.patients import name_patients

_COLUMNS = ("image_name", "patient_id", "target")
_NAMES = "benign_malignant"  # what the targets are called


class _Row(NamedTuple):
  """A row that makes sense."""

  where: str  # file and line, for messages
  name: str  # of the picture, without its ending
  patient: str
  target: int
  class_name: str  # "": not told


def is_folder(path: pathlib.Path) -> bool:
  """Whether a CSV file with the three columns lies in it.

  Raises:
    DataError: a CSV file that cannot be read, or only such with some of the
      columns: the folder may not be taken for one of another kind.
  """
  return bool(_tables(path))


def load_folder(path: pathlib.Path, reading: pictures.Reading) -> Dataset:
  """Reads PATH/*.csv with image_name, patient_id, target, and its pictures.

  The layout of ISIC 2020 (Rotemberg et al. 2021), whose files are called
  `ISIC_2020_Training_GroundTruth.csv` or `train.csv`. Pictures may lie in the
  folder or anywhere below it; image_name may have its ending or not. Names of
  the two classes are taken from a column benign_malignant.

  Raises:
    DataError: two such tables, a name twice, two pictures of one name, or no
      row that makes sense with a picture that can be read.
  """
  tables = _tables(path)
  if len(tables) != 1:
    found = [table.name for table in tables]
    raise bad_input(path, f"one CSV file with {', '.join(_COLUMNS)}", found)
  rows, senseless = _read_rows(tables[0], reading.strict)
  files, missing = _find_files(path, rows, reading.strict)
  found, damaged = pictures.read_pictures(files, reading)
  kept = [rows[i] for i in found]
  ids = tuple(row.name for row in kept)
  groups, notes = name_patients(tables[0], [row.patient for row in kept], ids)
  return Dataset(
    name=path.resolve().name,
    task="classification",
    ids=ids,
    images=tuple(found.values()),
    labels=tuple(np.array(row.target, np.int32) for row in kept),
    class_names=_class_names(tables[0], rows),
    spacing_mm=(None,) * len(kept),
    groups=groups,
    split=None,
    left_out=(*senseless, *missing, *damaged),
    notes=notes,
  )


def _tables(path):
  """CSV files of the folder that have the three columns."""
  headers = {p: _header(p) for p in sorted(path.glob("*.csv")) if p.is_file()}
  lacking = {p: set(_COLUMNS) - set(names) for p, names in headers.items()}
  whole = [p for p, names in lacking.items() if not names]
  for file, names in lacking.items():
    if not whole and len(names) < len(_COLUMNS):
      found = f"no {' and no '.join(sorted(names))}"
      raise bad_input(file, f"the columns {', '.join(_COLUMNS)}", found)
  return whole


def _header(file):
  return next(_lines(file, csv.reader), [])


def _lines(file, reader):
  """What a reader of the csv module makes of each line.

  Raises:
    DataError: no CSV file, or not in UTF-8.
  """
  try:
    with open(file, newline="", encoding="utf-8-sig") as text:
      yield from reader(text)
  except (OSError, ValueError, csv.Error) as error:
    raise bad_input(file, "a CSV file in UTF-8", error) from error


def _read_rows(table, strict):
  """Rows that make sense, and a line for each other one."""
  rows, left_out = [], []
  for line, cells in enumerate(_lines(table, csv.DictReader), 2):
    try:
      rows.append(_row(f"{table}, line {line}", cells))
    except DataError as error:
      if strict:
        raise
      left_out.append(str(error))
  if not rows and left_out:
    raise DataError(left_out[0])
  twice = [n for n, c in Counter(row.name for row in rows).items() if c > 1]
  if not rows or twice:
    found = f"{twice[:3]} twice" if twice else "no row"
    raise bad_input(table, "rows with an image_name each", found)
  return rows, left_out


def _row(where, cells):
  for column in ("image_name", "target"):
    if not cells[column]:
      raise bad_input(where, f"a {column}", "nothing")
  name = pathlib.Path(cells["image_name"])
  return _Row(
    where,
    name.stem if pictures.is_picture(name) else name.name,
    cells["patient_id"] or "",
    _target(where, cells["target"]),
    cells.get(_NAMES) or "",
  )


def _target(where, text):
  try:
    value = float(text)
  except ValueError:
    value = -1.0
  if not value.is_integer() or not 0 <= value <= 254:
    wanted = "a target that is a class 0, 1, ..."
    raise bad_input(where, wanted, repr(text))
  return int(value)


def _find_files(path, rows, strict):
  """Files by row, and a line for each row without one."""
  below = defaultdict(list)
  for file in filter(pictures.is_picture, sorted(path.rglob("*"))):
    below[file.stem].append(file)
  files, missing = {}, []
  for i, row in enumerate(rows):
    found = below[row.name]
    wanted = f"a picture {row.name}"
    if len(found) > 1:
      names = [str(file.relative_to(path)) for file in found]
      raise bad_input(row.where, wanted, " and ".join(names))
    if found:
      files[i] = found[0]
      continue
    error = bad_input(row.where, wanted, "none")
    if strict:
      raise error
    missing.append(str(error))
  if not files:
    raise DataError(missing[0])
  return files, missing


def _class_names(table, rows):
  """Names of the classes, where a column gives each exactly one."""
  count = max(2, 1 + max(row.target for row in rows))
  pairs = {(row.target, row.class_name) for row in rows if row.class_name}
  named = dict(pairs)
  if len(pairs) == count and set(named) == set(range(count)):
    names = (named[i] for i in range(count))
    return class_names(names, range(count), f"{table}, {_NAMES}")
  return default_names(tuple(range(count)), background=False)
