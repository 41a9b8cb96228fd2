"""DICOM series out of arrays, written with pydicom alone."""

import hashlib
import io
import pathlib
import warnings

import numpy as np

MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SPACING = (0.8, 0.7)  # between rows, between columns
STEP = 2.5
ORIGIN = (-11.0, 7.0, 30.0)
_ROOT = "1.2.826.0.1.3680043.8.498."


def uid(*parts) -> str:
  """A UID that is the same in every run."""
  digest = hashlib.sha256(" ".join(map(str, parts)).encode()).digest()
  return _ROOT + str(int.from_bytes(digest[:12], "big"))


def voxels(shape=(6, 5, 4), top=1000, seed=0) -> np.ndarray:
  """int16 [columns, rows, slices]."""
  rng = np.random.default_rng(seed)
  return rng.integers(-top, top, shape).astype(np.int16)


def normal(orientation) -> np.ndarray:
  """To where slices follow each other."""
  return np.cross(orientation[:3], orientation[3:])


def positions(count, orientation=STRAIGHT, step=STEP, origin=ORIGIN):
  """[count, 3] of a stack without a tilt."""
  return np.array(origin) + np.arange(count)[:, None] * step * normal(
    np.array(orientation)
  )


def header(series="s", patient="P1", **others):
  """A data set with what all images of a series have."""
  import pydicom

  one = pydicom.Dataset()
  one.SOPClassUID = MR
  one.StudyInstanceUID = uid("study", patient)
  one.SeriesInstanceUID = uid("series", patient, series)
  one.FrameOfReferenceUID = uid("frame", patient)
  one.PatientID = patient
  one.PatientName = "Nobody^"
  one.Modality = "MR"
  one.SamplesPerPixel = 1
  one.PhotometricInterpretation = "MONOCHROME2"
  one.BurnedInAnnotation = "NO"
  for keyword, value in others.items():
    if value is None:
      del one[keyword]
    else:
      setattr(one, keyword, value)
  return one


def with_pixels(one, pixels, bits=16):
  """The data set with pixels [rows, columns], or [frames, rows, columns]."""
  one.Rows, one.Columns = pixels.shape[-2:]
  one.BitsAllocated = 8 * pixels.dtype.itemsize
  one.BitsStored, one.HighBit = bits, bits - 1
  one.PixelRepresentation = int(pixels.dtype.kind == "i")
  one.PixelData = np.ascontiguousarray(pixels).tobytes()
  return one


def save(one, path: pathlib.Path) -> pathlib.Path:
  """Writes a data set with its preamble."""
  import pydicom

  path.parent.mkdir(parents=True, exist_ok=True)
  one.file_meta = pydicom.dataset.FileMetaDataset()
  one.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
  one.file_meta.MediaStorageSOPInstanceUID = one.get("SOPInstanceUID") or "1.2"
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    one.save_as(path, enforce_file_format=True)
  return path


def write(
  folder: pathlib.Path,
  array=None,
  *,
  orientation=STRAIGHT,
  places=None,
  order=None,
  bits=16,
  change=None,
  series="s",
  patient="P1",
  **others,
) -> list[pathlib.Path]:
  """A series of one file for each slice.

  Args:
    folder: where.
    array: [columns, rows, slices]; default `voxels()`.
    orientation: six cosines.
    places: [slices, 3]; default a stack `STEP` mm apart.
    order: names of the files, by slice; default 0, 1 ... backwards.
    bits: stored.
    change: (data set, slice) -> None, before it is written.
    series: its name.
    patient: whose.
    others: attributes of all.
  """
  array = voxels() if array is None else array
  count = array.shape[-1]
  places = positions(count, orientation) if places is None else places
  order = range(count)[::-1] if order is None else order
  paths = []
  for k, name in zip(range(count), order, strict=True):
    one = header(series, patient, **others)
    one.SOPInstanceUID = uid("instance", patient, series, k)
    one.InstanceNumber = name + 1
    one.PixelSpacing = list(SPACING)
    one.ImageOrientationPatient = [round(float(x), 9) for x in orientation]
    one.ImagePositionPatient = [round(float(x), 6) for x in places[k]]
    with_pixels(one, array[..., k].T, bits)
    if change is not None:
      change(one, k)
    paths.append(save(one, folder / f"{name}.dcm"))
  return paths


def write_enhanced(
  path: pathlib.Path, array, order=None, change=None, **others
) -> pathlib.Path:
  """The same as one file of many frames, in any order."""
  import pydicom

  one = header("enhanced", SOPClassUID=ENHANCED_MR, **others)
  one.SOPInstanceUID = uid("enhanced")
  places = positions(array.shape[-1])
  order = list(range(array.shape[-1]) if order is None else order)
  shared, measures = pydicom.Dataset(), pydicom.Dataset()
  measures.PixelSpacing, measures.SliceThickness = list(SPACING), STEP
  turned = pydicom.Dataset()
  turned.ImageOrientationPatient = list(STRAIGHT)
  shared.PixelMeasuresSequence = [measures]
  shared.PlaneOrientationSequence = [turned]
  one.SharedFunctionalGroupsSequence = [shared]
  one.PerFrameFunctionalGroupsSequence = []
  for k in order:
    group, place, scale = (pydicom.Dataset() for _ in range(3))
    place.ImagePositionPatient = [float(x) for x in places[k]]
    scale.RescaleSlope, scale.RescaleIntercept = 1, -100
    group.PlanePositionSequence = [place]
    group.PixelValueTransformationSequence = [scale]
    one.PerFrameFunctionalGroupsSequence.append(group)
  one.NumberOfFrames = len(order)
  with_pixels(one, np.stack([array[..., k].T for k in order]))
  if change is not None:
    change(one)
  return save(one, path)


def told_of_each(one) -> None:
  """An image of many frames that says of each what all have alike."""
  (shared,) = one.SharedFunctionalGroupsSequence
  for group in one.PerFrameFunctionalGroupsSequence:
    group.PixelMeasuresSequence = shared.PixelMeasuresSequence
    group.PlaneOrientationSequence = shared.PlaneOrientationSequence
  del one.SharedFunctionalGroupsSequence


def write_enhanced_each(folder: pathlib.Path, array, **others):
  """The same as files of one frame each, of the kind that holds many."""
  paths = []
  for k in range(array.shape[-1]):

    def alone(one, k=k):
      groups = one.PerFrameFunctionalGroupsSequence
      one.PerFrameFunctionalGroupsSequence = groups[k : k + 1]
      one.NumberOfFrames, one.SOPInstanceUID = 1, uid("each", k)
      with_pixels(one, array[..., k].T)

    path = folder / f"{k}.dcm"
    paths.append(write_enhanced(path, array, change=alone, **others))
  return paths


def moved_seg(content, shift):
  """The bytes of a SEG whose frames lie elsewhere, by mm along x, y, z."""
  import pydicom

  one = pydicom.dcmread(io.BytesIO(content))
  for group in one.PerFrameFunctionalGroupsSequence:
    place = group.PlanePositionSequence[0]
    old = place.ImagePositionPatient
    place.ImagePositionPatient = [
      a + b for a, b in zip(old, shift, strict=True)
    ]
  return _bytes_of(one)


def turned_seg(content):
  """The same SEG as a viewer writes it that turns the volume: rows back.

  Of 5 rows.
  """
  import pydicom
  import pydicom.pixels

  content = moved_seg(content, (0.0, 4 * SPACING[0], 0.0))
  one = pydicom.dcmread(io.BytesIO(content))
  shared = one.SharedFunctionalGroupsSequence[0]
  turned = [1.0, 0, 0, 0, -1.0, 0]
  shared.PlaneOrientationSequence[0].ImageOrientationPatient = turned
  one.PixelData = pydicom.pixels.pack_bits(one.pixel_array[:, ::-1])
  return _bytes_of(one)


def _bytes_of(one):
  content = io.BytesIO()
  one.save_as(content)
  return content.getvalue()
