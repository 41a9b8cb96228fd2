"""Reads folders of pictures, one folder per class."""

import pathlib

import numpy as np

from alx.data import pictures
from alx.data.dataset import Dataset, bad_input, no_progress

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


def load_folder(
  path: pathlib.Path,
  *,
  size: int = 0,
  strict: bool = False,
  progress=no_progress,
) -> Dataset:
  """Reads PATH/class/*.tif, or PATH/part/class/*.tif.

  The parts are train, val and test, or NCT-CRC-HE-100K (or its -NONORM), to
  train on, and CRC-VAL-HE-7K, to test on (Kather et al. 2018,
  doi 10.5281/zenodo.1214456). Classes are ordered by name. Patients are not
  known in this layout.

  Args:
    path: the folder.
    size: see `pictures.read_picture`.
    strict: stop at the first damaged picture.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: two folders of one part, parts of different classes, fewer than
      two classes, or no picture that can be read.
  """
  parts = _parts(path)
  names = _class_names(path, parts)
  files = [
    (part, label, file)
    for part in parts
    for label, name in enumerate(names)
    for file in sorted((part / name).iterdir())
    if pictures.is_picture(file)
  ]
  found, left_out = pictures.read_pictures(
    {i: file for i, (_, _, file) in enumerate(files)},
    size=size,
    strict=strict,
    progress=progress,
  )
  kept = [files[i] for i in found]
  split = [_PARTS.get(part.name.lower(), -1) for part, _, _ in kept]
  return Dataset(
    name=path.resolve().name,
    task="classification",
    ids=_ids(kept),
    images=tuple(found.values()),
    labels=tuple(np.array(label, np.int32) for _, label, _ in kept),
    class_names=names,
    spacing_mm=(None,) * len(kept),
    groups=None,
    split=None if parts == [path] else np.array(split, np.int8),
    left_out=left_out,
  )


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


def _ids(files):
  """Names of the files; with part and class where two are the same."""
  stems = [file.stem for _, _, file in files]
  if len(set(stems)) == len(stems):
    return tuple(stems)
  return tuple(
    f"{part.name}_{file.parent.name}_{file.stem}" for part, _, file in files
  )
