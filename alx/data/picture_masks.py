"""Reads pictures with masks: images and masks side by side in folders."""

import pathlib
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from alx.data import mask_files, pictures
from alx.data.dataset import Dataset, bad_input
from alx.data.label_values import (
  check_classes,
  default_names,
  to_classes,
)
from alx.data.mask_folders import LAYOUT, find_pairs
from alx.data.mask_names import image_keys, mask_keys
from alx.data.resize import nearest

_PART_NAMES = ("train", "val", "test")


class _Case(NamedTuple):
  part: int | None
  id: str
  image: pathlib.Path
  mask: pathlib.Path


def is_folder(path: pathlib.Path) -> bool:
  """Whether there are folders of images and of masks that go together.

  Raises:
    DataError: such folders, but more than one pair of them, or none that have
      names in common.
  """
  return bool(find_pairs(path)[0])


def load_folder(path: pathlib.Path, reading: pictures.Reading) -> Dataset:
  """Reads PATH/images/* with PATH/masks/*, or the like in parts.

  A mask is named as its image, with or without an ending such as _mask; see
  `mask_names` for the words that are known, and `mask_files` for the masks.
  Classes are the values of all masks, ascending, with 0 the background; a
  mask of 0 and 255 has the class "foreground". Where a folder of masks drawn
  by hand (1st_manual) lies beside one of masks, it is the one that is read.

  Raises:
    DataError: not one image with its mask that can be read, or values that
      make no sense as classes; with `strict` the first bad case.
  """
  pairs, notes = find_pairs(path)
  cases, alone = [], []
  for pair in pairs:
    found, lines = _match(pair)
    cases, alone = cases + found, alone + lines
  if reading.strict and alone:
    raise alone[0]
  if not cases:
    raise alone[0] if alone else bad_input(path, LAYOUT, "none")
  parts = {case.part for case in cases}
  if None in parts and len(parts) > 1:
    wanted = "all pictures in train, val or test, or none of them"
    raise bad_input(path, wanted, "some that are in no part")
  cases = _with_ids(cases)
  found, damaged = pictures.read_each(
    dict(enumerate(cases)), lambda case: _read(case, reading.size), reading
  )
  kept = [cases[i] for i in found]
  images, masks = zip(*found.values(), strict=True)
  values, names, told = _classes(path, kept, masks)
  used = {file for pair in pairs for file in (*pair.images, *pair.masks)}
  return Dataset(
    name=path.resolve().name,
    task="segmentation",
    ids=tuple(case.id for case in kept),
    images=images,
    labels=tuple(to_classes(mask.values, values, path) for mask in masks),
    class_names=names,
    spacing_mm=(None,) * len(kept),
    groups=None,
    split=None if parts == {None} else _split(kept),
    left_out=(*map(str, alone), *damaged),
    notes=(*notes, *told, *pictures.passed_over(path, used)),
  )


def _split(cases):
  return np.array([case.part or 0 for case in cases], np.int8)


def _match(pair):
  """(cases, errors): images with their masks, and what is alone."""
  by_key = defaultdict(list)
  for mask in pair.masks:
    by_key[mask.stem].append(mask)
  exact = {image.stem for image in pair.images} & set(by_key)
  loose = defaultdict(list)
  for mask in pair.masks:
    if mask.stem not in exact:
      for key in mask_keys(mask.stem):
        loose[key].append(mask)
  cases, errors, taken = [], [], defaultdict(list)
  for image in pair.images:
    found = by_key[image.stem] if image.stem in exact else _first(loose, image)
    for mask in found:
      taken[mask].append(image)
    if len(found) == 1:
      cases.append(_Case(pair.part, image.stem, image, found[0]))
    else:
      names = " and ".join(str(mask) for mask in found) or "none"
      errors.append(bad_input(image, "one mask of its name", names))
  twice = {i for images in taken.values() if len(images) > 1 for i in images}
  for mask in pair.masks:
    if len(taken[mask]) != 1:
      names = " and ".join(str(image) for image in taken[mask]) or "none"
      errors.append(bad_input(mask, "one picture of its name", names))
  return [case for case in cases if case.image not in twice], errors


def _first(loose, image):
  for key in image_keys(image.stem):
    if key in loose:
      return loose[key]
  return []


def _with_ids(cases):
  """Names of the files; with the part in front where two are the same."""
  if len({case.id for case in cases}) == len(cases):
    return cases
  return [
    case._replace(id=f"{_PART_NAMES[case.part or 0]}_{case.id}")
    for case in cases
  ]


def _read(case, size):
  """(image [H, W, 3] uint8, `Mask` [H, W])."""
  image, extent = pictures.read_sized(case.image, size)
  mask = mask_files.read_mask(case.mask)
  if mask.values.shape != extent:
    (height, width), (h, w) = extent, mask.values.shape
    wanted = f"a mask of {width} x {height} as {case.image.name}"
    raise bad_input(case.mask, wanted, f"{w} x {h}")
  if size:
    mask = mask._replace(values=nearest(mask.values, (size, size)))
  return image, mask


def _classes(path, cases, masks):
  """(values, names, lines) of the classes of all masks."""
  values = mask_files.check_values(masks, path)
  check_classes(values, path)
  names = default_names(values, background=True)
  if len(values) == 2:
    names = ("background", "foreground")
  lines = []
  if values != tuple(range(len(values))) and len(values) > 2:
    lines.append(f"{path}: mask values {_listed(values)} are classes 0, 1, ...")
  cleaned = [
    case for case, mask in zip(cases, masks, strict=True) if mask.cleaned
  ]
  if cleaned:
    lines.append(
      f"{path}: {len(cleaned)} JPEG masks brought to 0 and 255, which all of "
      f"their values are near, such as {cleaned[0].mask.name}"
    )
  return values, names, lines


def _listed(values):
  more = " ..." if len(values) > 8 else ""
  return ", ".join(map(str, values[:8])) + more
