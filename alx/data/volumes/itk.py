"""Reads NRRD and MetaImage files; the only file that knows SimpleITK."""

import math
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
_MM = {  # of units of space, as NRRD files name them
  **dict.fromkeys(("???", "mm", "millimeter", "millimetre"), 1.0),
  **dict.fromkeys(("um", "\xb5m", "micron", "micrometer", "micrometre"), 1e-3),
  **dict.fromkeys(("m", "meter", "metre"), 1e3),
}
_BYTES = (  # of what the names of types hold, the first that fits
  *(("int8", 1), ("int16", 2), ("int32", 4), ("int64", 8)),
  *(("longlong", 8), ("long long", 8), ("long_long", 8), ("long", None)),
  *(("char", 1), ("short", 2), ("int", 4), ("float", 4), ("double", 8)),
)


def is_known(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a file that is read here."""
  return pathlib.Path(path).suffix.lower() in SUFFIXES


def read(path: pathlib.Path) -> Volume:
  """One image or label map, with axes and channels as of a NIfTI file.

  Raises:
    DataError: SimpleITK is not installed, or a file that is cut short, damaged
      or of another kind, or in units of space that are not known.
  """
  path = pathlib.Path(path)
  sitk = _sitk(path)
  header = _checked_header(path)
  unit = _unit_mm(path, header)
  image = _read_with_itk(path, sitk)
  axes = min(image.GetDimension(), 3)
  affine = _affine(image, axes, unit)
  spacing = tuple(unit * float(side) for side in image.GetSpacing()[:axes])
  has_spacing = re.search(
    r"(?im)^(element(spacing|size)|spacings|space directions)", header
  )
  placed = path.suffix.lower() != ".nrrd" or re.search(
    r"(?im)^space( dimension)?:", header
  )
  return Volume(
    _array_of(image, sitk),
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
    lines = [line for line in lines if not line.startswith("Reason:")]
    raise bad_input(path, _WANTED, lines[-1] if lines else error) from error


def _array_of(image, sitk):
  """[x, y], [x, y, z] or [x, y, z, channels]."""
  array = sitk.GetArrayFromImage(image)
  axes = image.GetDimension()
  return array.transpose(*range(axes)[::-1], *range(axes, array.ndim))


def _unit_mm(path, header):
  """mm of the unit that directions and origin are in, which ITK passes over."""
  told = (
    _field(header, "space units").encode("latin-1").decode("utf-8", "replace")
  )
  names = told.lower().replace('"', " ").split()
  found = {_MM.get(name.rstrip("s")) for name in names}
  if None in found or len(found) > 1:
    raise bad_input(path, "space units that are all mm, um or m", told)
  return found.pop() if found else 1.0


def _affine(image, axes, unit):
  """[4, 4] from voxels to mm that run to right, front and head.

  Args:
    image: of ITK.
    axes: in space.
    unit: of the image, in mm.
  """
  affine, count = np.eye(4), image.GetDimension()
  direction = np.array(image.GetDirection()).reshape(count, count)
  scaled = direction * np.array(image.GetSpacing())
  affine[:axes, :axes] = scaled[:axes, :axes]
  affine[:axes, 3] = image.GetOrigin()[:axes]
  affine[:3] *= unit
  return _TO_RAS @ affine


def _checked_header(path) -> str:
  """The text in front of the voxels, of which as many have to be there.

  ITK tells of the operating system where a file is short, and takes what is
  left of a damaged stream for voxels.
  """
  data, is_mha = path.read_bytes(), path.suffix.lower() == ".mha"
  end = rb"ElementDataFile *=.*\n" if is_mha else rb"\r?\n\r?\n"
  found = re.search(end, data[:_MOST_HEADER])
  if not found:
    raise bad_input(path, _WANTED, f"no whole header in {len(data)} bytes")
  header, voxels = data[: found.end()].decode("latin-1"), data[found.end() :]
  for name in ("DimSize", "ElementType") if is_mha else ("sizes", "type"):
    if not _field(header, name):
      raise bad_input(path, _WANTED, f"a header without {name}")
  if _field(header, "ElementDataFile") in ("", "LOCAL") and not re.search(
    r"(?im)^(data ?file|(line|byte) ?skip|HeaderSize) *[:=]", header
  ):
    _check_voxels(path, header, voxels)
  return header


def _field(header, name):
  """What a header says of a name, in the words of either format; ""."""
  found = re.search(rf"(?im)^{name} *(?::|=) *(.*?)\s*$", header)
  return found[1] if found else ""


def _check_voxels(path, header, voxels):
  """Raises DataError where there are fewer than the header says."""
  encoding, wbits = _field(header, "encoding").lower(), None
  if encoding in ("gz", "gzip"):
    wbits = 16 + zlib.MAX_WBITS
  elif _field(header, "CompressedData").lower() == "true":
    wbits = zlib.MAX_WBITS
  elif encoding not in ("", "raw") or (
    _field(header, "BinaryData").lower() == "false"
  ):
    return  # numbers as text
  count, is_whole = len(voxels), True
  if wbits:
    try:
      count, is_whole = _unpacked(voxels, wbits)
    except zlib.error as error:
      raise bad_input(path, _WANTED, f"damaged voxels: {error}") from error
  wanted = _num_bytes(header)
  if not is_whole or (wanted is not None and count < wanted):
    bytes_of = f" with {wanted} bytes of voxels" if wanted is not None else ""
    told = f"{count} bytes{'' if is_whole else ' and no end of the stream'}"
    raise bad_input(path, f"{_WANTED}{bytes_of}", told)


def _unpacked(voxels, wbits):
  """(bytes that a stream holds, whether its end is there)."""
  count = 0
  while True:  # a .gz may have several parts
    part = zlib.decompressobj(wbits)
    count += len(part.decompress(voxels))
    voxels = part.unused_data
    if not part.eof or not voxels.startswith(b"\x1f\x8b"):
      return count, part.eof


def _num_bytes(header):
  """Bytes of all voxels; None where the type is not known."""
  sizes = _field(header, "DimSize") or _field(header, "sizes")
  kind = (_field(header, "ElementType") or _field(header, "type")).lower()
  each = next((n for name, n in _BYTES if name in kind), None)
  sizes = sizes.split() + _field(header, "ElementNumberOfChannels").split()
  if each is None or not all(size.isdigit() for size in sizes):
    return None
  return math.prod(map(int, sizes)) * each
