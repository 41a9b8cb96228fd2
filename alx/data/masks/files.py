"""Reads label maps that are kept as pictures: PNG, GIF, TIFF, BMP, JPEG."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import ImageOps

from alx.data.dataset import bad_input
from alx.data.label_values import values_in, whole_numbers
from alx.data.masks import palettes
from alx.data.pictures.pictures import (
  SUFFIXES,
  inverted,
  is_deep,
  is_turned,
  open_with,
  orientation_of,
)
from alx.label_maps import UNLABELLED

_LOSSY = ("JPEG", "MPO")
_VOID = UNLABELLED
_NEAR = 16  # gray levels that a lossy file may be away from 0 and 255
_MOST_LEVELS = 8  # of masks whose classes are spread evenly over 0..255
_MOST_SPECKS = 8  # values that only edges have, in a mask of classes


class Mask(NamedTuple):
  """One label map as it is in the file."""

  values: np.ndarray  # [H, W] uint8 or uint16
  solid: frozenset[int]  # values that fill a square of 2 x 2 pixels
  cleaned: bool  # nearly black and white, brought to 0 and 255
  orientation: int = 1  # its tag; the values are turned as it says
  has_void: bool = False  # 255 lies beside classes and is none
  palette: palettes.Palette | None = None  # that the values are indices of


def is_mask(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a file that may hold a mask."""
  return path.suffix.lower() in (*SUFFIXES, ".gif")


def read_mask(path: pathlib.Path, is_told: bool = False) -> Mask:
  """One mask, turned as its orientation tag says.

  Gray of 8 or 16 bits, one bit (0 and 255), gray saved as colour, or a palette
  (see `palettes.values_of`). A JPEG is read where every value is within 16 of 0
  or 255. A TIFF of gray whose 0 is white has the numbers that are in the file;
  of one bit, white is 255. The 255 of a palette, or of gray masks beside
  classes 0, 1, ..., K that fill squares of 2 x 2 pixels, is a border or a part
  that is no class.

  Args:
    path: the file.
    is_told: somebody says which values there may be.

  Raises:
    DataError: no picture that can be read, several in one file, colours,
      transparency, fractions, or gray values that are between the classes.
  """
  opened = open_with(_open, path, "a mask")
  array, lossy, orientation, is_index, palette = opened
  if isinstance(array, str):
    wanted = "a mask of one channel whose values are classes"
    raise bad_input(path, wanted, array)
  values = whole_numbers(array, path)
  if lossy:
    clean = _black_and_white(values, path)
    return Mask(clean, frozenset(), bool((values != clean).any()), orientation)
  found, solid = values_in([values]), _solid(values)
  has_void = _has_void(found, solid, is_index)
  if not (is_told or has_void):
    check_levels(found, path)
    if not _are_indices(found):
      _check_specks(found, solid, path)
  return Mask(values, solid, False, orientation, has_void, palette)


def _has_void(found, solid, is_index):
  """Whether 255 is no class of the values found in one mask."""
  classes = [value for value in found if value not in (0, _VOID)]
  if found[-1] != _VOID or not classes or len(found) > _VOID:
    return False
  is_listed = classes == list(range(1, len(classes) + 1))
  return is_index or (is_listed and solid.issuperset(classes))


def _open(image):
  """(values [H, W] or what is wrong, is it lossy, orientation, are the values
  indices of a palette?, palette).
  """
  lossy = image.format in _LOSSY or image.info.get("compression") == "jpeg"
  orientation = orientation_of(image)
  deep = image.mode[0] not in "IF" and is_deep(image)
  if image.mode == "P" and not deep:
    image = ImageOps.exif_transpose(image)
    array, palette = palettes.values_of(image)
    is_index = np.array_equal(array, np.asarray(image))
    return array, lossy, orientation, is_index, palette
  array = f"16 bits, mode {image.mode}" if deep else _values(image)
  return array, lossy, orientation, False, None


def _values(image):
  """Values [H, W], or what is wrong with them."""
  by_pillow = is_turned(image)
  image = ImageOps.exif_transpose(image)
  if image.mode == "1":
    image = image.convert("L")
  if image.mode in ("LA", "RGBA", "PA"):
    if np.asarray(image.getchannel("A")).min() < 255:
      return "transparency"
    image = image.convert("L" if image.mode == "LA" else "RGB")
  array = np.array(image)
  if array.ndim == 3:
    odd = (array != array[..., :1]).any(-1)
    if image.mode != "RGB" or odd.any():
      colour = tuple(array[odd][0].tolist()) if odd.any() else image.mode
      return f"colours such as {colour}"
    array = array[..., 0]
  return inverted(array) if by_pillow else array


def _black_and_white(values, path):
  """0 and 255 of a lossy mask; of one that is all black, 0."""
  white = values >= 255 - _NEAR
  between = values[(values >= _NEAR) & ~white]
  if not between.size and white.any() and not white.all():
    return np.where(white, 255, 0).astype(np.uint8)
  if np.ptp(values) == 0 and values.flat[0] in (0, 255):
    return values
  wanted = "a mask kept without loss, such as PNG"
  odd = between if between.size else values[values > 0]
  raise bad_input(path, wanted, f"JPEG with gray values such as {odd.flat[0]}")


def _check_specks(found, solid, path):
  """Raises where many values are found on edges alone: smoothed borders."""
  specks = sorted(set(found) - solid)
  if len(specks) > max(_MOST_SPECKS, len(found) // 2):
    raise _smoothed(path, specks)


def _smoothed(file, specks):
  wanted = "a mask whose values are classes"
  what = (
    f"gray values between them, such as {', '.join(map(str, specks[:3]))}, on "
    "edges alone"
  )
  return bad_input(file, wanted, what)


def _solid(values):
  """The values that fill a square of 2 x 2 pixels somewhere."""
  corner = values[1:, 1:]
  same = (corner == values[:-1, :-1]) & (corner == values[1:, :-1])
  same &= corner == values[:-1, 1:]
  return frozenset(values_in([corner[same]]))


def check_values(
  masks: Sequence[Mask], file: object
) -> tuple[tuple[int, ...], int | None]:
  """(values of all masks with 0, ascending; that of no class, or None).

  Raises:
    DataError: values that are no classes: nothing but 0, values between two
      others that fill nowhere a square of 2 x 2 pixels, and see
      `check_levels`.
  """
  found = tuple(sorted({0, *values_in(mask.values for mask in masks)}))
  void = None
  if any(mask.has_void for mask in masks):
    found, void = found[:-1], _VOID
  if len(found) < 2:
    raise bad_input(file, "masks with a foreground", "only 0 in all of them")
  check_levels(found, file)
  solid = frozenset().union(*(mask.solid for mask in masks))
  specks = sorted(set(found[1:-1]) - solid)
  if specks and not _are_indices(found):
    raise _smoothed(file, specks)
  return found, void


def _are_indices(found):
  return found[-1] < len(found)


def check_levels(found: Sequence[int], file: object) -> None:
  """Checks what lies beside a 255: white, or a border that is no class.

  Args:
    found: values of a mask, or of all, ascending.
    file: what the error names.

  Raises:
    DataError: for 255 beside values that are not spread evenly over 0..255.
  """
  if found[-1] != 255 or _are_indices(found):
    return
  others = [value for value in found if value not in (0, 255)]
  for steps in range(1, _MOST_LEVELS + 1):
    levels = np.linspace(0, 255, steps + 1)[1:-1]
    if all((np.abs(levels - value) <= 1).any() for value in others):
      return
  wanted = "0 and 255, or classes 0, 1, 2, ..., in all masks alike"
  what = (
    f"255 beside {', '.join(map(str, others[:3]))} (smoothed borders, masks of "
    "two kinds, or a border that is no class: write it as 0)"
  )
  raise bad_input(file, wanted, what)
