"""The frames of a DICOM image: where they are, and their numbers."""

from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.dicom import packages
from alx.data.dicom.geometry import Slice
from alx.data.dicom.headers import modality_of

_PICTURES = ("CR", "DX", "MG", "IO", "PX", "XA", "RF", "OP", "SM", "US", "SC")
_GRAY = ("MONOCHROME1", "MONOCHROME2")
_COLOURS = (
  *("RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420"),
  *("YBR_ICT", "YBR_RCT", "HSV", "ARGB", "CMYK"),
)
_MOST = 2**30  # an intercept that 32 bits hold with all numbers of 16
_SCALE = ("RescaleSlope", "RescaleIntercept")
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


class Frame(NamedTuple):
  """One frame of an image, without its pixels."""

  number: int  # in its image, 0 ..
  slice: Slice
  slope: float
  intercept: float


def frames_of(dataset, name: object) -> list[Frame]:
  """The frames of an image.

  Args:
    dataset: a header, of one frame or of many.
    name: what an error names.

  Raises:
    DataError: nothing that says where they are, or not of each.
  """
  per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
  count = int(dataset.get("NumberOfFrames") or 1)
  if per_frame is None:
    if count > 1:
      wanted = "a position of each frame"
      found = f"{count} frames without (a film, or older)"
      raise bad_input(name, wanted, found)
    return [_frame(dataset, 0, (dataset,), name)]
  if count != len(per_frame):
    found = f"{len(per_frame)} places for {count} frames"
    raise bad_input(name, "a place for each frame", found)
  shared = (dataset.get("SharedFunctionalGroupsSequence") or [{}])[0]
  return [
    _frame(dataset, number, (group, shared), name)
    for number, group in enumerate(per_frame)
  ]


def _frame(dataset, number, groups, name):
  """One frame; `groups`: of functional groups, or the data set itself."""
  plain = groups == (dataset,)

  def value(sequence, keyword):
    for group in groups:
      inside = group if plain else (group.get(sequence) or [{}])[0]
      found = inside.get(keyword)
      if found is not None and found != "":
        return found
    return None

  position = value("PlanePositionSequence", "ImagePositionPatient")
  orientation = value("PlaneOrientationSequence", "ImageOrientationPatient")
  spacing = value("PixelMeasuresSequence", "PixelSpacing")
  _check_no_picture(dataset, position, name)
  places = {
    "ImagePositionPatient": (position, 3),
    "ImageOrientationPatient": (orientation, 6),
    "PixelSpacing": (spacing, 2),
  }
  for keyword, (found, count) in places.items():
    if found is None or len(found) != count:
      raise bad_input(
        name, f"{count} numbers in {keyword}", found and len(found)
      )
  place = Slice(
    *(np.array(x, np.float64) for x in (position, orientation, spacing)),
    (int(dataset.Rows), int(dataset.Columns)),
    str(dataset.get("FrameOfReferenceUID") or ""),
  )
  scale = "PixelValueTransformationSequence"
  told = [value(scale, keyword) for keyword in _SCALE]
  if told == [None, None]:  # secondary captures say it of all their frames
    told = [dataset.get(keyword) for keyword in _SCALE]
  return Frame(number, place, *_scale(told, name))


def _scale(told, name):
  """(slope, intercept), 1 and 0 where nothing is told."""
  slope, intercept = (
    default if found is None or found == "" else float(found)
    for found, default in zip(told, (1.0, 0.0), strict=True)
  )
  if not (np.isfinite((slope, intercept)).all() and slope):
    wanted = "a RescaleSlope and RescaleIntercept that keep numbers apart"
    raise bad_input(name, wanted, f"{slope:g} and {intercept:g}")
  return slope, intercept


def _check_no_picture(dataset, position, name):
  modality = modality_of(dataset)
  if position is None and modality in _PICTURES:
    wanted = "slices of a volume (save pictures as PNG)"
    raise bad_input(name, wanted, f"a picture, modality {modality}")


def check_gray(dataset, name: object) -> None:
  """Raises DataError unless an image has pixels that are one number each."""
  if "MOSAIC" in (dataset.get("ImageType") or ()):
    raise bad_input(name, "one slice in each image", "a mosaic (dcm2niix)")
  colours = str(dataset.get("PhotometricInterpretation") or "")
  if int(dataset.get("SamplesPerPixel") or 1) != 1 or colours not in _GRAY:
    told = f"colour ({colours})" if colours in _COLOURS else "others"
    raise bad_input(name, "gray pixels", told)
  if not any(keyword in dataset for keyword in PIXELS):
    raise bad_input(name, "PixelData", "none")
  syntax = dataset.file_meta.TransferSyntaxUID
  if syntax.is_compressed:
    _check_decoder(syntax, name)


def _check_decoder(syntax, name):
  pixels = packages.wanted("pydicom.pixels", name)
  try:
    ready = pixels.get_decoder(syntax).is_available
  except NotImplementedError:
    ready = syntax.name.startswith("Deflated")
  if not ready:
    need = "a transfer syntax that can be decoded (pylibjpeg or gdcm may)"
    told = "a private one" if syntax.is_private else syntax.name
    raise bad_input(name, need, told)


def pixels_of(dataset, name: object) -> np.ndarray:
  """[frames, rows, columns] as stored, also where less is brighter.

  Args:
    dataset: with its pixels, see `check_gray`.
    name: what an error names.

  Raises:
    DataError: fewer pixels than the header says.
  """
  with packages.reading(name, "pixels that can be decoded"):
    array = np.asarray(dataset.pixel_array)
  return array.reshape(-1, int(dataset.Rows), int(dataset.Columns))


def rescaled(array: np.ndarray, slope: float, intercept: float) -> np.ndarray:
  """slope x + intercept: whole numbers stay whole, in a type that has them.

  Args:
    array: of one frame.
    slope: of RescaleSlope.
    intercept: of RescaleIntercept.
  """
  if (slope, intercept) == (1.0, 0.0):
    return array
  if array.dtype.kind != "f" and slope == 1 and intercept == int(intercept):
    is_wide = array.dtype.itemsize > 2 or abs(intercept) > _MOST
    wide = np.int64 if is_wide else np.int32
    return array.astype(wide) + wide(intercept)
  return (array.astype(np.float64) * slope + intercept).astype(np.float32)
