"""Finds the folders of pictures and of their masks."""

import pathlib
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.data.files import folded, visible_below
from alx.data.masks.files import is_mask
from alx.data.masks.longest import why_not
from alx.data.masks.names import (
  Folder,
  folder_of,
  image_keys,
  loose_mask_keys,
  named_part_keys,
  without_mask_word,
)
from alx.data.pictures import pictures

LAYOUT = (
  "images and masks in one pair of folders, such as images/ and masks/, each "
  "with the same names, with train, val and test around or below them"
)
_FIRST = ("manual", "manual1")  # before masks, which are fields of view then
_SECOND = {"2nd", "object"}  # of a second reader, of single objects


class Pair(NamedTuple):
  """Where the pictures and masks of one part are."""

  part: int | None
  images: tuple[pathlib.Path, ...]
  masks: tuple[pathlib.Path, ...]
  by_part: bool = False  # their names have but a part in common


def find_pairs(
  path: pathlib.Path,
) -> tuple[list[Pair], tuple[str, ...]]:
  """The pair of each part, and a line for each folder without masks.

  Raises:
    DataError: several pairs of one part, or folders called images and masks
      that have no names in common.
  """
  by_folder = defaultdict(list)
  for file in visible_below(path):
    if is_mask(file):
      by_folder[file.parent].append(file)
  known = {
    folder: folder_of(folder.relative_to(path).parts) for folder in by_folder
  }
  parts = defaultdict(lambda: {"image": [], "mask": [], "": []})
  for folder, about in known.items():
    parts[about.part][about.role].append(folder)
  pairs, bare = [], []
  for part, folders in sorted(parts.items(), key=lambda p: str(p[0])):
    pair = _pair_of(path, part, folders, known, by_folder)
    if pair:
      pairs.append(pair)
    elif folders["image"]:
      bare += folders["image"]
  pairs, other = _of_one_kind(pairs, known)
  bare += other
  if not pairs:
    return _beside(path, by_folder, known), ()
  lines = [
    f"{folder}: passed over, no masks like the others" for folder in bare
  ]
  return pairs, tuple(lines)


def _pair_of(path, part, folders, known: Mapping[pathlib.Path, Folder], files):
  """The one folder of images and the one of masks of a part, or None."""
  images, masks, others = (folders[r] for r in ("image", "mask", ""))
  if masks and not images:  # train and trainannot, or a.png and masks/a.png
    images = [f for f in others if known[f].plain]
    others = []
  matched = _with_common(images, masks, files)
  if not matched:
    pair = _by_longest_part(part, images, masks, known, files)
    if not pair:
      _refuse_strangers(path, images, masks, known, files)
    return pair
  if any(len(known[f].word) == 1 for f in matched[0]) and others:
    return None  # x and y among other letters
  alike = [(i, m) for i, m in matched if known[i].rest == known[m].rest]
  matched = alike or matched
  masks = _best_masks([m for _, m in matched], known)
  matched = [(i, m) for i, m in matched if m in masks]
  if len(masks) > 1:
    names = [
      f"{i.relative_to(path)} with {m.relative_to(path)}" for i, m in matched
    ]
    found = f"{len(names)} pairs: {', '.join(names[:3])}"
    raise bad_input(path, LAYOUT, found)
  images = dict.fromkeys(f for i, _ in matched for f in files[i])
  return Pair(part, _pictures(images), tuple(files[masks.pop()]))


def _pictures(files):
  """Those that are no GIF, if there are any."""
  good = tuple(file for file in files if pictures.is_picture(file))
  return good or tuple(files)


def _by_longest_part(part, images, masks, known, files):
  """The pair of images/ and masks/ whose names are alike in a part; or None."""
  plain = [f for f in (*images, *masks) if known[f].plain]
  if len(plain) != 2 or len(images) != 1 or plain[0].parent != plain[1].parent:
    return None
  if any(len(known[f].word) == 1 for f in plain):
    return None
  shown, drawn = _pictures(files[images[0]]), tuple(files[masks[0]])
  if why_not(shown, drawn):
    return None
  return Pair(part, shown, drawn, by_part=True)


def _best_masks(masks, known):
  """Folders of masks without those that are of less than others."""

  def rank(folder):
    about = known[folder]
    return about.word not in _FIRST, bool(_SECOND & set(about.rest))

  best = min(map(rank, masks))
  return {folder for folder in masks if rank(folder) == best}


def _refuse_strangers(path, images, masks, known, files):
  """Raises for images/ and masks/ that are no pair: classes, or a mistake."""
  plain = [
    f for f in (*images, *masks) if known[f].plain and len(known[f].word) > 1
  ]
  words = {known[f].role for f in plain}
  if words == {"image", "mask"} and len({f.parent for f in plain}) == 1:
    names = " and ".join(f.name for f in plain[:2])
    example = " and ".join(files[f][0].name for f in plain[:2])
    wanted = (
      f"a mask of the name of each picture, or of the longest common part of "
      f"it, to read {names} as a segmentation, or other names of the folders "
      "to read them as classes"
    )
    unclear = why_not(_pictures(files[plain[0]]), files[plain[1]])
    found = f"no name in common, such as {example} ({unclear})"
    raise bad_input(path, wanted, found)


def _of_one_kind(pairs, known):
  """(pairs, folders of images) without and with another kind of masks.

  A field of view is called mask too, where a label is called 1st_manual.
  """
  first = [known[p.masks[0].parent].word in _FIRST for p in pairs]
  kept = [p for p, by_hand in zip(pairs, first, strict=True) if by_hand]
  kept = kept or pairs
  others = [p.images[0].parent for p in pairs if p not in kept and p.images]
  return kept, others


def _with_common(images, masks, files):
  """Pairs of a folder of images and one of masks with names in common."""
  by_key = defaultdict(dict)
  for folder in masks:
    for file in files[folder]:
      for key in (*loose_mask_keys(file.stem), *named_part_keys(file.stem)):
        by_key[folded(key)][folder] = True
  common = {
    image: {
      mask
      for file in files[image]
      for key in image_keys(file.stem)
      for mask in by_key.get(folded(key), ())
    }
    for image in images
  }
  return [(i, m) for i in images for m in masks if m in common[i]]


def _beside(path, by_folder, known):
  """Pairs in folders that hold images and their masks in one."""
  pairs = []
  for folder, files in by_folder.items():
    about = known[folder]
    masks = masks_among(files)
    if masks and about.plain:
      taken = set(masks)
      images = [f for f in files if f not in taken and pictures.is_picture(f)]
      pairs.append(Pair(about.part, tuple(images), tuple(masks)))
  if len({pair.part for pair in pairs}) < len(pairs):
    return []
  return pairs


def masks_among(files) -> list[pathlib.Path]:
  """Files such as a_mask.png that lie beside a picture a."""
  stems = {file.stem for file in files if pictures.is_picture(file)}
  return [file for file in files if without_mask_word(file.stem) in stems]
