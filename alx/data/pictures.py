"""Reads JPEG, PNG, TIFF and BMP files as bytes of red, green and blue."""

import pathlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image

from alx.data.dataset import DataError, bad_input, no_progress

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")


class Reading(NamedTuple):
  """How a folder of pictures is read."""

  size: int = 0  # pixels of both sides, see `read_picture`
  strict: bool = False  # stop at the first case that cannot be used
  # progress(iterable, total=, description=) -> iterable
  progress: Callable = no_progress


def is_picture(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a picture file."""
  return path.suffix.lower() in _SUFFIXES


def read_picture(path: pathlib.Path, size: int = 0) -> np.ndarray:
  """One picture as uint8 [H, W, 3].

  Args:
    path: the file; gray becomes three equal channels, and what is transparent
      lies on black.
    size: pixels of both sides after resizing, antialiased and without regard
      to the proportions; 0: as it is.

  Raises:
    DataError: no picture that can be read, or one of more than 8 bits per
      channel: which of its values is white is not known.
  """
  try:
    with Image.open(path) as image:
      mode = image.mode
      if mode[0] not in "IF":  # I, I;16 and F: integers and floats
        return _pixels(image, size)
  except Exception as error:  # a damaged file breaks in many ways
    found = f"{type(error).__name__}: {error}"
    raise bad_input(path, "a picture", found) from error
  raise bad_input(path, "a picture of 8 bits per channel", f"mode {mode}")


def _pixels(image, size):
  if size:
    image.draft("RGB", (size, size))  # a JPEG is decoded smaller
  if "A" in image.getbands() or "transparency" in image.info:
    black = Image.new("RGBA", image.size, "black")
    image = Image.alpha_composite(black, image.convert("RGBA"))
  image = image.convert("RGB")
  if size:
    image = image.resize((size, size), Image.Resampling.BILINEAR)
  return np.array(image)


def read_pictures(
  paths: Mapping[int, pathlib.Path], reading: Reading
) -> tuple[dict[int, np.ndarray], tuple[str, ...]]:
  """Many of them: (pictures by number, a line for each that is damaged).

  Args:
    paths: file of each number.
    reading: how.

  Raises:
    DataError: not one can be read; if strict, the first bad one.
  """
  found, left_out = {}, []
  walk = reading.progress(
    paths.items(), total=len(paths), description="reading"
  )
  for number, path in walk:
    try:
      found[number] = read_picture(path, reading.size)
    except DataError as error:
      if reading.strict:
        raise
      left_out.append(str(error))
  if not found:
    raise DataError(left_out[0])
  return found, tuple(left_out)
