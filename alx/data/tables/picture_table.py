"""Reads pictures that a table has the patients and classes of."""

import pathlib
import re
from collections import Counter
from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, Dataset, bad_input, read_each
from alx.data.files import visible_below
from alx.data.groups import notes_of_split
from alx.data.label_values import class_names, default_names
from alx.data.patients import name_patients
from alx.data.pictures import pictures
from alx.data.tables import tables
from alx.data.tables.classes import Classes, read_classes
from alx.data.tables.files import Pictures
from alx.data.tables.split import find_split, part_of
from alx.data.tables.tables import Table, check_once, place_of, shortened

COLUMNS = ("image_name", "patient_id", "target")
_NAMES = "benign_malignant"  # what the targets are called


class _Row(NamedTuple):
  """A row that names a picture and a class."""

  where: str  # file and line, for messages
  name: pathlib.PurePosixPath  # of the picture, as the table has it
  patient: str
  target: str
  class_name: str  # "": not told
  part: str  # train, val or test; "": not told


def parse_columns(columns: str) -> tuple[str, str, str]:
  """Names of the columns of picture, patient ("": none) and class.

  Raises:
    DataError: other than three different names.
  """
  if not columns:
    return COLUMNS
  names = tuple(name.strip() for name in columns.split(","))
  given = [name for name in names if name]
  right = len(names) == 3 and names[0] and names[2]
  if not right or len(set(given)) < len(given):
    wanted = "IMAGE,PATIENT,CLASS, or IMAGE,,CLASS where no patient is known"
    raise bad_input("columns", wanted, repr(columns))
  return names


def is_folder(path: pathlib.Path) -> bool:
  """Whether a table with the three columns lies in it or one folder below."""
  return any(_with_columns(path, COLUMNS))


def load_folder(
  path: pathlib.Path, reading: pictures.Reading, columns: str = ""
) -> Dataset:
  """Reads PATH/*.csv with image_name, patient_id, target, and its pictures.

  The layout of ISIC 2020 (Rotemberg et al. 2021), whose files are called
  `ISIC_2020_Training_GroundTruth.csv` or `train.csv`. Pictures may lie in the
  folder or anywhere below it; image_name may have folders and an ending or
  not. Targets are numbers of classes, or their names. Names of numbers are
  taken from a column benign_malignant. A column of train, val and test, by any
  name, is the split.

  Args:
    path: the folder.
    reading: how.
    columns: the columns by other names, see `parse_columns`.

  Raises:
    DataError: not one such table, a name twice, two pictures of one name, or
      no row that makes sense with a picture that can be read.
  """
  wanted = parse_columns(columns)
  found = _with_columns(path, wanted)
  if len(found) != 1:
    what = [str(t.file.relative_to(path)) for t in found] or _headers(path)
    named = ", ".join(name for name in wanted if name)
    raise bad_input(path, f"one CSV file with {named}", what)
  check_once(found[0], [name for name in wanted if name])
  rows, senseless, unused = _read_rows(found[0], wanted, reading.strict)
  classes, unclear = read_classes(
    [(row.where, row.target) for row in rows], wanted[2], reading.strict
  )
  rows = [rows[i] for i in classes.items]
  files, missing = _find_files(path, rows, reading.strict)
  images, damaged = pictures.read_pictures(files, reading)
  ids = _ids(rows, files)
  kept = tuple(ids[i] for i in images)
  named = [rows[i].patient for i in images] if wanted[1] else []
  groups, told = name_patients(found[0].file, named, kept if named else ())
  split = _split([rows[i] for i in images])
  torn = notes_of_split(found[0].file, groups or None, split)
  passed = pictures.passed_over(path, {found[0].file, *files.values()})
  return Dataset(
    name=path.resolve().name,
    task="classification",
    ids=kept,
    images=tuple(images.values()),
    labels=tuple(np.array(classes.labels[i], np.int32) for i in images),
    class_names=_class_names(found[0].file, rows, classes),
    spacing_mm=(None,) * len(images),
    groups=groups or None,
    split=split,
    left_out=(*senseless, *unclear, *missing, *damaged),
    notes=(
      *_unused_classes(found[0].file, classes),
      *unused,
      *told,
      *torn,
      *passed,
    ),
  )


def _with_columns(path, wanted) -> list[Table]:
  """Tables with all the columns: those in the folder, else those below."""
  for files in tables.tables_near(path):
    found = [file for file in files if _has(tables.read_header(file), wanted)]
    if found:
      return [tables.read_table(file) for file in found]
  return []


def _has(header, wanted):
  places = (place_of(header, name) for name in wanted if name)
  return all(place is not None for place in places)


def _headers(path):
  """What the tables of a folder have, for messages."""
  files = [file for place in tables.tables_near(path) for file in place]
  headers = {file: tables.read_header(file) for file in files}
  told = [
    f"{file.relative_to(path)} with {shortened(header)}"
    for file, header in headers.items()
    if len(header) > 1
  ]
  sheets = [sheet.name for sheet in tables.sheets_near(path)]
  told += [f"{name}, which is to be saved as CSV" for name in sheets]
  return "; ".join(told[:3]) or "no table (.csv, .tsv, .txt)"


def _split(rows):
  """[N] int8, or None where no column tells it."""
  if not rows[0].part:
    return None
  return np.array([part_of(row.part) for row in rows], np.int8)


def _read_rows(table, wanted, strict):
  """(rows, a line for each that says no picture, lines about columns)."""
  places = [place_of(table.header, name) if name else None for name in wanted]
  names = place_of(table.header, _NAMES) if wanted == COLUMNS else None
  places.append(names)
  part, unused = find_split(table, [p for p in places if p is not None])
  places.append(part)
  rows, _, left_out = read_each(
    table.rows, lambda row: _row(table, *row, wanted, places), strict
  )
  if not rows and left_out:
    raise DataError(left_out[0])
  rows = [r._replace(patient=_patient(r.where, r.patient)) for r in rows]
  twice = [n for n, c in Counter(row.name for row in rows).items() if c > 1]
  if not rows or twice:
    what = f"{[str(n) for n in twice[:3]]} twice" if twice else "no row"
    raise bad_input(table.file, f"rows with an {wanted[0]} each", what)
  return rows, left_out, unused


def _row(table, line, cells, wanted, places):
  where = f"{table.file}, line {line}"
  if any(cells[len(table.header) :]):
    found = f"{len(cells)} in {','.join(cells)[:80]}"
    raise bad_input(where, f"{len(table.header)} cells", found)
  texts = [
    cells[place] if place is not None and place < len(cells) else ""
    for place in places
  ]
  if not texts[0]:
    raise bad_input(where, f"a {wanted[0]}", "nothing")
  name = pathlib.PurePosixPath(texts[0].replace("\\", "/"))
  return _Row(where, name, *texts[1:])


def _patient(where, text):
  """A name of a patient: 1.0, as a column with gaps has it, is 1."""
  if re.fullmatch(r"\d+(\.\d+)?[eE]\+\d+", text):
    found = f"{text}, of which a spreadsheet has cut the digits"
    raise bad_input(where, "a patient (write the column as text)", found)
  whole = re.fullmatch(r"(\d+)\.0+", text)
  return whole[1] if whole else text


def _find_files(path, rows, strict):
  """Files by row, and a line for each row without one."""
  depth = max(len(row.name.parent.parts) for row in rows)
  below = Pictures(filter(pictures.is_picture, visible_below(path)), depth)
  files, missing, owners = {}, [], {}
  for i, row in enumerate(rows):
    found = below.of_name(row.name)
    if not found:
      error = _missing(row, below)
      if strict:
        raise error
      missing.append(str(error))
      continue
    files[i] = _only(path, row, found)
    other = owners.setdefault(files[i], row)
    if other is not row:
      what = f"{files[i].relative_to(path)} of {other.where} once more"
      raise bad_input(row.where, "another picture", what)
  if not files:
    raise DataError(missing[0])
  return files, missing


def _only(path, row, found):
  if len(found) == 1:
    return found[0]
  names = [str(file.relative_to(path)) for file in found[:3]]
  more = f" and {len(found) - 3} more" if len(found) > 3 else ""
  what = " and ".join(names) + more
  raise bad_input(row.where, f"a picture {row.name}", what)


def _missing(row, below):
  other, padded = below.elsewhere(row.name), below.padded(row.name)
  found = "none"
  if other:
    found = f"none, but {other} in a folder that it does not name"
  elif padded:
    found = f"none, but {padded}: the table lost its zeros"
  return bad_input(row.where, f"a picture {row.name}", found)


def _ids(rows, files):
  """Names of the pictures; with folders where two are the same."""
  stems = {i: tables.stem_of(str(rows[i].name)) for i in files}
  if len(set(stems.values())) == len(stems):
    return stems
  joined = {
    i: "_".join((*rows[i].name.parent.parts, stem)).replace("/", "")
    for i, stem in stems.items()
  }
  if len(set(joined.values())) == len(joined):
    return joined
  return {i: f"{i:05d}_{stem}" for i, stem in stems.items()}


def _class_names(file, rows, classes: Classes):
  """Names of the classes, where a column gives each exactly one."""
  if classes.names:
    return classes.names
  count = classes.count
  pairs = {
    (label, row.class_name)
    for label, row in zip(classes.labels, rows, strict=True)
    if row.class_name
  }
  named = dict(pairs)
  if len(pairs) == count and set(named) == set(range(count)):
    names = (named[i] for i in range(count))
    return class_names(names, range(count), f"{file}, {_NAMES}")
  return default_names(tuple(range(count)), background=False)


def _unused_classes(file, classes: Classes):
  """A line where numbers of classes are passed over."""
  unused = sorted(set(range(classes.count)) - set(classes.labels))
  if not unused:
    return ()
  return (f"{file}: no row of class {', '.join(map(str, unused[:8]))}",)
