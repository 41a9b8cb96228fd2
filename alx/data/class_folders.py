"""Reads folders of pictures, one folder per class."""

import pathlib
from typing import NamedTuple

import numpy as np

from alx.data import pictures
from alx.data.dataset import Dataset, bad_input

_PARTS = {  # folders of a part: train 0, val 1, test 2
  "train": 0,
  "val": 1,
  "test": 2,
  "nct-crc-he-100k": 0,
  "nct-crc-he-100k-nonorm": 0,
  "crc-val-he-7k": 2,
}


def is_folder(path: pathlib.Path) -> bool:
  """Whether there are folders of pictures, in parts or not."""
  folders = [p for part in _parts(path) for p in _subfolders(part)]
  return any(pictures.is_picture(p) for f in folders for p in f.iterdir())


class _Item(NamedTuple):
  part: pathlib.Path  # the folder
  label: int
  file: pathlib.Path


def load_folder(path: pathlib.Path, reading: pictures.Reading) -> Dataset:
  """Reads PATH/class/*.tif, or PATH/part/class/*.tif.

  The parts are train, val and test, or NCT-CRC-HE-100K (or its -NONORM), to
  train on, and CRC-VAL-HE-7K, to test on (Kather et al. 2018,
  doi 10.5281/zenodo.1214456). Classes are ordered by name. Patients are not
  known in this layout.

  Raises:
    DataError: two folders of one part, parts of different classes, fewer than
      two classes, two pictures of one name in a class, or no picture that can
      be read.
  """
  parts = _parts(path)
  names = _class_names(path, parts)
  items = _items(parts, names)
  ids = _ids(path, items)
  files = {i: item.file for i, item in enumerate(items)}
  found, left_out = pictures.read_pictures(files, reading)
  return Dataset(
    name=path.resolve().name,
    task="classification",
    ids=tuple(ids[i] for i in found),
    images=tuple(found.values()),
    labels=tuple(np.array(items[i].label, np.int32) for i in found),
    class_names=names,
    spacing_mm=(None,) * len(found),
    groups=None,
    split=None if parts == [path] else _split([items[i] for i in found]),
    left_out=left_out,
  )


def _items(parts, names):
  """All pictures, by part, class and name."""
  return [
    _Item(part, label, file)
    for part in parts
    for label, name in enumerate(names)
    for file in sorted((part / name).iterdir())
    if pictures.is_picture(file)
  ]


def _split(items):
  return np.array([_PARTS[item.part.name.lower()] for item in items], np.int8)


def _parts(path):
  """The folders of parts, or the folder itself."""
  found = [p for p in _subfolders(path) if p.name.lower() in _PARTS]
  return found or [path]


def _subfolders(path):
  found = (p for p in path.iterdir() if not p.name.startswith("."))
  return sorted(p for p in found if p.is_dir())


def _class_names(path, parts):
  """The classes, which all parts must share."""
  numbers = [_PARTS.get(part.name.lower()) for part in parts]
  if len(set(numbers)) < len(numbers):
    found = [part.name for part in parts]
    raise bad_input(path, "one folder for each part", found)
  names = [p.name for p in _subfolders(parts[0])]
  if len(names) < 2:
    raise bad_input(parts[0], "folders of two or more classes", names)
  for part in parts[1:]:
    others = [p.name for p in _subfolders(part)]
    if others != names:
      raise bad_input(part, f"the classes {names}", others)
  return tuple(names)


def _ids(path, items):
  """Names of the files; with part and class where two are the same."""
  ids = [item.file.stem for item in items]
  if len(set(ids)) < len(ids):
    ids = [f"{i.part.name}_{i.file.parent.name}_{i.file.stem}" for i in items]
  files = {}
  for name, item in zip(ids, items, strict=True):
    other = files.setdefault(name, item.file)
    if other is not item.file:
      found = f"{other.relative_to(path)} and {item.file.relative_to(path)}"
      raise bad_input(path, "another name for each picture", found)
  return ids
