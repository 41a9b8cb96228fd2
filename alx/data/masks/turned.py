"""Masks of pictures that a camera has turned by an orientation tag."""

import pathlib
from collections.abc import Sequence

import numpy as np

from alx.data.dataset import bad_input
from alx.data.masks.files import Mask
from alx.data.pictures.pictures import open_with, orientation_of

_INVERSE = {6: 8, 8: 6}  # all others undo themselves


def as_turned(
  mask: Mask, turn: int, extent: Sequence[int], file: object
) -> Mask:
  """A mask turned as its picture, where only one of both has a tag.

  Args:
    mask: as its own tag says.
    turn: orientation tag of the picture, 1..8 (EXIF 2.3).
    extent: height and width of the picture as its tag says.
    file: of the mask, for the error.

  Raises:
    DataError: drawn on the turned picture or on the one in the file, which
      cannot be known where both are of one shape.
  """
  if turn == mask.orientation or 1 not in (turn, mask.orientation):
    return mask
  own = mask.orientation
  other = (
    turned(mask.values, turn) if own == 1 else as_in_file(mask.values, own)
  )
  fits = [values.shape == tuple(extent) for values in (mask.values, other)]
  if fits == [False, True]:
    return mask._replace(values=other)
  if all(fits) and not np.array_equal(mask.values, other):
    owner = "the picture" if own == 1 else "the mask"
    wanted = (
      "a picture and a mask turned alike, without orientation tags (such as by "
      "mogrify -auto-orient)"
    )
    raise bad_input(file, wanted, f"tag {turn * own} of {owner} alone")
  return mask


def as_its_picture(mask: Mask, picture: pathlib.Path, file: object) -> Mask:
  """`as_turned` as the file of a picture, whose pixels are not decoded.

  Raises:
    DataError: as `as_turned`, or no picture.
  """
  turn, size = open_with(
    lambda image: (orientation_of(image), image.size), picture, "a picture"
  )
  extent = size if turn > 4 else size[::-1]  # from 5 on it is on its side
  return as_turned(mask, turn, extent, file)


def turned(values: np.ndarray, orientation: int) -> np.ndarray:
  """Values [H, W] turned as an orientation tag 1..8 of EXIF says."""
  if orientation in (5, 7):
    return turned(values.T, 3) if orientation == 7 else values.T
  if orientation in (2, 4):
    return values[:, ::-1] if orientation == 2 else values[::-1]
  return np.rot90(values, {3: 2, 6: -1, 8: 1}.get(orientation, 0))


def as_in_file(values: np.ndarray, orientation: int) -> np.ndarray:
  """What `turned` was given, of what it made."""
  return turned(values, _INVERSE.get(orientation, orientation))
