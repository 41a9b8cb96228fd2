"""Scrubbed headers of a series as bytes, and what a SEG is held against."""

import copy
import gzip
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from alx.data.dataset import bad_input
from alx.data.dicom import packages
from alx.data.dicom.deidentify import Door, codes_of, scrubbed
from alx.data.dicom.series import SeriesVolume

_CHARACTERS = 0x00080005  # SpecificCharacterSet


class Source(NamedTuple):
  """The images that a mask is of."""

  images: tuple[Any, ...]  # pydicom headers
  slices: tuple[tuple[int, int], ...]  # (image, frame) of each slice
  uid: Callable = str  # of the original, the UID that is in `images`

  @property
  def series(self) -> str:
    """SeriesInstanceUID."""
    return str(self.images[0].SeriesInstanceUID)

  @property
  def frame_of_reference(self) -> str:
    """FrameOfReferenceUID; "": none."""
    return str(self.images[0].get("FrameOfReferenceUID") or "")

  def place_of(self) -> dict[str, int | None]:
    """The slice of each image by SOPInstanceUID; None: it has several."""
    found = {}
    for k, (image, _) in enumerate(self.slices):
      uid = str(self.images[image].SOPInstanceUID)
      found[uid] = None if uid in found else k
    return found


def source_of(volume: SeriesVolume, uid: Callable = str) -> Source:
  """Of a series as it was read."""
  return Source(volume.headers, volume.slices, uid)


def readable(dataset):
  """A copy of a header in UTF-8, without what is private or cannot be read.

  One number that is none need not keep a SEG from all others, and the
  characters of a scanner are fewer than those of the names of classes.
  """
  out = _readable(dataset)
  out.SpecificCharacterSet = "ISO_IR 192"
  return out


def _readable(dataset):
  out = packages.wanted("pydicom", "DICOM").Dataset()
  for tag in list(dataset.keys()):
    if tag.is_private or tag == _CHARACTERS:
      continue
    try:
      element = copy.copy(dataset[tag])
    except Exception:  # damaged values break in many ways
      continue
    if _is_no_number(element):
      continue
    if element.VR == "SQ":
      element.value = [_readable(item) for item in element.value]
    if element.VR == "PN" and not element.is_empty:
      element.value = list(map(str, _values(element)))
    out.add(element)
  return out


def _is_no_number(element):
  """Whether text stands where a number should, which pydicom hands on."""
  if element.VR not in ("DS", "IS") or element.is_empty:
    return False
  return any(isinstance(value, str) for value in _values(element))


def _values(element):
  return element.value if element.VM > 1 else [element.value]


def encode(volume: SeriesVolume, door: Door, name: str) -> bytes:
  """The headers without names, as gzipped DICOM JSON.

  Args:
    volume: the series.
    door: what becomes of UIDs and dates.
    name: the patient's, of all images alike, see `Door.name`.
  """
  images = [scrubbed(header, door, name) for header in volume.headers]
  with packages.quiet():
    told = {
      "deidentified": [list(code) for code in codes_of(door.retain)],
      "slices": [list(pair) for pair in volume.slices],
      "images": [image.to_json_dict() for image in images],
    }
  return gzip.compress(json.dumps(told, sort_keys=True).encode(), mtime=0)


def decode(content: bytes, name: object, uid: Callable = str) -> Source:
  """What `encode` made.

  Args:
    content: the bytes.
    name: what an error names.
    uid: of an original UID, the one that was kept.

  Raises:
    DataError: pydicom is not installed, or damaged.
  """
  pydicom = packages.wanted("pydicom", name)
  try:
    told = json.loads(gzip.decompress(content))
    images = tuple(pydicom.Dataset.from_json(x) for x in told["images"])
    slices = tuple((int(i), int(f)) for i, f in told["slices"])
  except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
    raise bad_input(name, "headers of a series", "damaged ones") from error
  return Source(images, slices, uid)
