"""DICOM series as images of a project: without names, but not forgotten."""

import pathlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.data.dicom import deidentify, headers, kept, series
from alx.data.dicom.deidentify import Door
from alx.data.dicom.kept import Source
from alx.data.volumes import nifti
from alx.projects.store.blobs import get
from alx.projects.store.project import Project
from alx.projects.store.state import Case

_SILENT = (
  "do not say whether text is burned into their pixels (BurnedInAnnotation): "
  "look at them before the project is passed on"
)


class Part(NamedTuple):
  """A series as the files that a project keeps of it."""

  content: bytes  # .nii.gz
  shape: tuple[int, ...]
  affine: object  # [4, 4]
  source: bytes  # headers without names


def read(one: headers.Series, door: Door) -> Part:
  """A series, read and scrubbed.

  Raises:
    DataError: no volume, or pixels that may show a name.
  """
  deidentify.check_pixels(one.shows, door, series.name_of(one.files))
  found = series.read(one.files)
  content = nifti.on_grid(found.array, found.affine)
  source = kept.encode(found, door, door.name(one))
  return Part(content, found.array.shape, found.affine, source)


def notes_of(root: pathlib.Path, scan: headers.Scan) -> tuple[str, ...]:
  """Lines about all series of a folder."""
  silent = sum(one.is_silent for one in scan.series)
  if not silent:
    return scan.notes
  line = f"{root}: {silent} of {len(scan.series)} series {_SILENT}"
  return (*scan.notes, line)


def key_file(folder: pathlib.Path) -> pathlib.Path:
  """The key of the UIDs; beside the project, so that it is not sent with it."""
  return folder.with_name(f"{folder.name}-dicom.key")


def key_of(folder: pathlib.Path, key: str) -> pathlib.Path:
  """The file of the key that a setting names, "": beside the project."""
  return pathlib.Path(key).expanduser().absolute() if key else key_file(folder)


def door_of(
  folder: pathlib.Path, key: str, retain: Sequence[str]
) -> Callable[[], Door]:
  """What makes the door when the first series is read.

  Args:
    folder: of the project that is begun.
    key: file of the key, "": beside the project.
    retain: see `deidentify.OPTIONS`.

  Raises:
    DataError: a key inside of the project.
  """
  path = key_of(folder, key)
  if folder == path or folder in path.parents:
    raise bad_input("--dicom_key", "a file outside of the project", path)
  made = []

  def door():
    if not made:
      if not key:
        path.parent.mkdir(parents=True, exist_ok=True)
      made.append(Door(deidentify.read_key(path, make=True), tuple(retain)))
    return made[0]

  return door


def source_of(project: Project, case: Case) -> Callable[[], Source] | None:
  """What a SEG of a case is held against; None: it was no DICOM."""

  def uid_of():
    return uids_of(project) if _key(project).exists() else str

  return source_in(project.folder, case, uid_of)


def source_in(
  folder: pathlib.Path, case: Case, uid_of: Callable[[], Callable]
) -> Callable[[], Source] | None:
  """The same of a project that is being begun.

  Args:
    folder: of the project.
    case: of it.
    uid_of: makes what turns an original UID into the one that is kept.
  """
  sha256 = case.about.get("dicom")
  if not sha256:
    return None
  return lambda: kept.decode(get(folder, sha256), "the case", uid_of())


def uids_of(project: Project) -> Callable[[str], str]:
  """Of an original UID the one that is kept.

  Raises:
    DataError: the key is not there.
  """
  retain = tuple(project.settings.get("retain", ()))
  if "uids" in retain:
    return str
  return Door(deidentify.read_key(_key(project)), retain).uid


def _key(project):
  return project.dicom_key or key_file(project.folder)


def reader(one: headers.Series, door: Callable[[], Door]) -> Callable:
  """() -> Part, of a series."""
  return partial(_read, one, door)


def _read(one, door):
  return read(one, door())
