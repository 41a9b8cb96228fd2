"""Reads JPEG, PNG, TIFF and BMP files as bytes of red, green and blue."""

import pathlib
from collections.abc import Mapping

import numpy as np
from PIL import Image

from alx.data.dataset import DataError, bad_input, no_progress

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")


def is_picture(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a picture file."""
  return path.suffix.lower() in _SUFFIXES


def read_picture(path: pathlib.Path, size: int = 0) -> np.ndarray:
  """One picture as uint8 [H, W, 3].

  Args:
    path: the file; gray becomes three equal channels.
    size: pixels of both sides after resizing, antialiased and without regard
      to the proportions; 0: as it is.

  Raises:
    DataError: no picture that can be read.
  """
  try:
    with Image.open(path) as image:
      if size:
        image.draft("RGB", (size, size))  # a JPEG is decoded smaller
      image = image.convert("RGB")
      if size:
        image = image.resize((size, size), Image.Resampling.BILINEAR)
      return np.array(image)
  except Exception as error:  # a damaged file breaks in many ways
    found = f"{type(error).__name__}: {error}"
    raise bad_input(path, "a picture", found) from error


def read_pictures(
  paths: Mapping[int, pathlib.Path],
  *,
  size: int = 0,
  strict: bool = False,
  progress=no_progress,
) -> tuple[dict[int, np.ndarray], tuple[str, ...]]:
  """Many of them: (pictures by number, a line for each that is damaged).

  Args:
    paths: file of each number.
    size: see `read_picture`.
    strict: stop at the first that is damaged.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: not one can be read; with `strict` the first bad one.
  """
  found, left_out = {}, []
  walk = progress(paths.items(), total=len(paths), description="reading")
  for number, path in walk:
    try:
      found[number] = read_picture(path, size)
    except DataError as error:
      if strict:
        raise
      left_out.append(str(error))
  if not found:
    raise DataError(left_out[0])
  return found, tuple(left_out)
