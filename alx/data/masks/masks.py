"""Reads pictures with masks: images and masks side by side in folders."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx.data import intensity
from alx.data.dataset import DataError, Dataset, bad_input
from alx.data.label_values import (
  check_classes,
  default_names,
  to_classes,
  values_in,
)
from alx.data.masks import channels, palettes
from alx.data.masks import files as mask_files
from alx.data.masks.channels import case_of, grouped, of_as_many
from alx.data.masks.folders import LAYOUT, find_pairs
from alx.data.masks.longest import match_longest
from alx.data.masks.pairs import match
from alx.data.masks.turned import as_turned
from alx.data.partly import keep_labelled
from alx.data.pictures import pictures
from alx.data.resize import nearest
from alx.data.volumes.description import Description, read_description
from alx.label_maps import UNLABELLED

_PART_NAMES = ("train", "val", "test")


class _Case(NamedTuple):
  part: int | None
  id: str
  images: tuple[pathlib.Path, ...]  # one, or one for each channel
  mask: pathlib.Path | None  # None: nobody has labelled it

  @property
  def image(self):
    return self.images[0]


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
    found, lines = _match(pair, reading.keep_unlabelled)
    cases, alone = cases + found, alone + lines
    notes += _note_of_part(path, found) if pair.by_part else ()
  if reading.strict and alone:
    raise alone[0]
  if not any(case.mask for case in cases):
    raise alone[0] if alone else bad_input(path, LAYOUT, "none")
  parts = {case.part for case in cases}
  if None in parts and len(parts) > 1:
    wanted = "all pictures in train, val or test, or none of them"
    raise bad_input(path, wanted, "some that are in no part")
  cases = _with_ids(cases)
  about = _described(path)
  found, damaged = _read_all(cases, reading, bool(about.values))
  files = [case.images for case in cases]
  names = about.channels if any(len(f) > 1 for f in files) else ()
  found, other = of_as_many(found, files, names, reading.strict)
  found, unlike = alike(found, cases, reading.strict)
  kept = [cases[i] for i in found]
  images, masks = zip(*found.values(), strict=True)
  told = [(case, mask) for case, mask in zip(kept, masks, strict=True) if mask]
  values, names, ignore, told = _classes(path, *zip(*told, strict=True), about)
  maps = {
    i: to_classes(mask.values, values, kept[i].mask, ignore)
    if mask
    else np.full(images[i].shape[:-1], UNLABELLED, np.uint8)
    for i, mask in enumerate(masks)
  }
  labelled, empty, lines = keep_labelled(
    path,
    maps,
    [case.id for case in kept],
    ignore,
    reading.strict,
    [i for i in maps if reading.keep_unlabelled and not kept[i].part],
  )
  kept, images = [kept[i] for i in labelled], [images[i] for i in labelled]
  split = None if parts == {None} else _split(kept)
  used = {file for pair in pairs for file in (*pair.images, *pair.masks)}
  return Dataset(
    name=path.resolve().name,
    task="segmentation",
    ids=tuple(case.id for case in kept),
    images=tuple(images),
    labels=tuple(maps[i] for i in labelled),
    class_names=names,
    spacing_mm=(None,) * len(kept),
    groups=None,
    split=split,
    left_out=(*map(str, alone), *damaged, *other, *unlike, *empty),
    notes=(*notes, *told, *lines, *pictures.passed_over(path, used)),
  )


def _split(cases):
  return np.array([case.part or 0 for case in cases], np.int8)


def _match(pair, keep=False):
  """(cases, errors): images with their masks, and what is alone.

  With `keep` pictures that have no mask, of no part or to train on, are cases.
  """
  files, errors = grouped(pair.images, pair.masks)
  if pair.by_part:
    pairs, others = match_longest(list(files), pair.masks), []
  else:
    bare = keep and not pair.part
    pairs, others = match(list(files), pair.masks, bare)
  cases = [
    _Case(pair.part, _id(image, mask), files[image], mask)
    for image, mask in pairs
  ]
  return cases, errors + others


def _note_of_part(path, cases):
  example = f"{cases[0].image.name} with {cases[0].mask.name}"
  return (
    f"{path}: masks are those of the longest common part of the names, such as "
    f"{example}",
  )


def _id(image, mask):
  """The name of a case; nnU-Net puts the number of the channel behind it."""
  case = mask.stem if mask else case_of(image)
  return case if image.stem == f"{case}_0000" else image.stem


def _with_ids(cases):
  """Names of the files; with the part in front where two are the same."""
  if len({case.id for case in cases}) == len(cases):
    return cases
  return [
    case._replace(id=f"{_PART_NAMES[case.part or 0]}_{case.id}")
    for case in cases
  ]


def _read_all(cases, reading, is_told):
  """`_read` of each; says what to do where the folders may be classes."""
  numbered = dict(enumerate(cases))
  try:
    return pictures.read_values(
      numbered, lambda case: _read(case, reading.size, is_told), reading
    )
  except DataError as error:
    if reading.strict or "colours such as" not in str(error):
      raise
    folders = f"{cases[0].image.parent.name} and {cases[0].mask.parent.name}"
    raise DataError(
      f"{error}, and no mask that can be read ({folders} are read as classes "
      "under other names)"
    ) from error


def _read(case, size, is_told):
  """(image [H, W, 3] uint8, or of 16 bits or channels float32; its `Mask`)."""
  image, extent, turn = channels.read(case.images, size)
  if case.mask is None:
    return image, None
  mask = mask_files.read_mask(case.mask, is_told=is_told)
  mask = as_turned(mask, turn, extent, case.mask)
  if mask.values.shape != extent:
    (height, width), (h, w) = extent, mask.values.shape
    wanted = f"a mask of {width} x {height} as {case.image.name}"
    raise bad_input(case.mask, wanted, f"{w} x {h}")
  if size:
    mask = mask._replace(values=nearest(mask.values, (size, size)))
  return image, mask


def alike(
  found: Mapping[int, tuple], cases: Sequence[_Case], strict: bool
) -> tuple[dict[int, tuple], list[str]]:
  """(what was read, lines): of one kind, all of 8 bits or all of gray values.

  Where a picture has 16 bits, all are normalised, and colours are left out.

  Raises:
    DataError: with `strict`, the first that is left out.
  """
  if all(image.dtype == np.uint8 for image, _ in found.values()):
    return dict(found), []
  if any(len(cases[i].images) > 1 for i in found):  # normalised, one by one
    return dict(found), []
  kept, lines = {}, []
  for i, (image, mask) in found.items():
    if (image != image[..., :1]).any():
      wanted = "a gray picture, as others of 16 bits are"
      error = bad_input(cases[i].image, wanted, "colours")
      if strict:
        raise error
      lines.append(str(error))
    else:
      kept[i] = intensity.normalise(image[..., :1]), mask
  return kept, lines


def _classes(path, cases, masks, told):
  """(values, names, value of unlabelled pixels, lines) of all masks."""
  palettes.check(masks, [case.mask for case in cases], path)
  if told.values:
    found = np.array(values_in(mask.values for mask in masks), np.uint16)
    to_classes(found, told.values, path / "dataset.json", told.ignore)
    lines = _cleaned(path, cases, masks)
    return told.values, told.names, told.ignore, lines
  values, ignore = mask_files.check_values(masks, path)
  check_classes(values, path)
  names = default_names(values, background=True)
  if len(values) == 2:
    names = ("background", "foreground")
  lines = []
  if values != tuple(range(len(values))) and len(values) > 2:
    lines.append(f"{path}: mask values {_listed(values)} are classes 0, 1, ...")
  return values, names, ignore, lines + _cleaned(path, cases, masks)


def _described(path):
  """What dataset.json says of nnU-Net's folders."""
  if not (path / "imagesTr").is_dir():
    return Description(path.name)
  return read_description(path, pictures.SUFFIXES)


def _cleaned(path, cases, masks):
  cleaned = [
    case for case, mask in zip(cases, masks, strict=True) if mask.cleaned
  ]
  if not cleaned:
    return []
  return [
    f"{path}: {len(cleaned)} JPEG masks brought to 0 and 255, which all of "
    f"their values are near, such as {cleaned[0].mask.name}"
  ]


def _listed(values):
  more = " ..." if len(values) > 8 else ""
  return ", ".join(map(str, values[:8])) + more
