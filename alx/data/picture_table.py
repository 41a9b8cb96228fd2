"""Reads pictures that a table has the patients and classes of."""

import pathlib
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np

from alx.data import pictures, tables
from alx.data.dataset import DataError, Dataset, bad_input
from alx.data.files import visible_below
from alx.data.label_values import class_names, default_names
from alx.data.patients import name_patients
from alx.data.picture_classes import Classes, read_classes
from alx.data.tables import Table, place_of, shortened

COLUMNS = ("image_name", "patient_id", "target")
_NAMES = "benign_malignant"  # what the targets are called


class _Row(NamedTuple):
  """A row that names a picture and a class."""

  where: str  # file and line, for messages
  name: pathlib.PurePosixPath  # of the picture, as the table has it
  patient: str
  target: str
  class_name: str  # "": not told


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
  taken from a column benign_malignant.

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
  rows, senseless = _read_rows(found[0], wanted, reading.strict)
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
    split=None,
    left_out=(*senseless, *unclear, *missing, *damaged),
    notes=(
      *_unused_classes(found[0].file, classes),
      *told,
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


def _read_rows(table, wanted, strict):
  """Rows with a picture, patient and class, and a line for each other one."""
  places = [place_of(table.header, name) if name else None for name in wanted]
  names = place_of(table.header, _NAMES) if wanted == COLUMNS else None
  rows, left_out = [], []
  for line, cells in table.rows:
    try:
      rows.append(_row(table, line, cells, wanted, (*places, names)))
    except DataError as error:
      if strict:
        raise
      left_out.append(str(error))
  if not rows and left_out:
    raise DataError(left_out[0])
  twice = [n for n, c in Counter(row.name for row in rows).items() if c > 1]
  if not rows or twice:
    what = f"{[str(n) for n in twice[:3]]} twice" if twice else "no row"
    raise bad_input(table.file, f"rows with an {wanted[0]} each", what)
  return rows, left_out


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


def _find_files(path, rows, strict):
  """Files by row, and a line for each row without one."""
  below = defaultdict(list)
  for file in filter(pictures.is_picture, visible_below(path)):
    below[file.stem].append(file)
  files, missing, owners = {}, [], {}
  for i, row in enumerate(rows):
    found = _of_name(row.name, below[tables.stem_of(str(row.name))])
    wanted = f"a picture {row.name}"
    if len(found) > 1:
      names = [str(file.relative_to(path)) for file in found]
      raise bad_input(row.where, wanted, " and ".join(names))
    if found:
      other = owners.setdefault(found[0], row)
      if other is not row:
        found = f"{found[0].relative_to(path)} of {other.where} once more"
        raise bad_input(row.where, "another picture", found)
      files[i] = found[0]
      continue
    error = bad_input(row.where, wanted, "none")
    if strict:
      raise error
    missing.append(str(error))
  if not files:
    raise DataError(missing[0])
  return files, missing


def _of_name(name, files):
  """Those files that a name with or without folders and ending may mean."""
  if len(files) > 1:
    same = [file for file in files if file.name == name.name]
    files = same or files
  for depth in range(len(name.parent.parts), 0, -1):
    tail = name.parent.parts[-depth:]
    same = [file for file in files if file.parent.parts[-depth:] == tail]
    if same:
      return same
  return files


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
