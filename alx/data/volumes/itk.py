"""Reads NRRD and MetaImage files; the only file that knows SimpleITK."""

import gzip
import pathlib
import re
import zlib

import numpy as np

from alx.data.dataset import bad_input
from alx.data.volumes import orientation
from alx.data.volumes.placed import Volume

SUFFIXES = (".nrrd", ".mha")

_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])  # ITK's mm run to left and back
_MOST_HEADER = 1 << 16  # bytes that a header is looked for in
_WANTED = "a whole .nrrd or .mha file"


def is_known(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a file that is read here."""
  return pathlib.Path(path).suffix.lower() in SUFFIXES


def read(path: pathlib.Path) -> Volume:
  """One image or label map, with axes and channels as of a NIfTI file.

  Raises:
    DataError: SimpleITK is not installed, or a file that is cut short, damaged
      or of another kind.
  """
  path = pathlib.Path(path)
  image = _read_with_itk(path, _sitk(path))
  header = _checked_header(path)
  axes = min(image.GetDimension(), 3)
  affine = _affine(image, axes)
  spacing = tuple(float(mm) for mm in image.GetSpacing()[:axes])
  has_spacing = re.search(
    r"(?im)^(element(spacing|size)|spacings|space directions)", header
  )
  placed = path.suffix.lower() != ".nrrd" or re.search(
    r"(?im)^space( dimension)?:", header
  )
  return Volume(
    _array_of(image, _sitk(path)),
    spacing if has_spacing else None,
    affine,
    spacing if has_spacing and placed else None,
    orientation.closest(affine, axes) if placed else None,
  )


def _sitk(path):
  try:
    import SimpleITK
  except ImportError as error:
    wanted = "SimpleITK to read it (pip install 'alx-imaging[itk]')"
    raise bad_input(path, wanted, "no such package") from error
  return SimpleITK


def _read_with_itk(path, sitk):
  try:
    return sitk.ReadImage(str(path))
  except RuntimeError as error:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    raise bad_input(path, _WANTED, lines[-1] if lines else error) from error


def _array_of(image, sitk):
  """[x, y], [x, y, z] or [x, y, z, channels]."""
  array = sitk.GetArrayFromImage(image)
  axes = image.GetDimension()
  return array.transpose(*range(axes)[::-1], *range(axes, array.ndim))


def _affine(image, axes):
  """[4, 4] from voxels to mm that run to right, front and head."""
  affine, count = np.eye(4), image.GetDimension()
  direction = np.array(image.GetDirection()).reshape(count, count)
  scaled = direction * np.array(image.GetSpacing())
  affine[:axes, :axes] = scaled[:axes, :axes]
  affine[:axes, 3] = image.GetOrigin()[:axes]
  return _TO_RAS @ affine


def _checked_header(path) -> str:
  """The text in front of the voxels, which are tried if they are compressed.

  ITK takes what is left of a damaged stream for voxels.
  """
  data = path.read_bytes()
  found = re.search(rb"\r?\n\r?\n|ElementDataFile *=.*\n", data[:_MOST_HEADER])
  header = data[: found.end()].decode("latin-1") if found else ""
  voxels = data[found.end() :] if found else b""
  try:
    if re.search(r"(?im)^encoding: *(gz|gzip)\s*$", header):
      gzip.decompress(voxels)
    elif re.search(r"(?im)^CompressedData *= *True", header):
      zlib.decompress(voxels)
  except (OSError, EOFError, zlib.error) as error:
    raise bad_input(path, _WANTED, f"damaged voxels: {error}") from error
  return header
