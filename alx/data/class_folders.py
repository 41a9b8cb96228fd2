"""Reads folders of pictures, one folder per class."""

import itertools
import pathlib
from typing import NamedTuple

import numpy as np

from alx.data import pictures
from alx.data.dataset import DataError, Dataset, bad_input
from alx.data.files import visible, visible_below
from alx.data.mask_folders import masks_among
from alx.data.parts import PARTS, subfolders

_PARTS = PARTS | {
  "nct-crc-he-100k": 0,
  "nct-crc-he-100k-nonorm": 0,
  "crc-val-he-7k": 2,
}

_LOOKED_AT = 4  # pairs of pictures of one name
_FEW = 8  # colours of what may be a mask
_APART = 32  # levels of colours that count as two


def is_folder(path: pathlib.Path) -> bool:
  """Whether there are folders of pictures, in parts or not."""
  folders = [p for part in _parts(path) for p in subfolders(part)]
  return any(_pictures(folder) for folder in folders)


def pictures_below(path: pathlib.Path) -> list[pathlib.Path]:
  """All pictures, at any depth."""
  return [file for file in visible_below(path) if pictures.is_picture(file)]


def _pictures(folder):
  return [file for file in visible(folder) if pictures.is_picture(file)]


class _Item(NamedTuple):
  part: pathlib.Path  # the folder
  label: int
  file: pathlib.Path


def load_folder(
  path: pathlib.Path, reading: pictures.Reading, notes: tuple[str, ...] = ()
) -> Dataset:
  """Reads PATH/class/*.tif, or PATH/part/class/*.tif.

  The parts are train, val and test (also training, valid, validation and
  testing), or NCT-CRC-HE-100K (or its -NONORM), to
  train on, and CRC-VAL-HE-7K, to test on (Kather et al. 2018,
  doi 10.5281/zenodo.1214456). Classes are ordered by name; a folder without a
  picture in any part is none. Patients are not known in this layout.

  Args:
    path: the folder.
    reading: how.
    notes: lines about what else lies there.

  Raises:
    DataError: two folders of one part, parts of different classes, fewer than
      two classes, two pictures of one name in a class, or no picture that can
      be read.
  """
  parts = _parts(path)
  names, empty = _class_names(path, parts)
  items = _items(parts, names)
  _refuse_masks(parts, names, items)
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
    notes=(*notes, *empty, *pictures.passed_over(path, files.values())),
  )


def _items(parts, names):
  """All pictures, by part, class and name."""
  return [
    _Item(part, label, file)
    for part in parts
    for label, name in enumerate(names)
    for file in _pictures(part / name)
  ]


def _split(items):
  return np.array([_PARTS[item.part.name.lower()] for item in items], np.int8)


def _parts(path):
  """The folders of parts, or the folder itself."""
  found = [p for p in subfolders(path) if p.name.lower() in _PARTS]
  return found or [path]


def _class_names(path, parts):
  """(classes, a line for each folder without pictures); parts must agree."""
  numbers = [_PARTS.get(part.name.lower()) for part in parts]
  if len(set(numbers)) < len(numbers):
    found = [part.name for part in parts]
    raise bad_input(path, "one folder for each part", found)
  folders = {part: [p.name for p in subfolders(part)] for part in parts}
  full = {
    (part, name)
    for part, names in folders.items()
    for name in names
    if _pictures(part / name)
  }
  names = sorted({name for _, name in full})
  if len(names) < 2:
    endings = pictures.count_endings(list(visible_below(parts[0])))
    found = f"{names} in a folder of {endings}"
    raise bad_input(parts[0], "folders of two or more classes", found)
  own = [[name for name in folders[p] if name in names] for p in parts]
  for part, others in zip(parts, own, strict=True):
    if others != own[0]:
      raise bad_input(part, f"the classes {own[0]}", others)
  lines = [
    f"{part / name}: no picture in it"
    + ("" if name in names else ", so it is no class")
    for part, found in folders.items()
    for name in found
    if (part, name) not in full
  ]
  return tuple(names), lines


def _refuse_masks(parts, names, items):
  """Raises where what would be classes may be pictures and their masks."""
  files = {(part, name): {} for part in parts for name in names}
  for item in items:
    files[item.part, names[item.label]][item.file.stem] = item.file
  for (part, name), found in files.items():
    masks = masks_among(found.values())
    if masks:
      wanted = (
        "pictures of one class alone, or, to read the masks, all pictures in "
        "images/ and all masks in masks/"
      )
      what = f"masks beside them, such as {masks[0].name}"
      raise bad_input(part / name, wanted, what)
  for part in parts:
    for one, two in itertools.combinations(names, 2):
      for image, mask in ((one, two), (two, one)):
        _refuse_pair(part, image, mask, files[part, image], files[part, mask])


def _refuse_pair(part, image, mask, images, masks):
  common = sorted(set(images) & set(masks))[:_LOOKED_AT]
  if not common or not set(masks) <= set(images):
    return
  kinds = [(_colours(images[name]), _colours(masks[name])) for name in common]
  few = max(two for _, two in kinds)
  if 2 <= few <= _FEW and all(one > 2 * _FEW for one, _ in kinds):
    wanted = (
      f"other names in {mask} to read {image} and {mask} as classes, or the "
      "folders called images and masks to read a segmentation"
    )
    found = f"{mask} with names of {image}, each of {few} colours or fewer"
    raise bad_input(part, wanted, found)


def _colours(file):
  """How many colours a picture has, a few levels apart; 0: damaged."""
  try:
    found = pictures.read_picture(file)
  except DataError:
    return 0
  return len(np.unique((found // _APART).reshape(-1, 3), axis=0))


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
