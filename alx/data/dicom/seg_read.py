"""DICOM SEG as layers on a grid, if it is of the series it should be of."""

import io
import math
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.dicom import packages
from alx.data.dicom.frames import frames_of
from alx.data.dicom.headers import is_segmentation, modality_of
from alx.data.dicom.kept import Source
from alx.data.dicom.seg_places import places_of

_NAME = "the SEG"
TAGS = ("ReferencedSeriesSequence", "SegmentSequence")  # what it is of, names
_MOST_SEGMENTS = 255
_MOST_VOXELS = 64  # times those of the image and its segments


class Layers(NamedTuple):
  """What a SEG says."""

  array: np.ndarray  # uint8 [S, x, y, z], 0 or 1
  affine: np.ndarray  # [4, 4]
  names: tuple[str, ...]  # S, of the segments
  flags: tuple[str, ...] = ()


def read(
  content: bytes, source: Source, shape: tuple[int, ...], affine: np.ndarray
) -> Layers:
  """The segments of a SEG.

  Args:
    content: of the file.
    source: the images of the case.
    shape: of the case's grid.
    affine: of it.

  Raises:
    DataError: no SEG, damaged, of another series, images or frame of
      reference; a slice twice; a segment that is not described; fractions.
  """
  pydicom = packages.wanted("pydicom", _NAME)
  with packages.reading(_NAME, "a DICOM SEG"):
    dataset = pydicom.dcmread(io.BytesIO(content), force=True)
    kind = str(dataset.get("SOPClassUID") or "")
    if not is_segmentation(kind):
      found = f"DICOM {modality_of(dataset) or 'of another kind'}"
      raise bad_input(_NAME, "a DICOM SEG", found)
    _check_references(dataset, source)
    numbers, names = _segments(dataset)
    frames = frames_of(dataset, _NAME)
    _check_size(dataset, shape, len(names))
    planes = _planes(dataset)
    places, where = places_of(frames, shape, affine)
    _check_sources(dataset, places, source, where is affine)
    parts = _parts(dataset, planes, numbers)
  if where is affine:
    extents = shape
  else:
    extents = (*frames[0].slice.shape[::-1], max(places) + 1)
  out = _filled(parts, places, numbers, extents)
  return Layers(out, where, names, _flags(out, names))


def _filled(parts, places, numbers, extents):
  """uint8 [S, x, y, z] of the frames of S segments."""
  out = np.zeros((len(numbers), *extents), np.uint8)
  done = set()
  for part, number, frame in parts:
    key = number, places[frame]
    if key in done:
      raise bad_input(_NAME, "each slice of a segment once", "one twice")
    done.add(key)
    out[numbers.index(number), :, :, places[frame]] = part.T
  return out


def referenced_series(dataset) -> list[str]:
  """The SeriesInstanceUIDs that a SEG says it is of."""
  found = dataset.get("ReferencedSeriesSequence") or ()
  return [str(item.get("SeriesInstanceUID") or "") for item in found]


def named_segments(dataset) -> list[tuple[int, str]]:
  """(number, label) of the segments, without a background."""
  found = dataset.get("SegmentSequence") or ()
  return [
    (int(item.SegmentNumber), str(item.get("SegmentLabel") or "").strip())
    for item in found
    if int(item.SegmentNumber)
  ]


def _check_references(dataset, source):
  known = source.place_of()
  series = referenced_series(dataset)
  if not series:
    raise bad_input(_NAME, "the series that it is of", "no reference to one")
  either = _either(source)
  if {*map(either, series)} != {source.series}:
    key = ", or of its original without the key (--dicom_key)"
    found = f"one of another{key if source.uid is str else ''}"
    raise bad_input(_NAME, "a SEG of this case's series", found)
  for item in dataset.ReferencedSeriesSequence:
    images = item.get("ReferencedInstanceSequence") or ()
    uids = [str(i.get("ReferencedSOPInstanceUID") or "") for i in images]
    strange = sum(either(uid) not in known for uid in uids)
    if strange:
      found = f"{strange} of {len(uids)} that the series does not have"
      raise bad_input(_NAME, "slices of this case", found)
  frame = str(dataset.get("FrameOfReferenceUID") or "")
  if either(frame) != source.frame_of_reference:
    wanted = "the frame of reference of the series"
    raise bad_input(_NAME, wanted, "another" if frame else "none")


def _either(source):
  """The kept UID of one that is kept, or of an original."""
  kept = {source.series, source.frame_of_reference, *source.place_of()}
  return lambda uid: uid if uid in kept else source.uid(uid)


def _segments(dataset):
  """(numbers, names) of the segments; 0 is the background of a label map."""
  named = named_segments(dataset)
  numbers = [number for number, _ in named]
  names = tuple(name for _, name in named)
  if not numbers or len(set(numbers)) < len(numbers):
    raise bad_input(_NAME, "segments with a number each", numbers)
  return numbers, names


def _check_size(dataset, shape, segments):
  """Refuses what would not fit into memory, before it is decoded."""
  rows, columns = int(dataset.Rows), int(dataset.Columns)
  frames = int(dataset.get("NumberOfFrames") or 1)
  most = _MOST_VOXELS * max(1, segments) * math.prod(shape)
  if rows * columns * frames > most or segments > _MOST_SEGMENTS:
    found = f"{segments} segments, {frames} frames of {rows} x {columns}"
    raise bad_input(_NAME, "a SEG of the size of the image", found)


def _planes(dataset):
  """[frames, rows, columns] of whole numbers."""
  planes = np.asarray(dataset.pixel_array)
  planes = planes.reshape(-1, int(dataset.Rows), int(dataset.Columns))
  if dataset.get("SegmentationType") == "FRACTIONAL":
    top = int(dataset.get("MaximumFractionalValue") or 255)
    if not np.isin(planes, (0, top)).all():
      raise bad_input(_NAME, "a label for each voxel", "fractions")
    planes = (planes > 0).astype(np.uint8)
  return planes


def _parts(dataset, planes, numbers):
  """(mask [rows, columns], segment, frame) of each frame and segment."""
  if dataset.get("SegmentationType") == "LABELMAP":
    strange = set(np.unique(planes).tolist()) - {0, *numbers}
    _check_described(strange)
    return [
      (plane == number, number, frame)
      for frame, plane in enumerate(planes)
      for number in numbers
    ]
  shared = (dataset.get("SharedFunctionalGroupsSequence") or [{}])[0]
  found = []
  for frame, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
    told = group.get("SegmentIdentificationSequence") or shared.get(
      "SegmentIdentificationSequence"
    )
    number = int(told[0].ReferencedSegmentNumber) if told else 0
    found.append((planes[frame], number, frame))
  _check_described({number for _, number, _ in found} - {*numbers})
  return found


def _check_described(strange):
  if strange:
    found = f"segment {', '.join(map(str, sorted(strange)))} without one"
    raise bad_input(_NAME, "a description of each segment", found)


def _check_sources(dataset, places, source, is_on_grid):
  """Refuses a frame that is told to be of another slice than it lies at."""
  known, either = source.place_of(), _either(source)
  for frame, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
    for derived in group.get("DerivationImageSequence") or ():
      for image in derived.get("SourceImageSequence") or ():
        uid = either(str(image.get("ReferencedSOPInstanceUID") or ""))
        if uid not in known:
          raise bad_input(_NAME, "frames of slices of this case", "one of none")
        place = known[uid]
        alone = len(derived.SourceImageSequence) == 1
        if is_on_grid and alone and place not in (None, places[frame]):
          found = "one that lies at another slice"
          raise bad_input(_NAME, "frames where their slices are", found)


def _flags(array, names):
  """Lines about segments with a slice left out between two of them."""
  flags = []
  for layer, name in zip(array, names, strict=True):
    used = np.flatnonzero(layer.any((0, 1)))
    holes = int((np.diff(used) == 2).sum()) if used.size else 0
    if holes:
      flags.append(f"{name}: {holes} slices without it between two with it")
  return tuple(flags)
