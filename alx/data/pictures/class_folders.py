"""Reads folders of pictures, one folder per class."""

import pathlib
from typing import NamedTuple

import numpy as np

from alx.data.dataset import Dataset, bad_input
from alx.data.files import folded, visible, visible_below
from alx.data.masks.folders import masks_among
from alx.data.pictures import no_classes, pictures
from alx.data.pictures.parts import number_of, parts_among, subfolders

_PUBLISHED = {
  "nct-crc-he-100k": 0,
  "nct-crc-he-100k-nonorm": 0,
  "crc-val-he-7k": 2,
}


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
      two classes, two spellings of a class, two pictures of one name in a
      class, or no picture that can be read.
  """
  parts = _parts(path)
  others, passed = _about_parts(path, parts)
  names, empty = _class_names(path, parts)
  items = _items(parts, names)
  told = _check_classes(path, parts, names, items)
  ids = _ids(path, items)
  files = {i: item.file for i, item in enumerate(items)}
  found, left_out = pictures.read_pictures(files, reading)
  split = _split(parts, [items[i] for i in found])
  lines = (*others, *empty, *told)
  used = {*files.values(), *passed}
  return Dataset(
    name=path.resolve().name,
    task="classification",
    ids=tuple(ids[i] for i in found),
    images=tuple(found.values()),
    labels=tuple(np.array(items[i].label, np.int32) for i in found),
    class_names=names,
    spacing_mm=(None,) * len(found),
    groups=None,
    split=None if parts == [path] else split,
    left_out=left_out,
    notes=(*notes, *lines, *pictures.passed_over(path, used)),
  )


def _items(parts, names):
  """All pictures, by part, class and name."""
  return [
    _Item(part, label, file)
    for part in parts
    for label, name in enumerate(names)
    for file in _pictures(part / name)
  ]


def _number(part):
  return _PUBLISHED.get(part.name.lower(), number_of(part.name))


def _split(parts, items):
  """[N] int8, or None where the folders are no train, val and test."""
  numbers = {part: _number(part) for part in parts}
  if None in numbers.values():
    return None
  return np.array([numbers[item.part] for item in items], np.int8)


def _parts(path):
  """The folders of parts, or the folder itself.

  What is called a part is one where folders of pictures are in it.
  """
  folders = subfolders(path)
  named = parts_among([p.name for p in folders])
  found = [
    p for p in folders if p.name in named or p.name.lower() in _PUBLISHED
  ]
  full = [p for p in found if any(map(_pictures, subfolders(p)))]
  known = [p for p in found if _number(p) is not None]
  return (known if set(known) & set(full) else full) or [path]


def _about_parts(path, parts):
  """(lines about what is no part, its pictures)."""
  if parts == [path]:
    return [], []
  others = [p for p in subfolders(path) if p not in parts]
  others = {p: files for p in others if (files := pictures_below(p))}
  names = ", ".join(part.name for part in parts)
  numbers = {_number(part) for part in parts}
  beside = [p.name for p in others if _pictures(p)]
  if beside and 0 not in numbers and None not in numbers:
    wanted = f"folders of classes to train on in train/ beside {names}"
    raise bad_input(path, wanted, f"pictures in {', '.join(beside[:3])}")
  lines = [f"{p}: passed over, it is none of the parts {names}" for p in others]
  if None in numbers:
    lines.append(f"{path}: {names} are read as one, they are no split")
  return lines, [file for files in others.values() for file in files]


def _class_names(path, parts):
  """(classes, a line for each folder without pictures); parts must agree."""
  numbers = [n for part in parts if (n := _number(part)) is not None]
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
  names, aside = _without_asides(sorted({name for _, name in full}))
  _check_spelling(path, names)
  if len(names) < 2:
    endings = pictures.count_endings(list(visible_below(parts[0])))
    found = f"{names} in a folder of {endings}"
    raise bad_input(parts[0], "folders of two or more classes", found)
  own = [[name for name in folders[p] if name in names] for p in parts]
  for part, others in zip(parts, own, strict=True):
    if others != own[0]:
      raise bad_input(part, f"the classes {own[0]}", others)
  return tuple(names), _about_others(folders, full, names, aside)


def _check_spelling(path, names):
  """Raises for names that differ in case, or in Unicode's forms, alone."""
  known = {}
  for name in names:
    other = known.setdefault(folded(name), name)
    if other != name:
      show = repr if other.casefold() == name.casefold() else ascii
      raise bad_input(path, f"one spelling of {show(other)}", show(name))


def _without_asides(names):
  """(classes, others) where two or more are left."""
  aside = [name for name in names if no_classes.is_aside(name, names)]
  kept = [name for name in names if name not in aside]
  return (kept, aside) if len(kept) > 1 else (names, [])


def _about_others(folders, full, names, aside):
  """A line for each folder that is no class, or has no picture."""
  lines = []
  for part, found in folders.items():
    for name in found:
      if name in aside:
        lines.append(f"{part / name}: passed over, taken for no class")
      elif (part, name) not in full:
        no_classes.check_empty(part / name)
        end = "" if name in names else ", so it is no class"
        lines.append(f"{part / name}: no picture in it{end}")
  return lines


def _check_classes(path, parts, names, items):
  """Lines about the classes; raises where they may be none."""
  lines = no_classes.check_names(path, names) if parts == [path] else []
  files = {part: {name: [] for name in names} for part in parts}
  for item in items:
    files[item.part][names[item.label]].append(item.file)
  for part, folders in files.items():
    for name, found in folders.items():
      _refuse_beside(part / name, found)
    lines += no_classes.check_masks(part, folders)
  return lines


def _refuse_beside(folder, files):
  masks = masks_among(files)
  if masks:
    wanted = (
      "pictures of one class alone, or, to read the masks, all pictures in "
      "images/ and all masks in masks/"
    )
    raise bad_input(
      folder, wanted, f"masks beside them, such as {masks[0].name}"
    )


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
