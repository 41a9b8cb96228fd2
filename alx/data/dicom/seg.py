"""Masks as DICOM SEG: written with highdicom."""

import hashlib
import io
from collections.abc import Sequence

import numpy as np

from alx._version import __version__
from alx.data.dataset import DataError, bad_input
from alx.data.dicom import packages
from alx.data.dicom.headers import uid_of
from alx.data.dicom.kept import Source, readable

AUTOMATIC, SEMIAUTOMATIC, MANUAL = "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"
_MAKER = "alx"
_TYPE_2 = (
  *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
  *("AccessionNumber", "StudyID", "StudyDate", "StudyTime"),
  "ReferringPhysicianName",
)
_LONGEST = 64  # characters of a text in DICOM
_GROUPS = "PerFrameFunctionalGroupsSequence"
_SHARED = "SharedFunctionalGroupsSequence"


def write(
  mask: np.ndarray,
  source: Source,
  names: Sequence[str],
  *,
  how: str,
  algorithm: str = "",
  version: str = __version__,
) -> bytes:
  """A SEG of a mask; a class that is nowhere in it is described all the same.

  Args:
    mask: uint8 [columns, rows, slices], on the grid of the series.
    source: the images it is of.
    names: C classes, background first.
    how: AUTOMATIC, SEMIAUTOMATIC or MANUAL.
    algorithm: name of what made it, "" where MANUAL.
    version: of the algorithm.

  Raises:
    DataError: highdicom is not installed, or it cannot refer to the images:
      they are of one frame each, or all frames are in one; a name that DICOM
      cannot hold.
  """
  _check_names(names[1:])
  highdicom = packages.wanted("highdicom", "SEG")
  with packages.reading("SEG", "images that a SEG can refer to"):
    images, frames = _frames(mask, source)
    described = [
      _description(highdicom, number, name, (how, algorithm, version))
      for number, name in enumerate(names[1:], 1)
    ]
    mark = hashlib.sha256(
      repr((source.series, how, algorithm, version, tuple(names))).encode()
      + np.ascontiguousarray(frames).tobytes()
    ).digest()
    made = highdicom.seg.Segmentation(
      source_images=images,
      pixel_array=frames,
      segmentation_type="BINARY",
      segment_descriptions=described,
      series_instance_uid=_uid(mark, "series"),
      series_number=9000,
      sop_instance_uid=_uid(mark, "instance"),
      instance_number=1,
      manufacturer=_MAKER,
      manufacturer_model_name=algorithm or _MAKER,
      software_versions=__version__,
      device_serial_number="0",
      omit_empty_frames=bool(frames.any()),
      content_label="ALX",
      series_description=f"{algorithm or 'labels'} {version}"[:64],
    )
    content = io.BytesIO()
    made.save_as(content)
  return content.getvalue()


def is_same(one: bytes, other: bytes) -> bool:
  """Whether two SEG are of one mask: when they were written is told, too."""
  names = [_instance(content) for content in (one, other)]
  return one == other or (names[0] == names[1] != "")


def _instance(content):
  """SOPInstanceUID, which is made of the mask; "": none."""
  pydicom = packages.wanted("pydicom", "SEG")
  how = {"force": True, "specific_tags": ["SOPInstanceUID"]}
  try:
    with packages.reading("SEG", "a DICOM SEG"):
      found = pydicom.dcmread(io.BytesIO(content), **how)
      return str(found.get("SOPInstanceUID") or "")
  except DataError:
    return ""


def _check_names(names):
  for name in names:
    if len(name) > _LONGEST or "\\" in name:
      wanted = f"names of at most {_LONGEST} characters, without backslashes"
      raise bad_input("SEG", wanted, repr(name))


def _frames(mask, source):
  """(images, uint8 [frames, rows, columns]) in the order of each other."""
  count = len(source.slices)
  shape = int(source.images[0].Columns), int(source.images[0].Rows), count
  if mask.shape != shape:
    raise bad_input("SEG", f"a mask of {shape}, as the series", mask.shape)
  _check_images(source)
  planes = np.ascontiguousarray(np.transpose(mask, (2, 1, 0)), np.uint8)
  if _GROUPS not in source.images[0]:
    images = [_complete(source.images[i]) for i, _ in source.slices]
    _with_thickness(images)
    return images, planes
  ordered = np.empty_like(planes)
  for plane, (_, number) in zip(planes, source.slices, strict=True):
    ordered[number] = plane
  return [_with_shared(_complete(source.images[0]))], ordered


def _check_images(source):
  """A SEG can be of images of one frame each, or of all frames in one."""
  of_many = sum(_GROUPS in image for image in source.images)
  if of_many and len(source.images) > 1:
    wanted = "images of one frame each, or one image of many frames"
    found = f"{len(source.images)}, of which {of_many} can have many"
    raise bad_input("SEG", wanted, found)


def _complete(image):
  """A copy with all that a SEG takes over, empty where it says nothing."""
  image = readable(image)
  for keyword in _TYPE_2:
    if keyword not in image or not _is_known(keyword, image.get(keyword)):
      setattr(image, keyword, "")
  return image


def _is_known(keyword, value):
  """Whether highdicom would take a value, which it reads more strictly."""
  valuerep = packages.wanted("pydicom.valuerep", "SEG")
  if keyword == "PatientSex":
    return value in ("M", "F", "O")
  kind = {"Date": valuerep.DA, "Time": valuerep.TM}.get(keyword[-4:], str)
  try:
    kind(value)
  except (ValueError, TypeError):
    return False
  return True


def _with_shared(image):
  """With what all frames have alike where highdicom looks for it."""
  shared = packages.wanted("pydicom", "SEG").Dataset()
  if image.get(_SHARED):
    shared = image.get(_SHARED)[0]
  first = image.get(_GROUPS)[0]
  for keyword in ("PixelMeasuresSequence", "PlaneOrientationSequence"):
    if first.get(keyword):
      setattr(shared, keyword, first.get(keyword))
  setattr(image, _SHARED, [shared])
  return image


def _with_thickness(images):
  """Of images of one frame, the way to the next where it is not told."""
  if len(images) < 2 or "ImagePositionPatient" not in images[0]:
    return
  first, second = (
    np.array(image.ImagePositionPatient, float) for image in images[:2]
  )
  for image in images:
    if image.get("SliceThickness") in (None, ""):
      image.SliceThickness = float(f"{np.linalg.norm(second - first):.6g}")


def _description(highdicom, number, name, made):
  how, algorithm, version = made
  concept = highdicom.sr.CodedConcept
  by = None
  if how != MANUAL:
    by = highdicom.AlgorithmIdentificationSequence(
      name=algorithm,
      version=version,
      family=concept("123110", "DCM", "Artificial Intelligence"),
    )
  code = hashlib.sha256(name.casefold().encode()).hexdigest()[:12].upper()
  return highdicom.seg.SegmentDescription(
    segment_number=number,
    segment_label=name,
    # No vocabulary knows what the class is: only its own name is told.
    segmented_property_category=concept("85756007", "SCT", "Tissue"),
    segmented_property_type=concept(code, "99ALX", name),
    algorithm_type=how,
    algorithm_identification=by,
  )


def _uid(mark, what):
  return uid_of(hashlib.sha256(mark + what.encode()).digest())
