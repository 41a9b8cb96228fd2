"""Says of masks with palettes what their indices mean."""

import pathlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.label_maps import UNLABELLED

_ADVICE = "(save the number of each pixel's class as a gray PNG)"


class Palette(NamedTuple):
  """The colours of one mask."""

  colours: bytes  # red, green and blue of all 256 indices
  used: tuple[int, ...]  # values of the mask, ascending

  def colour(self, index: int) -> tuple[int, ...]:
    """Red, green and blue."""
    return tuple(self.colours[3 * index : 3 * index + 3])


_GRAY = np.arange(256, dtype=np.uint8).repeat(3).tobytes()


def values_of(image: Any) -> tuple[np.ndarray | str, Palette | None]:
  """(values [H, W] of a mask, or what is wrong; the palette they index).

  Indices are the values. A palette of grays alone is a gray picture, whose
  levels are, if they ascend with the indices; and so is what has no colours but
  black and white.

  Args:
    image: of Pillow, mode P.
  """
  indices, table = np.array(image), _table(image)
  used = np.unique(indices)
  shown = table[used]
  if _is_black_and_white(shown):
    values = table[indices, 0]
    if not _is_gray(table):
      return values, Palette(_GRAY, tuple(np.unique(values).tolist()))
    return values, None
  if _is_gray(table):
    return _of_grays(indices, table[:, 0], used), None
  black = used[~shown.any(1) & (used != UNLABELLED)]
  if black.size and table[0].any():
    found = f"black as index {black[0]} of a palette, and a colour as 0"
    return f"{found} {_ADVICE}", None
  return indices, Palette(table.tobytes(), tuple(used.tolist()))


def _table(image):
  """[256, 3] uint8; what the file does not tell is black."""
  told = image.getpalette("RGB")[: 3 * 256]
  table = np.zeros((256, 3), np.uint8)
  table.reshape(-1)[: len(told)] = told
  return table


def _is_gray(colours):
  return not np.ptp(colours, axis=1).any()


def _is_black_and_white(colours):
  """Whether there is nothing but one of each, or one alone."""
  levels = colours[:, 0].tolist()
  is_once = len({*levels}) == len(levels)
  return _is_gray(colours) and is_once and {*levels} <= {0, 255}


def _of_grays(indices, levels, used):
  shown = levels[used].astype(int)
  back = np.flatnonzero(np.diff(shown) <= 0)
  if back.size:
    first, second = shown[back[0]], shown[back[0] + 1]
    found = f"a palette of grays out of order, gray level {second} behind"
    return f"{found} {first} {_ADVICE}"
  return levels[indices]


def check(
  masks: Sequence[Any], files: Sequence[pathlib.Path], path: pathlib.Path
) -> None:
  """Checks that an index means the same in all masks.

  Args:
    masks: N, whose `palette` is a `Palette` or None.
    files: N, of the masks.
    path: what the error names.

  Raises:
    DataError: an index of two colours, a colour of two indices that is in no
      palette as both, or black that is another index than 0.
  """
  owners = defaultdict(dict)  # by colour and index: the first file
  for mask, file in zip(masks, files, strict=True):
    for index in mask.palette.used if mask.palette else ():
      owners[mask.palette.colour(index)].setdefault(index, file)
  kinds = {mask.palette.colours for mask in masks if mask.palette}
  found = _of_index(owners) or _of_colour(owners, kinds) or _of_black(owners)
  if found:
    raise bad_input(path, "one palette in all masks", f"{found} {_ADVICE}")


def _of_index(owners):
  """An index that has two colours; ""."""
  known = {}
  for colour, files in owners.items():
    for index, file in files.items():
      other, first = known.setdefault(index, (colour, file))
      if other != colour:
        return (
          f"index {index} for {other} in {first.name} and {colour} in "
          f"{file.name}"
        )
  return ""


def _of_colour(owners, kinds):
  """A colour that has two indices, but in one palette; ""."""
  for colour, files in owners.items():
    (first, file), *others = files.items()
    for index, other in others:
      both = (Palette(kind, ()) for kind in kinds)
      if not any(p.colour(first) == p.colour(index) == colour for p in both):
        return (
          f"{colour} as index {first} in {file.name} and {index} in "
          f"{other.name}"
        )
  return ""


def _of_black(owners):
  """Black that is a class, and no background; ""."""
  files = owners.get((0, 0, 0), {})
  index = min(files, default=0)
  if index in (0, UNLABELLED):
    return ""
  return (
    f"black as index {index}, and 0 in no mask, such as {files[index].name}"
  )
