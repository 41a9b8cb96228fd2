"""Bytes under the name of their SHA-256: written once, never changed."""

import hashlib
import os
import pathlib
import shutil

from alx.data.dataset import bad_input
from alx.data.files import write_bytes

FOLDER = "blobs"
_PARTIAL = ".partial-"


def digest(content: bytes) -> str:
  """SHA-256 in hexadecimal."""
  return hashlib.sha256(content).hexdigest()


def path_of(folder: pathlib.Path, sha256: str) -> pathlib.Path:
  """Where a blob is, or would be."""
  return folder / FOLDER / sha256[:2] / sha256


def put(folder: pathlib.Path, content: bytes) -> str:
  """Writes a blob that is not there yet; returns its SHA-256.

  Raises:
    OSError: a full disk, for example; nothing is left half-written.
  """
  sha256 = digest(content)
  path = path_of(folder, sha256)
  if not (path.exists() and digest(path.read_bytes()) == sha256):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, content)
    _sync(path.parent)
  return sha256


def get(folder: pathlib.Path, sha256: str) -> bytes:
  """The bytes of a blob.

  Raises:
    DataError: it is gone, or is not what it was.
  """
  path = path_of(folder, sha256)
  try:
    content = path.read_bytes()
  except OSError as error:
    raise bad_input(path, "a blob of the project", error.strerror) from error
  if digest(content) != sha256:
    raise bad_input(path, "the bytes that its name tells", "others")
  return content


def problem(path: pathlib.Path, sha256: str) -> str:
  """What is wrong with a file that had this SHA-256; "": nothing."""
  if not path.is_file():
    return f"{path}: gone"
  is_same = digest(path.read_bytes()) == sha256
  return "" if is_same else f"{path}: changed"


def problems(folder: pathlib.Path, wanted: set[str]) -> list[str]:
  """A line for every blob that the log names and that is gone or changed."""
  lines = (problem(path_of(folder, name), name) for name in sorted(wanted))
  return [line for line in lines if line]


def sweep(folder: pathlib.Path) -> None:
  """Deletes what a kill left half-written in the folder of a project."""
  places = [folder, *(folder / FOLDER).glob("*")]
  places += [folder / name for name in ("images", "models", "rounds")]
  for place in places:
    for path in place.glob(f"{_PARTIAL}*") if place.is_dir() else ():
      if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
      else:
        path.unlink(missing_ok=True)


def _sync(folder):
  """The name of a new file is on disk too."""
  handle = os.open(folder, os.O_RDONLY)
  try:
    os.fsync(handle)
  finally:
    os.close(handle)
