"""The header of a NIfTI file as raw numbers, checked before anything reads it.

Readers mend, or pass over, what is wrong here: one reads header bytes as voxels
if `vox_offset` is 0, none tells that sform and qform disagree.
"""

import math
from typing import NamedTuple

import numpy as np

from alx.data.volumes.placed import mm_per_unit
from alx.projects.exchange.refused import Refused

# Field: (type, place) by the size of the header.
_FIELDS = {
  348: {
    "dim": ("8i2", 40),
    "datatype": ("i2", 70),
    "bitpix": ("i2", 72),
    "pixdim": ("8f4", 76),
    "vox_offset": ("f4", 108),
    "scl_slope": ("f4", 112),
    "scl_inter": ("f4", 116),
    "xyzt_units": ("u1", 123),
    "qform_code": ("i2", 252),
    "sform_code": ("i2", 254),
    "quatern": ("6f4", 256),
    "srow": ("12f4", 280),
  },
  540: {
    "dim": ("8i8", 16),
    "datatype": ("i2", 12),
    "bitpix": ("i2", 14),
    "pixdim": ("8f8", 104),
    "vox_offset": ("i8", 168),
    "scl_slope": ("f8", 176),
    "scl_inter": ("f8", 184),
    "xyzt_units": ("i4", 500),
    "qform_code": ("i4", 344),
    "sform_code": ("i4", 348),
    "quatern": ("6f8", 352),
    "srow": ("12f8", 400),
  },
}
_MAGIC = {348: (344, b"n+1\0", 352), 540: (4, b"n+2\0\r\n\x1a\n", 544)}
# Free text that may name a patient: (place, bytes), and the extensions.
_TEXTS = {
  348: ((4, 10), (14, 18), (148, 80), (228, 24), (328, 16)),
  540: ((240, 80), (320, 24), (508, 16), (525, 15)),
}
_BYTES = {  # of the datatypes that hold one number
  **{2: 1, 4: 2, 8: 4, 16: 4, 64: 8},
  **{256: 1, 512: 2, 768: 4, 1024: 8, 1280: 8},
}
_OTHERS = {
  **{1: "1-bit", 32: "complex", 128: "RGB colours", 1536: "float128"},
  **{1792: "complex", 2048: "complex", 2304: "RGBA colours"},
}


_LENGTHS = {"pixdim": slice(1, 4), "quatern": slice(3, 6), "srow": slice(12)}
_SPACE, _MM = 7, 2  # bits of xyzt_units that name the unit of space; mm


class Raw(NamedTuple):
  """What a header says."""

  size: int  # 348 or 540
  shape: tuple[int, ...]
  offset: int  # of the voxels
  slope: float
  inter: float
  sform: np.ndarray | None  # [4, 4], voxel index to mm
  qform: np.ndarray | None


def is_nifti(content: bytes) -> bool:
  """Whether the bytes begin as a header, in either byte order."""
  return _kind(content) is not None


def _kind(content):
  for order in "<>":
    size = int(np.frombuffer(content[:4].ljust(4, b"\0"), f"{order}i4")[0])
    if size in _MAGIC and len(content) >= size:
      place, magic, _ = _MAGIC[size]
      if content[place : place + len(magic)] == magic:
        return order, size
  return None


def read(content: bytes) -> Raw:
  """The header of a whole file, decompressed.

  Raises:
    Refused: 422 for extents, types, places or sizes that cannot be.
  """
  kind = _kind(content)
  if kind is None:
    raise Refused(415, "wanted a NIfTI file, found other bytes")
  order, size = kind
  fields = {
    name: _field(content, order, *entry)
    for name, entry in _FIELDS[size].items()
  }
  shape = _shape(fields["dim"])
  datatype, bits = int(fields["datatype"]), int(fields["bitpix"])
  if datatype not in _BYTES:
    found = _OTHERS.get(datatype, f"type {datatype}")
    raise Refused(422, f"wanted voxels that are numbers, found {found}")
  if bits != 8 * _BYTES[datatype]:
    raise Refused(422, f"damaged header: {bits} bits for type {datatype}")
  offset = _offset(fields["vox_offset"], _MAGIC[size][2])
  wanted = offset + math.prod(shape) * _BYTES[datatype]
  if len(content) != wanted:
    found = f"{len(content)} bytes where the header tells {wanted}"
    raise Refused(422, f"file damaged, send it again: {found}")
  scale = float(fields["scl_slope"]), float(fields["scl_inter"])
  return Raw(size, shape, offset, *scale, _sform(fields), _qform(fields))


def _field(content, order, kind, place):
  count, kind = kind[:-2], kind[-2:]
  numbers = np.frombuffer(content, f"{order}{kind}", int(count or 1), place)
  return numbers if count else numbers[0]


def _shape(dim):
  axes = int(dim[0])
  if not 1 <= axes <= 7:
    raise Refused(422, f"damaged header: {axes} axes")
  shape = tuple(int(n) for n in dim[1 : axes + 1])
  if min(shape) < 1 or max(shape) > 32767:
    raise Refused(422, f"damaged header: extents {shape}")
  return shape


def _offset(value, least):
  if not math.isfinite(value) or value < least or value != int(value):
    raise Refused(
      422, f"damaged header: voxels at byte {value}, before {least}"
    )
  return int(value)


def _sform(fields):
  if fields["sform_code"] <= 0:
    return None
  rows = np.reshape(fields["srow"], (3, 4)).astype(np.float64)
  unit = mm_per_unit(fields["xyzt_units"])
  return np.vstack([rows * unit, [0, 0, 0, 1]])


def _qform(fields):
  """The affine of the quaternion (NIfTI-1 standard, method 2)."""
  if fields["qform_code"] <= 0:
    return None
  b, c, d, *offset = (float(x) for x in fields["quatern"])
  a = math.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
  turn = np.array(
    [
      [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
      [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
      [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ]
  )
  pixdim = np.asarray(fields["pixdim"], np.float64)
  sides = pixdim[1:4].copy()
  sides[2] *= -1.0 if pixdim[0] < 0 else 1.0
  affine = np.eye(4)
  affine[:3, :3], affine[:3, 3] = turn * sides, offset
  affine[:3] *= mm_per_unit(fields["xyzt_units"])
  return affine


def scrubbed(content: bytes) -> bytes:
  """The file without its free text and extensions: grid and voxels stay.

  What is in micrometres or metres is written in mm, as labels are.

  Raises:
    Refused: as `read`.
  """
  raw = read(content)
  order, size = _kind(content)
  least = _MAGIC[size][2]
  head = bytearray(content[:least])
  for place, length in _TEXTS[size]:
    head[place : place + length] = bytes(length)
  head[size:least] = bytes(least - size)
  _write(head, order, size, "vox_offset", least)
  _to_mm(head, order, size)
  return bytes(head) + content[raw.offset :]


def _to_mm(head, order, size):
  """Brings all lengths of a header to mm, unless its unit is not known."""
  fields = _FIELDS[size]
  code = int(_field(head, order, *fields["xyzt_units"]))
  if (unit := mm_per_unit(code)) == 1:
    return
  for name, lengths in _LENGTHS.items():
    numbers = _field(head, order, *fields[name]).astype(np.float64)
    numbers[lengths] *= unit
    _write(head, order, size, name, numbers)
  _write(head, order, size, "xyzt_units", code & ~_SPACE | _MM)


def _write(head, order, size, name, value):
  kind, place = _FIELDS[size][name]
  content = np.asarray(value).astype(f"{order}{kind[-2:]}").tobytes()
  head[place : place + len(content)] = content
