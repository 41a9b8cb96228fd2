"""Finds the mask of each picture by its name."""

import pathlib
from collections import defaultdict
from collections.abc import Callable, Sequence

from alx.data.dataset import DataError, bad_input
from alx.data.files import composed, folded
from alx.data.masks.names import (
  image_keys,
  loose_mask_keys,
  mask_keys,
  named_part_keys,
)

Files = Sequence[pathlib.Path]


def match(
  images: Files, masks: Files, bare: bool = False
) -> tuple[list[tuple[pathlib.Path, pathlib.Path | None]], list[DataError]]:
  """(pairs, errors): pictures with their masks, and what is alone.

  With `bare` a picture that has no mask is a pair with None.

  A mask has the name of its picture, or that name and a word such as _mask.
  Where not one has, looser names are compared: a picture may then have a word
  such as _training besides, or the number of a channel.
  """
  found = _by_names(images, masks, folding(images, masks))
  pairs, errors, taken = [], [], defaultdict(list)
  for image in images:
    for mask in found[image]:
      taken[mask].append(image)
    if len(found[image]) == 1:
      pairs.append((image, found[image][0]))
    elif bare and not found[image]:
      pairs.append((image, None))
    else:
      what = _told(found[image])
      errors.append(bad_input(image, "one mask of its name", what))
  twice = {i for files in taken.values() if len(files) > 1 for i in files}
  for mask in masks:
    if len(taken[mask]) != 1:
      what = _told(taken[mask])
      errors.append(bad_input(mask, "one picture of its name", what))
  return [pair for pair in pairs if pair[0] not in twice], errors


def _told(files):
  more = f" and {len(files) - 3} more" if len(files) > 3 else ""
  return (" and ".join(map(str, files[:3])) or "none") + more


def folding(*kinds: Files) -> Callable[[str], str]:
  """What makes equal of two names that differ in case or in Unicode's forms.

  Case tells names apart where two files of one kind differ in nothing else.
  """
  for files in kinds:
    stems = {composed(file.stem) for file in files}
    if len({stem.casefold() for stem in stems}) < len(stems):
      return composed
  return folded


def _by_names(images, masks, fold):
  """Masks of each picture."""
  exact = _by_key(masks, lambda stem: (stem,), fold)
  same = {fold(image.stem) for image in images} & set(exact)
  others = [mask for mask in masks if fold(mask.stem) not in same]
  plain = {**_by_key(others, mask_keys, fold), **{k: exact[k] for k in same}}
  found = {image: plain.get(fold(image.stem), []) for image in images}
  if any(found.values()):
    return found
  loose = _by_key(masks, loose_mask_keys, fold)
  parts = _by_key(masks, named_part_keys, fold)
  return {image: _loose(image, loose, parts, fold) for image in images}


def _by_key(masks, keys_of, fold):
  by_key = defaultdict(list)
  for mask in masks:
    for key in {fold(key) for key in keys_of(mask.stem)}:
      by_key[key].append(mask)
  return by_key


def _loose(image, loose, parts, fold):
  stem, *bare = map(fold, image_keys(image.stem))
  for key, masks in ((stem, loose), (stem, parts), *((k, loose) for k in bare)):
    if key in masks:
      return masks[key]
  return []
