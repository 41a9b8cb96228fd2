"""Bytes of a label map to voxels and a grid: by content, never by name."""

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from alx.data.dataset import DataError
from alx.data.dicom import seg_read
from alx.data.pictures.pictures import inverted, is_turned
from alx.data.volumes import nifti
from alx.projects.exchange import nifti_header, nrrd
from alx.projects.exchange.grid import Grid, corner_error, snap_mm
from alx.projects.exchange.refused import Refused

MOST = 2**28  # bytes of a file
_GZIP = b"\x1f\x8b"
_HEADER = 2**16
_OTHERS = (  # how other things begin
  (b"\x89PNG", "a PNG picture"),
  (b"\xff\xd8\xff", "a JPEG picture"),
  (b"<", "HTML or XML"),
  (b"PK\x03\x04", "a ZIP archive or .npz"),
  (b"\x93NUMPY", "a NumPy array"),
  (b"\x80", "a pickle"),
  (b"MZ", "a program"),
  (b"\x89HDF", "an HDF5 file"),
)


class Decoded(NamedTuple):
  """What was in the file."""

  array: np.ndarray  # [*sp], or [layers, *sp]
  affine: np.ndarray | None  # [4, 4]; None: a picture
  segments: tuple = ()  # of a .seg.nrrd
  fixes: tuple[str, ...] = ()
  flags: tuple[str, ...] = ()
  layered: bool = False
  of_dicom: bool = False  # where layers are what is expected


def decode(
  content: bytes,
  grid: Grid,
  name: str = "",
  source: Callable | None = None,
) -> Decoded:
  """The voxels of a file, checked in an order in which nothing is believed.

  Size, check sums, header, bytes; only then a reader.

  Args:
    content: of the file.
    grid: of the image, which tells how large a label map may be.
    name: of the file, to tell where its ending is another's.
    source: () -> the DICOM images of the case, for a SEG; None: of none.

  Raises:
    Refused: 400, 413, 415 or 422.
  """
  if not content:
    raise Refused(400, "the file is empty")
  if len(content) > MOST:
    raise Refused(413, f"{len(content)} bytes, more than {MOST}")
  most = int(np.prod(grid.shape)) * 8 + _HEADER
  fixes = []
  if content.startswith(_GZIP):
    content = nrrd.inflate(content, most)
    if name.lower().endswith(".nii"):
      fixes.append("gzip under the name .nii: read by content")
  elif name.lower().endswith(".nii.gz") and nifti_header.is_nifti(content):
    fixes.append("a plain .nii under the name .nii.gz: read by content")
  if len(content) > most and grid.affine is not None:
    raise Refused(413, f"more than {most} bytes")
  if nifti_header.is_nifti(content):
    found = _nifti(content, grid)
  elif content.startswith(nrrd.MAGIC):
    found = Decoded(*nrrd.read(content, most))
    found = found._replace(layered=found.array.ndim == 4)
  elif _is_dicom(content, name):
    found = _segmentation(content, grid, source)
  elif grid.affine is None:
    found = _picture(content, grid)
  else:
    raise _other(content)
  return found._replace(fixes=(*fixes, *found.fixes))


def _other(content):
  told = next((t for start, t in _OTHERS if content.startswith(start)), "")
  found = told or ("text" if _is_text(content) else "other bytes")
  return Refused(415, f"wanted NIfTI or NRRD, found {found}")


def _is_dicom(content, name):
  return content[128:132] == b"DICM" or name.lower().endswith(".dcm")


def _segmentation(content, grid, source):
  """The segments of a DICOM SEG, a layer each."""
  if source is None:
    raise Refused(
      422,
      "a DICOM file of a case that did not come as DICOM: save it as .seg.nrrd "
      "or .nii.gz",
    )
  try:
    found = seg_read.read(content, source(), grid.shape, grid.affine)
  except DataError as error:
    raise Refused(422, str(error)) from error
  segments = [nrrd.Segment(n, 1, i) for i, n in enumerate(found.names)]
  return Decoded(
    found.array, found.affine, tuple(segments), (), found.flags, True, True
  )


def _is_text(content):
  return all(31 < b < 127 or b in b"\t\r\n" for b in content[:256])


def _nifti(content, grid):
  raw = nifti_header.read(content)
  if not np.isfinite([raw.slope, raw.inter]).all():
    raw = raw._replace(slope=1.0, inter=0.0)
  if raw.slope not in (0.0, 1.0) or (raw.slope and raw.inter):
    raise Refused(
      422,
      f"values are stored times {raw.slope:g} plus {raw.inter:g}: save labels "
      "as whole numbers without scaling (scl_slope 1)",
    )
  if grid.affine is None:
    raise Refused(415, "wanted a PNG, as the image is, found NIfTI")
  if raw.sform is None and raw.qform is None:
    raise Refused(422, "wrong geometry: neither sform nor qform is set")
  fixes, flags = (), ()
  if len(raw.shape) > 3 and all(n == 1 for n in raw.shape[3:]):
    fixes = ("axes of length 1 behind the third: dropped",)
  if raw.sform is not None and raw.qform is not None:
    apart = corner_error(raw.shape[:3], raw.sform, raw.qform)
    if not apart <= snap_mm(grid):
      flags = (f"sform and qform are {apart:.3g} mm apart, sform was used",)
  try:
    volume = nifti.of_bytes("the file", content)
  except DataError as error:
    raise Refused(422, str(error)) from error
  array = volume.array
  if array.ndim < 3:
    found = " x ".join(map(str, array.shape))
    raise Refused(422, f"wanted a volume, found a slice of {found}")
  if array.ndim > 3:
    array = np.moveaxis(array, 3, 0)
  affine = raw.sform if raw.sform is not None else raw.qform
  return Decoded(array, affine, (), fixes, flags, array.ndim > 3)


def _picture(content, grid):
  """[H, W] of a gray, palette or black-and-white picture."""
  if content.startswith(b"\xff\xd8\xff"):
    raise Refused(415, "JPEG changes label values: save it as PNG")
  try:
    with Image.open(io.BytesIO(content)) as image:
      if image.size[0] * image.size[1] > 4 * int(np.prod(grid.shape)) + _HEADER:
        raise Refused(413, f"{image.size} pixels, more than the image has")
      image.load()
      array, mode = np.array(image), image.mode
      array = inverted(array) if is_turned(image) else array
  except Refused:
    raise
  except Exception as error:  # a damaged file breaks in many ways
    if content.startswith(_OTHERS[0][0]):
      raise Refused(422, "file damaged, send it again") from error
    told = _other(content)
    raise Refused(
      told.code, f"{told}".replace("NIfTI or NRRD", "PNG")
    ) from error
  if array.ndim == 3:
    return _of_colours(array, mode)
  return Decoded(array.astype(np.uint8) if array.dtype == bool else array, None)


def _of_colours(array, mode):
  if mode in ("LA", "RGBA", "PA"):
    if (array[..., -1] != 255).any():
      raise Refused(422, "wanted label values, found transparent pixels")
    array = array[..., :-1]
  if (array != array[..., :1]).any():
    raise Refused(422, "wanted label values, found colours: save gray values")
  fix = f"gray saved as {mode}: one channel taken, they are equal"
  return Decoded(array[..., 0], None, (), (fix,))
