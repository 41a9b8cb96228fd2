"""What may be kept of a DICOM header, and under which names.

The Basic Application Confidentiality Profile of PS3.15 Annex E by a list of
what is kept: all else is gone, private tags and free text with it.
"""

import datetime
import hashlib
import hmac
import os
import pathlib
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from alx._version import __version__
from alx.data.dataset import bad_input
from alx.data.dicom import headers, packages
from alx.data.files import write_bytes

_PROFILE = ("113100", "Basic Application Confidentiality Profile")
_DATES = (
  "113107",
  "Retain Longitudinal Temporal Information Modified Dates Option",
)
OPTIONS = {  # what may be kept beside, with its code
  "patient": ("113108", "Retain Patient Characteristics Option"),
  "device": ("113109", "Retain Device Identity Option"),
  "uids": ("113110", "Retain UIDs Option"),
}
PIXELS = "pixels"  # images whose pixels may show a name are taken
_KEPT = (
  *("InstanceNumber", "NumberOfFrames", "Rows", "Columns", "SamplesPerPixel"),
  *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
)
_NUMBERS = (
  *("PixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
  *("ImagePositionPatient", "ImageOrientationPatient"),
)
_GROUPS = (
  "SharedFunctionalGroupsSequence",
  "PerFrameFunctionalGroupsSequence",
)
_PLACES = (
  "PlanePositionSequence",
  "PlaneOrientationSequence",
  "PixelMeasuresSequence",
)
_UIDS = (
  *("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"),
  "FrameOfReferenceUID",
)
_DATED = ("StudyDate", "SeriesDate", "AcquisitionDate")
_EMPTY = (
  *("PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID"),
  *("StudyTime", "ReferringPhysicianName"),
)
_OF_PATIENT = ("PatientSex", "PatientAge", "PatientSize", "PatientWeight")
_OF_DEVICE = (
  *("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber"),
  "SoftwareVersions",
)
_OLDEST = 89  # years that are told
_MOST_DAYS = 3650
_LENGTH = 32  # bytes of a key


class Door(NamedTuple):
  """What becomes of names, UIDs and dates."""

  key: bytes
  retain: tuple[str, ...] = ()  # of OPTIONS and PIXELS

  def uid(self, text: str) -> str:
    """The UID in the place of another, always the same one."""
    if "uids" in self.retain:
      return text
    return headers.uid_of(self._hash("uid", text))

  def name(self, one: headers.Series) -> str:
    """The PatientID of all files of a series, in the place of theirs.

    Raises:
      DataError: nothing that says whose they are.
    """
    text = f"{one.number}\0{one.issuer}" if one.number else one.study
    if not text:
      wanted = "a PatientID or a StudyInstanceUID"
      raise bad_input(one.id, wanted, "neither")
    return f"P{self._hash('patient', text).hex()[:12].upper()}"

  def days(self, name: str) -> int:
    """How many days the dates of a patient are moved, always back."""
    number = int.from_bytes(self._hash("days", name)[:8], "big")
    return -1 - number % _MOST_DAYS

  def _hash(self, what, text):
    return hmac.digest(self.key, f"{what}\0{text}".encode(), hashlib.sha256)


def check_retain(retain: Sequence[str]) -> None:
  """Raises DataError for another word than those of `OPTIONS` and `PIXELS`."""
  for word in retain:
    if word not in (*OPTIONS, PIXELS):
      known = ", ".join((*OPTIONS, PIXELS))
      raise bad_input("--retain", f"words of {known}", repr(word))


def read_key(path: pathlib.Path, make: bool = False) -> bytes:
  """The key of a file.

  Args:
    path: of the file.
    make: where there is none, a new key is written, for its owner alone.

  Raises:
    DataError: no key in it.
  """
  if make and not path.exists():
    try:
      write_bytes(path, secrets.token_hex(_LENGTH).encode() + b"\n")
      os.chmod(path, 0o600)
    except OSError as error:
      wanted = "a file to write a key to"
      raise bad_input(path, wanted, error.strerror) from error
  try:
    text = path.read_text("ascii").strip()
    key = bytes.fromhex(text)
  except (OSError, ValueError) as error:
    raise bad_input(path, "a key for UIDs", "none") from error
  if len(key) != _LENGTH:
    raise bad_input(path, f"a key of {_LENGTH} bytes", f"{len(key)} bytes")
  return key


def check_pixels(shows: str, door: Door, name: object) -> None:
  """Raises DataError for pixels that may hold text of who it is.

  Args:
    shows: why, see `headers.may_show_names`.
    door: with what is retained.
    name: what the error names.
  """
  if shows and PIXELS not in door.retain:
    wanted = f"pixels without text (--retain={PIXELS} takes them unseen)"
    raise bad_input(name, wanted, f"{shows}: names may be burned in")


def scrubbed(dataset, door: Door, name: str):
  """A new data set of what may be kept, enough to write a SEG of an image.

  Args:
    dataset: header of an image.
    door: with the key.
    name: of the patient, see `Door.name`; dates are moved by its days.
  """
  pydicom = packages.wanted("pydicom", "DICOM")
  with packages.reading("a header", "one to take names from"):
    out = pydicom.Dataset()
    out.SOPClassUID = str(dataset.SOPClassUID)
    out.Modality = headers.modality_of(dataset) or "OT"
    for keyword in _UIDS:
      if dataset.get(keyword):
        setattr(out, keyword, door.uid(str(dataset.get(keyword))))
    out.PatientID = out.PatientName = name
    for keyword in _EMPTY:
      setattr(out, keyword, "")
    _copy(dataset, out)
    _groups(dataset, out)
    _dates(dataset, out, door.days(name))
    _options(dataset, out, door)
    _told(out, door)
    return out


def _copy(dataset, out):
  for keyword in _KEPT:
    if dataset.get(keyword) is not None:
      setattr(out, keyword, int(dataset.get(keyword)))
  _numbers(dataset, out)


def _numbers(dataset, out):
  for keyword in _NUMBERS:
    value = dataset.get(keyword)
    if value is None or value == "":
      continue
    one = isinstance(value, int | float | str)
    kept = [float(number) for number in ([value] if one else value)]
    setattr(out, keyword, kept[0] if one else kept)


def _groups(dataset, out):
  """Where frames are."""
  pydicom = packages.wanted("pydicom", "DICOM")
  for sequence in _GROUPS:
    if sequence not in dataset:
      continue
    groups = []
    for group in dataset.get(sequence):
      new = pydicom.Dataset()
      for keyword in _PLACES:
        if keyword in group:
          item = pydicom.Dataset()
          _numbers(group.get(keyword)[0], item)
          setattr(new, keyword, [item])
      groups.append(new)
    setattr(out, sequence, groups)


def _dates(dataset, out, days):
  out.StudyDate = ""
  for keyword in _DATED:
    text = str(dataset.get(keyword) or "").replace(".", "")[:8]
    try:
      date = datetime.datetime.strptime(text, "%Y%m%d").date()
      moved = date + datetime.timedelta(days)
    except (ValueError, OverflowError):
      continue
    setattr(out, keyword, moved.strftime("%Y%m%d"))


def _options(dataset, out, door):
  kept = ("patient", _OF_PATIENT), ("device", _OF_DEVICE)
  for word, keywords in kept:
    for keyword in keywords if word in door.retain else ():
      if dataset.get(keyword) not in (None, ""):
        setattr(out, keyword, dataset.get(keyword))
  age = str(out.get("PatientAge") or "")
  if age.endswith("Y") and age[:-1].isdecimal() and int(age[:-1]) > _OLDEST:
    out.PatientAge = f"{_OLDEST + 1:03d}Y"


def _told(out, door):
  """What was done, in the words and codes of the standard."""
  pydicom = packages.wanted("pydicom", "DICOM")
  out.PatientIdentityRemoved = "YES"
  out.LongitudinalTemporalInformationModified = "MODIFIED"
  out.DeidentificationMethod = f"alx {__version__}: a list of what is kept"
  codes = []
  for value, meaning in codes_of(door.retain):
    code = pydicom.Dataset()
    code.CodeValue, code.CodingSchemeDesignator = value, "DCM"
    code.CodeMeaning = meaning
    codes.append(code)
  out.DeidentificationMethodCodeSequence = codes


def codes_of(retain: Sequence[str]) -> list[tuple[str, str]]:
  """(code, meaning) of the profile and its options."""
  return [
    _PROFILE,
    _DATES,
    *(told for word, told in OPTIONS.items() if word in retain),
  ]
