"""Reads NIfTI files; the only file that knows nibabel."""

import contextlib
import gzip
import math
import pathlib
import warnings
import zlib
from typing import NamedTuple

import nibabel
import numpy as np
from nibabel import imageglobals

from alx.data.dataset import bad_input
from alx.data.label_values import whole_numbers

SUFFIXES = (".nii.gz", ".nii")

_GZIP = b"\x1f\x8b"
# Size of the header, read from its first field: class, magic and its place.
_FORMATS = {
  348: (nibabel.Nifti1Image, b"n+1\0", 344, 352),
  540: (nibabel.Nifti2Image, b"n+2\0", 4, 544),
}
_MM_PER_UNIT = {1: 1000.0, 3: 0.001}  # NIfTI codes of metre and micrometre


class Volume(NamedTuple):
  """One NIfTI file. Axes are those of the file; nothing is turned."""

  array: np.ndarray  # [x, y], [x, y, z] or [x, y, z, channels]
  spacing_mm: tuple[float, ...] | None  # of the spatial axes; None: unknown
  affine: np.ndarray  # [4, 4] float64, voxel index to mm


def read(path: pathlib.Path) -> Volume:
  """Reads an image; .nii and .nii.gz are told apart by content.

  Axes of length 1 behind the third are dropped.

  Raises:
    DataError: no such file, not NIfTI, cut short, damaged, colour or complex
      voxels, NaN or infinite voxels, or an affine that is not invertible.
  """
  volume = _read(path)
  array = volume.array
  if array.dtype.kind == "f" and not np.isfinite(array).all():
    count = array.size - int(np.isfinite(array).sum())
    raise bad_input(path, "finite voxels", f"{count} NaN or infinite")
  return volume


def read_label(path: pathlib.Path) -> Volume:
  """Reads a label map [x, y] or [x, y, z] as uint8 or uint16.

  Whole numbers that are stored as floats are fine.

  Raises:
    DataError: as `read`; or labels that are no whole numbers 0..65535, or
      more than three axes.
  """
  volume = _read(path)
  if volume.array.ndim > 3:
    raise bad_input(path, "a label map of 2 or 3 axes", volume.array.shape)
  return volume._replace(array=whole_numbers(volume.array, path))


def stem(path: pathlib.Path) -> str | None:
  """File name without .nii or .nii.gz; None for anything else or hidden."""
  name = path.name
  for suffix in SUFFIXES:
    if name.lower().endswith(suffix) and not name.startswith("."):
      return name[: -len(suffix)]
  return None


def _read(path):
  data = _content(path)
  with _silence():
    return _parse(path, data)


@contextlib.contextmanager
def _silence():
  """Keeps nibabel from printing what it mends in a header."""

  def nothing(record):
    return False

  imageglobals.logger.addFilter(nothing)
  try:
    with warnings.catch_warnings():
      warnings.simplefilter("ignore")
      yield
  finally:
    imageglobals.logger.removeFilter(nothing)


def _content(path):
  try:
    data = pathlib.Path(path).read_bytes()
    whole = gzip.decompress(data) if data.startswith(_GZIP) else data
  except (OSError, EOFError, zlib.error) as error:
    raise bad_input(path, "a file that can be read", _words(error)) from error
  if not whole:
    raise bad_input(path, "a NIfTI file", "an empty file")
  return whole


def _parse(path, data):
  image, first_voxel = _open(path, data)
  header = image.header
  _check_size(path, image, len(data), first_voxel)
  try:
    array = np.asanyarray(image.dataobj)
    zooms = tuple(float(z) for z in header.get_zooms())
    unit = _MM_PER_UNIT.get(int(header["xyzt_units"]) & 7, 1.0)
  except Exception as error:  # a damaged header breaks nibabel in many ways
    raise bad_input(path, "a NIfTI file", _words(error)) from error
  while array.ndim > 3 and 1 in array.shape[3:]:
    array = array.squeeze(3 + array.shape[3:].index(1))
  _check_array(path, array)
  axes = min(3, array.ndim)
  _check_affine(path, image.affine, axes)
  spacing = tuple(z * unit for z in zooms[:axes])
  known = all(math.isfinite(s) and s > 0 for s in spacing)
  return Volume(array, spacing if known else None, image.affine)


def _open(path, data):
  size = data[:4]
  for order in ("little", "big"):
    kind = _FORMATS.get(int.from_bytes(size, order))
    if kind and data[kind[2] :].startswith(kind[1]):
      try:
        return kind[0].from_bytes(data), kind[3]
      except Exception as error:  # as above
        raise bad_input(path, "a NIfTI header", _words(error)) from error
  raise bad_input(path, "a NIfTI file", f"a file that starts {data[:8]!r}")


def _check_size(path, image, found, first_voxel):
  shape, offset = image.shape, image.dataobj.offset
  if not shape or min(shape) < 1:
    raise bad_input(path, "at least one voxel along each axis", shape)
  if offset < first_voxel:
    raise bad_input(path, f"voxels from byte {first_voxel}", offset)
  wanted = offset + math.prod(shape) * image.get_data_dtype().itemsize
  if found < wanted:
    raise bad_input(path, f"{wanted} bytes for {shape}", f"{found} bytes")


def _check_array(path, array):
  if array.dtype.kind not in "buif":
    raise bad_input(path, "voxels that are real numbers", array.dtype)
  if not 2 <= array.ndim <= 4:
    raise bad_input(path, "2 to 4 axes", array.shape)


def _check_affine(path, affine, axes):
  if np.isfinite(affine).all():
    columns = affine[:3, :axes]
    lengths = np.linalg.norm(columns, axis=0)
    if lengths.min() > 0:
      directions = columns / lengths
      if np.linalg.matrix_rank(directions, tol=1e-6) == axes:
        return
  raise bad_input(path, "an affine that is invertible", affine.tolist())


def _words(error):
  return f"{type(error).__name__}: {error}"
