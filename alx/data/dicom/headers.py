"""Which DICOM series lie in a folder, as their files say; names say nothing."""

import hashlib
import pathlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from alx.data.dataset import DataError, bad_input
from alx.data.dicom import packages

_MODALITIES = {  # others may be anything, also a name
  *("CT", "MR", "PT", "NM", "CR", "DX", "MG", "US", "XA", "RF", "IO", "PX"),
  *("OPT", "OP", "SC", "ES", "SM", "BMD", "IVUS", "IVOCT", "OT", "SEG", "SR"),
  *("PR", "KO", "DOC", "REG", "FID", "ECG", "RTSTRUCT", "RTPLAN", "RTDOSE"),
  *("RTIMAGE", "RTRECORD", "RWV", "PLAN", "AU"),
}
_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"  # Secondary Capture, and of frames
_SCREENS = ("US", "IVUS", "ES")  # that write names into their pixels
_BARE = tuple(  # how files without a preamble begin: the first tags there are
  bytes(tag) for tag in ((2, 0, 0, 0), (8, 0, 0, 0), (8, 0, 5, 0), (8, 0, 8, 0))
)
SUFFIXES = (".dcm", ".ima", ".dicom")
_OTHERS = {  # files that need not be opened
  *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"),
  *(".nii", ".gz", ".nrrd", ".mha", ".npz", ".npy", ".csv", ".tsv", ".json"),
  *(".txt", ".md", ".html", ".htm", ".xml", ".pdf", ".py", ".zip"),
}
_HEAD = 132  # bytes, the last four of them DICM
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
_DIRECTORY = "1.2.840.10008.1.3.10"  # a DICOMDIR
_TAGS = (  # of which 1 to 5 are texts of `_Head`
  *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"),
  *("IssuerOfPatientID", "PatientID", "Modality", "Rows"),
  "BurnedInAnnotation",
)


class Series(NamedTuple):
  """The files of one SeriesInstanceUID."""

  id: str  # of its folder, or the UID
  files: tuple[pathlib.Path, ...]  # sorted by name, which is no order in space
  uid: str
  patient: str  # a hash; "": not told
  study: str  # StudyInstanceUID
  modality: str
  is_silent: bool = False  # about text that may be burned into its pixels
  shows: str = ""  # why there may be, see `may_show_names`
  number: str = ""  # PatientID, of all its files; "": not told
  issuer: str = ""  # of the number, as all files together tell it


class Scan(NamedTuple):
  """All DICOM files of a folder."""

  series: tuple[Series, ...]  # of images, by id
  segmentations: tuple[pathlib.Path, ...]  # DICOM SEG
  left_out: tuple[tuple[pathlib.Path, str], ...]  # and why
  notes: tuple[str, ...] = ()


class _Head(NamedTuple):
  file: pathlib.Path
  kind: str  # SOPClassUID
  instance: str
  series: str
  study: str
  issuer: str  # of the patient's number; "": not told
  number: str  # PatientID; "": not told
  modality: str
  has_rows: bool
  is_silent: bool
  shows: str


def is_dicom(file: pathlib.Path) -> bool:
  """Whether a file says that it is DICOM: by content, or .dcm by name."""
  return file.suffix.lower() in SUFFIXES or begins_as_dicom(file)


def begins_as_dicom(file: pathlib.Path) -> bool:
  """Whether the first bytes of a file are those of DICOM."""
  if file.suffix.lower() in _OTHERS:
    return False
  try:
    with open(file, "rb") as opened:
      head = opened.read(_HEAD)
  except OSError:
    return False
  if head[128:] == b"DICM":
    return True
  return len(head) == _HEAD and head.startswith(_BARE)


def is_segmentation(kind: str) -> bool:
  """Whether a SOPClassUID is that of a SEG."""
  return kind in (SEGMENTATION, _LABEL_MAP)


def scan(files: Iterable[pathlib.Path], root: pathlib.Path) -> Scan:
  """The series among files; no pixel is read.

  Args:
    files: that `is_dicom` knows.
    root: the folder, or the one file.

  Raises:
    DataError: pydicom is not installed.
  """
  heads, left_out = [], []
  packages.wanted("pydicom", root)
  for file in files:
    try:
      head = _head(file)
    except DataError as error:
      left_out.append((file, str(error).removeprefix(f"{file}: ")))
      continue
    if head.kind == _DIRECTORY:
      continue
    why = _why_not(head)
    if why:
      left_out.append((file, why))
    else:
      heads.append(head)
  masks = tuple(h.file for h in heads if is_segmentation(h.kind))
  images = [h for h in heads if not is_segmentation(h.kind)]
  images, several = _with_issuers(images)
  series = _grouped(images, root)
  notes = tuple(_notes(root, series, several))
  return Scan(series, masks, tuple(left_out), notes)


def scan_images(files: Iterable[pathlib.Path], root: pathlib.Path) -> Scan:
  """As `scan`.

  Raises:
    DataError: pydicom is not installed, or not one series of images.
  """
  files = list(files)
  found = scan(files, root)
  if not found.series:
    why = f", {found.left_out[0][1]}" if found.left_out else ""
    told = f"{len(files)} DICOM files without one{why}"
    raise bad_input(root, "a DICOM series of images", told)
  return found


def modality_of(dataset) -> str:
  """The Modality; "" for one that the standard does not know."""
  found = str(dataset.get("Modality") or "").strip().upper()
  return found if found in _MODALITIES else ""


def may_show_names(dataset) -> str:
  """Why pixels may hold text of who it is; "": nothing speaks for it."""
  if str(dataset.get("BurnedInAnnotation") or "").upper() == "YES":
    return "BurnedInAnnotation YES"
  kind = str(dataset.get("SOPClassUID") or "")
  if kind == _CAPTURES or kind.startswith(f"{_CAPTURES}."):
    return "a secondary capture"
  modality = modality_of(dataset)
  return f"modality {modality}" if modality in _SCREENS else ""


def uid_of(digest: bytes) -> str:
  """A UID made of the first 16 bytes of a hash."""
  return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _head(file) -> _Head:
  pydicom = packages.wanted("pydicom", file)
  with packages.reading(file, "a DICOM file"):
    found = pydicom.dcmread(
      file, stop_before_pixels=True, force=True, specific_tags=list(_TAGS)
    )
    meta = getattr(found, "file_meta", {})
    kind = found.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID") or ""
    texts = [str(found.get(name) or "").strip() for name in _TAGS[1:6]]
    return _Head(
      file,
      str(kind),
      *texts,
      modality_of(found),
      "Rows" in found,
      not found.get("BurnedInAnnotation"),
      may_show_names(found),
    )


def _why_not(head):
  if not head.kind:
    return "wanted a DICOM file, found none in it"
  if is_segmentation(head.kind):
    return ""
  if not head.has_rows:
    return f"wanted an image, found DICOM {head.modality or 'without one'}"
  return "" if head.series else "wanted a SeriesInstanceUID, found none"


def _with_issuers(heads):
  """(heads, how many PatientID have several issuers).

  Where all files of a PatientID that tell an issuer tell the same, it is that
  of the others too: a patient is not two because some files say less.
  """
  issuers = {}
  for head in heads:
    if head.number and head.issuer:
      issuers.setdefault(head.number, set()).add(head.issuer)
  only = {n: min(found) for n, found in issuers.items() if len(found) == 1}
  heads = [
    head._replace(issuer=only.get(head.number, head.issuer)) for head in heads
  ]
  return heads, len(issuers) - len(only)


def _grouped(heads, root):
  """By series; the folder names those that are alone in one."""
  groups = {}
  for head in heads:
    groups.setdefault(head.series, []).append(head)
  inside = {}
  for uid, members in groups.items():
    for head in members:
      inside.setdefault(head.file.parent, set()).add(uid)
  names = {u: _name(u, m, inside, root) for u, m in groups.items()}
  counts = Counter(name.casefold() for name in names.values())
  found = []
  for uid, members in groups.items():
    name = names[uid] if counts[names[uid].casefold()] == 1 else uid
    files = tuple(sorted(head.file for head in members))
    first = max(members, key=_tells)
    who = _hash_of_patient(first) or _hash_of_study(first.study)
    silent = any(head.is_silent for head in members)
    shows = next(filter(None, (head.shows for head in members)), "")
    told = uid, who, first.study, members[0].modality, silent, shows
    told += first.number, first.issuer
    found.append(Series(name, files, *told))
  return tuple(sorted(found, key=lambda s: s.id))


def _name(uid, members, inside, root):
  if root.is_file():
    return root.stem
  folders = {head.file.parent for head in members}
  if len(members) == 1 and len(inside[next(iter(folders))]) > 1:
    return members[0].file.stem  # files of many frames, side by side
  if len(folders) > 1 or len(inside[next(iter(folders))]) > 1:
    return uid
  return next(iter(folders)).resolve().name or uid


def _tells(head):
  """How much a file says of whose it is."""
  return bool(head.number), bool(head.issuer), bool(head.study)


def _hash_of_patient(head):
  """Of who a file says it is of; "" where it does not say."""
  if not head.number:
    return ""
  told = f"{head.issuer}\0{head.number}"
  return hashlib.sha256(told.encode()).hexdigest()[:16]


def _hash_of_study(study):
  return hashlib.sha256(study.encode()).hexdigest()[:16] if study else ""


def _notes(root, series, several):
  if several:
    yield (
      f"{root}: {several} PatientID with several IssuerOfPatientID, of which "
      "each has a patient of its own, and files without one another"
    )
  studies = {one.study for one in series}
  patients = {one.patient for one in series}
  if len(studies) > 2 and len(patients) == 1:
    yield (
      f"{root}: all {len(series)} series of {len(studies)} studies have one "
      "PatientID, they are taken for one patient (--group_pattern tells)"
    )
