"""NRRD files of labels, and the segments that 3D Slicer writes in them."""

import gzip
import math
import re
import zlib
from typing import NamedTuple

import numpy as np

from alx.projects.exchange.refused import Refused

MAGIC = b"NRRD00"
_TYPES = {
  **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
  **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
  **dict.fromkeys(("short", "short int", "signed short", "int16"), "i2"),
  **dict.fromkeys(("signed short int", "int16_t"), "i2"),
  **dict.fromkeys(("ushort", "unsigned short", "uint16", "uint16_t"), "u2"),
  **dict.fromkeys(("unsigned short int",), "u2"),
  **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
  **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
  **dict.fromkeys(("longlong", "long long", "int64", "int64_t"), "i8"),
  **dict.fromkeys(("unsigned long long", "uint64", "uint64_t"), "u8"),
  **dict.fromkeys(("ulonglong",), "u8"),
  **{"float": "f4", "double": "f8"},
}
_TO_RAS = {  # signs of the axes of a space
  **dict.fromkeys(("left-posterior-superior", "lps"), (-1, -1, 1)),
  **dict.fromkeys(("right-anterior-superior", "ras"), (1, 1, 1)),
  **dict.fromkeys(("left-anterior-superior", "las"), (-1, 1, 1)),
}
_SEGMENT = re.compile(r"Segment(\d+)_(Name|LabelValue|Layer)")


class Segment(NamedTuple):
  """One structure, as Slicer names it."""

  name: str
  value: int
  layer: int


class Nrrd(NamedTuple):
  """A file in memory."""

  array: np.ndarray  # [x, y, z], or [layers, x, y, z]
  affine: np.ndarray  # [4, 4], voxel index to mm, RAS
  segments: tuple[Segment, ...]  # () of a plain label map


def read(content: bytes, most: int) -> Nrrd:
  """A NRRD file whose voxels are in it.

  Args:
    content: of the file.
    most: bytes of its voxels that are read at most.

  Raises:
    Refused: 413 for more, 415 and 422 for what cannot be used.
  """
  head, gap, data = content.partition(b"\n\n")
  fields = _fields(head.decode("utf-8", "replace").replace("\r", ""))
  if not gap:
    raise Refused(422, "file damaged, send it again: a header without an end")
  for name in ("data file", "datafile", "byte skip", "line skip"):
    if fields.get(name, "0") != "0":
      raise Refused(415, f"wanted voxels in the file itself, found {name}")
  sizes = _numbers(fields, "sizes", int)
  kind = _TYPES.get(fields.get("type", "").lower())
  if kind is None:
    raise Refused(422, f"wanted whole numbers, found {fields.get('type')}")
  if not 2 <= len(sizes) <= 4 or min(sizes) < 1 or max(sizes) > 32767:
    raise Refused(422, f"damaged header: sizes {sizes}")
  if len(sizes) != _numbers(fields, "dimension", int)[0]:
    raise Refused(422, "damaged header: sizes that are not of its dimension")
  order = {"big": ">", "little": "<"}.get(fields.get("endian", "little"), "<")
  wanted = math.prod(sizes) * int(kind[1])
  voxels = _decoded(data, fields.get("encoding", "").lower(), wanted, most)
  array = np.frombuffer(voxels, f"{order}{kind}").reshape(sizes[::-1]).T
  array = array.astype(kind)
  return Nrrd(*_placed(array, fields), _segments(fields))


def _fields(text):
  lines = text.split("\n")
  found = {}
  for line in lines[1:]:
    if line.startswith("#"):
      continue
    for mark in (":=", ":"):
      name, is_there, value = line.partition(mark)
      if is_there:
        key = name.strip() if mark == ":=" else name.strip().lower()
        found[key] = value.strip()
        break
  return found


def _numbers(fields, name, kind):
  try:
    return [kind(text) for text in fields[name].split()]
  except (KeyError, ValueError) as error:
    raise Refused(422, f"damaged header: no {name}") from error


def _decoded(data, encoding, wanted, most):
  if wanted > most:
    raise Refused(413, f"{wanted} bytes of voxels, more than {most}")
  if encoding in ("gzip", "gz"):
    data = inflate(data, wanted)
  elif encoding != "raw":
    raise Refused(415, f"wanted the encoding raw or gzip, found {encoding}")
  if len(data) != wanted:
    found = f"{len(data)} bytes where the header tells {wanted}"
    raise Refused(422, f"file damaged, send it again: {found}")
  return data


def inflate(data: bytes, most: int) -> bytes:
  """What gzip bytes hold, with the check sums looked at.

  Raises:
    Refused: 413 for more than `most` bytes, 422 for damage or bytes behind it.
  """
  found, rest = bytearray(), data
  try:
    while rest:
      stream = zlib.decompressobj(31)
      found += stream.decompress(rest, most - len(found) + 1)
      if len(found) > most:
        raise Refused(413, f"more than {most} bytes when decompressed")
      if not stream.eof:
        raise Refused(422, "file damaged, send it again: it is cut short")
      rest = stream.unused_data
      if rest and not rest.startswith(b"\x1f\x8b"):
        raise Refused(422, "file damaged, send it again: bytes behind its end")
  except zlib.error as error:
    raise Refused(422, f"file damaged, send it again: {error}") from error
  return bytes(found)


def _placed(array, fields):
  """(array, affine) with the axis of layers first."""
  vectors = re.findall(r"none|\([^)]*\)", fields.get("space directions", ""))
  if len(vectors) != array.ndim:
    raise Refused(422, "wrong geometry: no space directions")
  signs = _TO_RAS.get(fields.get("space", "").lower())
  if signs is None:
    found = fields.get("space", "none")
    raise Refused(422, f"wrong geometry: wanted a space of LPS, found {found}")
  layers = [i for i, text in enumerate(vectors) if text == "none"]
  columns = [_vector(text) for text in vectors if text != "none"]
  if len(layers) > 1 or len(columns) != 3:
    raise Refused(422, f"wanted three axes in space, found {len(columns)}")
  affine = np.eye(4)
  affine[:3, :3] = np.array(columns).T
  affine[:3, 3] = _vector(fields.get("space origin", ""))
  affine[:3] *= np.array(signs, float)[:, None]
  return (np.moveaxis(array, layers[0], 0) if layers else array), affine


def _vector(text):
  try:
    numbers = [float(word) for word in text.strip("()").split(",")]
  except ValueError:
    numbers = []
  if len(numbers) != 3:
    raise Refused(422, f"wrong geometry: wanted three numbers, found {text}")
  return numbers


def _segments(fields):
  found = {}
  for key, value in fields.items():
    match = _SEGMENT.fullmatch(key)
    if match:
      found.setdefault(int(match[1]), {})[match[2]] = value
  try:
    return tuple(
      Segment(
        about.get("Name", ""),
        int(about.get("LabelValue", "1")),
        int(about.get("Layer", "0")),
      )
      for _, about in sorted(found.items())
    )
  except ValueError as error:
    raise Refused(422, "damaged header: a segment without a value") from error


def write(
  array: np.ndarray, affine: np.ndarray, compress: bool = True
) -> bytes:
  """A NRRD label map, for readers that want one.

  Args:
    array: uint8 [x, y, z].
    affine: [4, 4], voxel index to mm, RAS.
    compress: by gzip; a reader that goes line by line is much faster then.
  """
  lps = affine[:3] * np.array([[-1.0], [-1.0], [1.0]])
  vectors = " ".join(
    f"({','.join(map(repr, c))})" for c in lps[:, :3].T.tolist()
  )
  origin = ",".join(map(repr, lps[:, 3].tolist()))
  encoding = "gzip" if compress else "raw"
  head = (
    "NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\n"
    f"sizes: {' '.join(map(str, array.shape))}\n"
    f"space directions: {vectors}\nkinds: domain domain domain\n"
    f"endian: little\nencoding: {encoding}\nspace origin: ({origin})\n\n"
  )
  voxels = np.asarray(array, np.uint8).tobytes(order="F")
  if compress:
    voxels = gzip.compress(voxels, 1, mtime=0)
  return head.encode() + voxels
