"""Reads and writes NIfTI files; the only file that knows nibabel.

NRRD, MetaImage and stacked TIFF files are read as if they were NIfTI, see
`itk` and `stacks`.
"""

import contextlib
import gzip
import math
import pathlib
import unicodedata
import warnings
import zlib

import nibabel
import numpy as np
from nibabel import imageglobals

from alx.data.dataset import bad_input
from alx.data.files import is_hidden
from alx.data.label_values import fraction_in, whole_numbers
from alx.data.pictures import stacks
from alx.data.volumes import itk, orientation, placed
from alx.data.volumes.placed import Volume

SUFFIXES = (".nii.gz", ".nii", *itk.SUFFIXES)

_GZIP = b"\x1f\x8b"
_LEVEL = 6  # of gzip
# Size of the header, read from its first field: class, magic and its place.
_FORMATS = {
  348: (nibabel.Nifti1Image, b"n+1\0", 344, 352),
  540: (nibabel.Nifti2Image, b"n+2\0", 4, 544),
}
_COLOURS = (
  "give each as a file of its own, CASE_0000.nii.gz, CASE_0001.nii.gz ..., or "
  "all on a fourth axis"
)


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


def of_bytes(name: object, content: bytes) -> Volume:
  """Reads what is in memory, with voxels as they are in the file.

  Args:
    name: of the file, for errors.
    content: of a .nii, decompressed.

  Raises:
    DataError: as `read`, but for NaN and infinity.
  """
  with _silence():
    return _parse(name, content)


def shape_of(path: pathlib.Path) -> tuple[int, ...]:
  """Extents, without those of length 1 behind the third.

  Of a NIfTI file by its header alone.

  Raises:
    DataError: a file that is none that is known.
  """
  if itk.is_known(path) or stacks.is_known(path):
    return _read(path).array.shape
  try:
    with _silence():
      shape = nibabel.load(path).shape
  except Exception as error:  # a damaged file breaks in many ways
    raise bad_input(path, "a NIfTI file", _words(error)) from error
  return (*shape[:3], *(n for n in shape[3:] if n > 1))


def read_label(path: pathlib.Path) -> Volume:
  """Reads a label map [x, y] or [x, y, z] as uint8 or uint16.

  Whole numbers that are stored as floats are fine, within rounding.

  Raises:
    DataError: as `read`; or labels that are no whole numbers 0..65535, or
      more than three axes.
  """
  volume = _read(path, is_label=True)
  if volume.array.ndim > 3:
    raise bad_input(path, "a label map of 2 or 3 axes", volume.array.shape)
  whole = whole_numbers(volume.array, path)
  return volume._replace(array=whole, fraction=fraction_in(volume.array))


def as_in_file(array: np.ndarray, path: pathlib.Path) -> np.ndarray:
  """A label map of a data set on the axes of the image file it belongs to.

  Args:
    array: [*sp], of a case that a reader has turned, or dropped an axis of.
    path: the case's first image.

  Raises:
    DataError: as `read`, or a label map of another extent.
  """
  volume = read(path)
  shape = volume.array.shape[:3]
  turn = volume.turn or orientation.NONE
  extents = (*shape, 1)[:3]
  turned = tuple(extents[axis] for axis in turn.order)
  known = [turned, *(_dropped(turned, i) for i in range(3) if turned[i] == 1)]
  if array.shape not in known:
    raise bad_input(path, f"a label map of {turned}", array.shape)
  return orientation.undo(array.reshape(turned), turn).reshape(shape)


def like_file(array: np.ndarray, path: pathlib.Path) -> bytes:
  """A .nii.gz of an array with the header of another file, if that is NIfTI.

  Affines, their codes, voxel sizes and units are as they are in the file, also
  where they make no sense; what told of its values is not.

  Args:
    array: [x, y] or [x, y, z] on the axes of the file, see `as_in_file`.
    path: the file.

  Raises:
    DataError: if it is no file that can be read.
  """
  if itk.is_known(path):
    header = _of_array(nibabel.Nifti1Header(), array)
    return _encoded(nibabel.Nifti1Image(array, _read(path).affine, header))
  data = _content(path)
  with _silence():
    kind = type(_open(path, data)[0])
    size = kind.header_class.sizeof_hdr
    header = kind.header_class(data[:size], check=False)
    header.extensions.clear()
    for field in ("cal_max", "cal_min", "intent_code", "scl_inter"):
      header[field] = 0
    header["scl_slope"] = 1
    return _encoded(kind(array, None, _of_array(header, array)))


def on_grid(array: np.ndarray, affine: np.ndarray) -> bytes:
  """A .nii.gz of whole numbers [x, y, z] that tells nothing but its grid.

  Sform and qform are set alike, codes 1: viewers differ in which they read.

  Args:
    array: uint8 or uint16.
    affine: [4, 4], voxel index to mm, at right angles.
  """
  image = nibabel.Nifti1Image(array, affine, dtype=array.dtype)
  image.header.set_data_dtype(array.dtype)
  image.header["scl_slope"], image.header["scl_inter"] = 1, 0
  image.header.set_xyzt_units("mm")
  image.set_sform(affine, 1)
  image.set_qform(affine, 1)
  return _encoded(image)


def colours_on_grid(array: np.ndarray, affine: np.ndarray) -> bytes:
  """The same of colours, a voxel's three bytes beside one another.

  Args:
    array: uint8 [x, y, z, 3], red, green, blue.
    affine: [4, 4], voxel index to mm, at right angles.
  """
  of_voxel = np.dtype([(name, "u1") for name in "RGB"])
  return on_grid(np.ascontiguousarray(array).view(of_voxel)[..., 0], affine)


def with_spacing(array: np.ndarray, spacing_mm: tuple | None) -> bytes:
  """A .nii.gz of an array [x, y, z] of which no more than the voxels is known.

  Args:
    array: any real type.
    spacing_mm: of its axes; None: 1.
  """
  affine = np.diag([*(spacing_mm or (1.0,) * array.ndim), 1.0])
  header = _of_array(nibabel.Nifti1Header(), array)
  return _encoded(nibabel.Nifti1Image(array, affine, header))


def _of_array(header, array):
  header.set_data_dtype(array.dtype)
  header.set_data_shape(array.shape)
  return header


def _encoded(image):
  return gzip.compress(image.to_bytes(), _LEVEL, mtime=0)


def _dropped(shape, axis):
  return shape[:axis] + shape[axis + 1 :]


def stem(path: pathlib.Path) -> str | None:
  """File name without an ending of `SUFFIXES`; None for others or hidden.

  It is the same text however its letters are composed: macOS does not do it.
  """
  name = composed(path.name)
  for suffix in SUFFIXES:
    if name.lower().endswith(suffix) and not is_hidden(name):
      return name[: -len(suffix)] or None
  return None


def composed(name: str) -> str:
  """The name in the normal form NFC of Unicode."""
  return unicodedata.normalize("NFC", name)


def _read(path, is_label=False):
  if itk.is_known(path) or stacks.is_known(path):
    is_itk = itk.is_known(path)
    volume = itk.read(path) if is_itk else stacks.read(path, is_label)
    _check_array(path, volume.array)
    _check_affine(path, volume.affine, min(3, volume.array.ndim))
    return volume
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
  _check_size(path, image, len(data), first_voxel)
  try:
    array = np.asanyarray(image.dataobj)
    raw = type(image.header)(data[: image.header.sizeof_hdr], check=False)
    while array.ndim > 3 and 1 in array.shape[3:]:
      array = array.squeeze(3 + array.shape[3:].index(1))
  except Exception as error:  # a damaged header breaks nibabel in many ways
    raise bad_input(path, "a NIfTI file", _words(error)) from error
  _check_array(path, array)
  axes = min(3, array.ndim)
  _check_affine(path, image.affine, axes)
  return placed.placed(Volume(array, None, image.affine), raw, axes)


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
    found = str(array.dtype)
    if array.dtype.names:
      found = f"colours {', '.join(array.dtype.names)} ({_COLOURS})"
    elif array.dtype.kind == "c":
      found += " (numpy.abs gives the magnitude)"
    raise bad_input(path, "voxels that are real numbers", found)
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
