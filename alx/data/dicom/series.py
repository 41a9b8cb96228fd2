"""One series as a volume."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.dicom import packages
from alx.data.dicom.frames import (
  PIXELS,
  check_gray,
  frames_of,
  pixels_of,
  rescaled,
)
from alx.data.dicom.geometry import stacked
from alx.data.dicom.headers import uid_of


class SeriesVolume(NamedTuple):
  """A series that was read."""

  array: np.ndarray  # [columns, rows, slices]
  affine: np.ndarray  # [4, 4], voxel index to mm of RAS
  spacing_mm: tuple[float, float, float]
  headers: tuple[Any, ...]  # pydicom, without pixels, of each image
  slices: tuple[tuple[int, int], ...]  # (image, frame) of each slice


def name_of(files: Sequence) -> str:
  """What lines about a series name: its first file."""
  more = f" and {len(files) - 1} more" if len(files) > 1 else ""
  return f"{files[0]}{more}"


def read(files: Sequence) -> SeriesVolume:
  """The volume of a series.

  Numbers are those of RescaleSlope and RescaleIntercept; a volume of
  MONOCHROME1 is turned to bright = more. A file that is there twice counts
  once.

  Args:
    files: of the series, in any order.

  Raises:
    DataError: pydicom is not installed, or a series that is no volume of
      gray pixels beyond doubt; see `geometry.stacked`.
  """
  name = name_of(files)
  with packages.reading(name, "a DICOM series"):
    return _volume(files, name)


def _volume(files, name):
  datasets = _distinct([_read(file, name) for file in files], name)
  frames, places = [], []
  for place, dataset in enumerate(datasets):
    check_gray(dataset, name)
    for frame in frames_of(dataset, name):
      frames.append(frame)
      places.append((place, frame.number))
  stack = stacked([frame.slice for frame in frames], name)
  arrays = _arrays(datasets, frames, places, name)
  array = np.stack([arrays[i] for i in stack.order], -1)
  if array.dtype.kind == "f" and not np.isfinite(array).all():
    raise bad_input(name, "finite voxels", "NaN or infinity")
  array = _bright(array, datasets, name)
  for dataset in datasets:
    for keyword in PIXELS:
      dataset.pop(keyword, None)
    if not dataset.get("FrameOfReferenceUID"):
      dataset.FrameOfReferenceUID = _frame_of_reference(dataset)
  return SeriesVolume(
    _small(array),
    stack.affine,
    stack.spacing_mm,
    tuple(datasets),
    tuple(places[i] for i in stack.order),
  )


def _bright(array, datasets, name):
  """Turned within its own numbers where less is brighter.

  Not as stored: a slope of each slice, or a table, is of the stored numbers.
  """
  kinds = {str(one.PhotometricInterpretation) for one in datasets}
  if len(kinds) > 1:
    found = " and ".join(sorted(kinds))
    raise bad_input(name, "one PhotometricInterpretation", found)
  if kinds == {"MONOCHROME2"}:
    return array
  # What leaves the type on the way comes back into it: whole numbers wrap.
  return array.max() - array + array.min()


def _frame_of_reference(dataset):
  """A UID where there is none, the same for all images of a series."""
  text = f"frame of reference of {dataset.get('SeriesInstanceUID')}"
  return uid_of(hashlib.sha256(text.encode()).digest())


def _read(file, name):
  pydicom = packages.wanted("pydicom", file)
  with packages.reading(name, "a DICOM file"):
    found = pydicom.dcmread(file, force=True)
    if "TransferSyntaxUID" not in found.file_meta:
      found.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    return found


def _distinct(datasets, name):
  """Without what is there twice, byte for byte in its pixels."""
  kept = {}
  for dataset in datasets:
    uid = str(dataset.get("SOPInstanceUID") or "")
    other = kept.setdefault(uid, dataset) if uid else None
    if other is None:
      raise bad_input(name, "a SOPInstanceUID in each file", "none in one")
    if other is not dataset and any(
      other.get(k) != dataset.get(k) for k in (*PIXELS, "ImagePositionPatient")
    ):
      found = "two different ones of one SOPInstanceUID"
      raise bad_input(name, "an image of each name", found)
  return list(kept.values())


def _arrays(datasets, frames, places, name):
  """[columns, rows] of each frame."""
  found, opened = [], (-1, None)
  for frame, (place, number) in zip(frames, places, strict=True):
    if place != opened[0]:
      opened = place, pixels_of(datasets[place], name)
    pixels = opened[1]
    if number >= len(pixels):
      wanted = f"pixels of {number + 1} frames"
      raise bad_input(name, wanted, f"those of {len(pixels)}")
    found.append(_modality(datasets[place], pixels[number], frame).T)
  return found


def _modality(dataset, pixels, frame):
  if "ModalityLUTSequence" in dataset:
    apply = packages.wanted("pydicom.pixels", "").apply_modality_lut
    return apply(pixels, dataset)
  return rescaled(pixels, frame.slope, frame.intercept)


def _small(array):
  """int16 where that holds all, as most readers want."""
  if array.dtype.kind == "f":
    return np.ascontiguousarray(array, np.float32)
  if array.dtype.itemsize == 1:
    return np.ascontiguousarray(array)
  low, high = array.min(), array.max()
  for dtype in (np.int16, np.uint16, np.int32):
    known = np.iinfo(dtype)
    if known.min <= low and high <= known.max:
      return np.ascontiguousarray(array, dtype)
  return np.ascontiguousarray(array, np.float32)
