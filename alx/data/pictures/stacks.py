"""Reads stacks of pictures in one TIFF file: the slices of a volume."""

import json
import pathlib

import numpy as np
from PIL import Image

from alx.data.dataset import DataError, bad_input
from alx.data.files import is_hidden
from alx.data.pictures.pictures import inverted, is_turned, white_is_zero
from alx.data.volumes.placed import Volume

SUFFIXES = (".tif", ".tiff")
_WANTED = "a stack of gray pictures of one size"


def is_known(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a file that is read here."""
  return pathlib.Path(path).suffix.lower() in SUFFIXES


def stem(path: pathlib.Path) -> str | None:
  """File name without its ending; None for others or hidden."""
  path = pathlib.Path(path)
  return path.stem if is_known(path) and not is_hidden(path.name) else None


def is_stack(path: pathlib.Path) -> bool:
  """Whether there are several pictures in the file; damaged ones have none."""
  try:
    with Image.open(path) as image:
      return getattr(image, "n_frames", 1) > 1
  except Exception:  # a damaged file breaks in many ways; reading tells
    return False


def read(path: pathlib.Path, is_label: bool = False) -> Volume:
  """One volume [x, y, z]: columns, rows and pictures of the file.

  Voxel sizes are those of a .json beside it, {"spacing": [z, y, x]}, with the
  name of the case, as nnU-Net v2 has them; else they are not known. Nor are
  directions.

  Args:
    path: of the file.
    is_label: its numbers are classes, and what is white does not matter; in
      an image whose 0 is white they are turned.

  Raises:
    DataError: a file that is damaged or cut short, colours, pictures of several
      sizes, or a .json that makes no sense.
  """
  path = pathlib.Path(path)
  try:
    with open(path, "rb") as file, Image.open(file) as image:
      array = np.stack(list(_frames(image, path, is_label)))
  except DataError:
    raise
  except Exception as error:  # as above
    found = f"{type(error).__name__}: {error}"
    raise bad_input(path, _WANTED, found) from error
  spacing = _spacing(path)
  affine = np.diag([*(spacing or (1.0, 1.0, 1.0)), 1.0])
  return Volume(np.ascontiguousarray(array.T), spacing, affine)


def _frames(image, path, is_label):
  size, mode = image.size, image.mode
  for number in range(getattr(image, "n_frames", 1)):
    image.seek(number)
    if image.size != size or image.mode != mode:
      found = f"{size} {mode} and {image.size} {image.mode}"
      raise bad_input(path, _WANTED, found)
    if mode not in ("1", "L", "P", "F") and not mode.startswith("I"):
      raise bad_input(path, _WANTED, f"colours, mode {mode}")
    array = np.array(image)
    is_deep = mode[0] in "IF"
    if is_turned(image) if is_label else is_deep and white_is_zero(image):
      array = inverted(array)
    yield array.astype(np.uint8) if array.dtype == bool else array


def sidecar(path: pathlib.Path) -> pathlib.Path | None:
  """The .json that tells the voxel sizes; None: there is none.

  Of an image CASE_0000.tif it is CASE.json, of a label map CASE.tif, too.
  """
  names = [path.stem, path.stem[:-5] if path.stem[-5:-4] == "_" else ""]
  files = [path.with_name(f"{name}.json") for name in names if name]
  return next((file for file in files if file.is_file()), None)


def _spacing(path):
  file = sidecar(path)
  if file is None:
    return None
  try:
    found = json.loads(file.read_text(encoding="utf-8"))["spacing"]
    sizes = tuple(float(mm) for mm in found)[::-1]
  except (OSError, ValueError, TypeError, KeyError) as error:
    wanted = '{"spacing": [z, y, x]} in mm'
    raise bad_input(file, wanted, f"{type(error).__name__}") from error
  if len(sizes) != 3 or not all(0 < mm < np.inf for mm in sizes):
    raise bad_input(file, "three sizes above 0 in mm", list(sizes[::-1]))
  return sizes
