"""Which steps of a run lie in a directory, and whether they can be read."""

import contextlib
import json
import os
import pathlib
import re
from collections.abc import Iterator
from itertools import chain

from alx.data.dataset import DataError, bad_input
from alx.data.sources import digest

STEP = re.compile(r"(\d+)(-\d+)?")
_ABOUT = "_CHECKPOINT_METADATA"  # the file that orbax finishes a step with
_DIGEST = "state.digest"  # written last
_DIGITS = len(digest.of_texts(()))
_OURS, _FOREIGN, _UNCLEAR = "ours", "foreign", "unclear"


class Unreadable(DataError):
  """Checkpoints that are there and cannot be read."""


def unreadable(directory: object, wanted: object, found: object) -> Unreadable:
  """As `bad_input`."""
  return Unreadable(*bad_input(directory, wanted, found).args)


@contextlib.contextmanager
def as_unreadable(directory: pathlib.Path) -> Iterator[None]:
  """What the file system says of a directory that is only read.

  Nobody goes back to an older step by himself: the disk may come back.
  """
  try:
    yield
  except OSError as error:
    why = error.strerror or error
    found = f"{why}: nothing was changed, {_remedy(error, directory)}"
    wanted = "checkpoints that can be read"
    raise unreadable(directory, wanted, found) from error


def _remedy(error, directory):
  """Which file has to be mended, and which step can be done without."""
  name = os.path.relpath(error.filename or directory, directory)
  step = name.partition(os.sep)[0]
  if not STEP.fullmatch(step):
    return "run it again once that is mended"
  delete = f"or delete {step}: what was saved before it is used"
  return f"run it again once {name} can be read, {delete}"


def saved_in(directory: pathlib.Path) -> list[tuple[int, pathlib.Path]]:
  """(step, path), ascending; orbax reads no relative path.

  Raises:
    OSError: if the disk does not say.
  """
  return [(n, p) for n, p in _numbered(directory) if _whose(p) == _OURS]


def lost_in(directory: pathlib.Path) -> list[str]:
  """Names of those that were finished, if none of them can be read now.

  Without those that a kill has left half-written.
  """
  return [path.name for _, path in _numbered(directory) if _is_lost(path)]


def _numbered(directory):
  paths = directory.absolute().iterdir()
  found = ((STEP.fullmatch(p.name), p) for p in paths)
  return sorted((int(m[1]), p) for m, p in found if m and not p.is_symlink())


def _whose(path):
  """Ours: orbax finished it, for us, under the name it has now.

  Checkpoints that do not tell their name are of earlier versions. Unclear is
  what orbax finished and nobody understands; all else is foreign.
  """
  try:
    about = _about(path)
  except ValueError:
    return _UNCLEAR
  is_ours = about is not None and about.get("name", path.name) == path.name
  return _OURS if is_ours else _FOREIGN


def _is_lost(path):
  """Whether it was finished, and no kill cut its digest off."""
  whose = _whose(path)
  return whose == _UNCLEAR or (whose == _OURS and _is_sealed(path))


def _is_sealed(path):
  """Whether its digest is whole, or nobody wrote one."""
  written = _written(path)
  return written is None or len(written) >= _DIGITS


def _about(path):
  """What was written about a step; None if it is none, or not finished.

  ValueError if nobody can tell.
  """
  try:
    record = json.loads((path / _ABOUT).read_bytes())
    finished = record["commit_timestamp_nsecs"] is not None
    return dict(record.get("custom_metadata") or {}) if finished else None
  except (FileNotFoundError, NotADirectoryError):
    return None
  except (KeyError, TypeError) as error:
    raise ValueError(f"{path}: another kind of {_ABOUT}") from error


def whole(directory: pathlib.Path, step: int) -> pathlib.Path:
  """The path of a step that is as it was written.

  Raises:
    DataError: no such step, or one that is damaged or cannot be read.
  """
  with as_unreadable(directory):
    saved = dict(saved_in(directory))
    path = saved.get(step)
    is_damaged = path is not None and not is_whole(path)
  if path is None:
    found = ", ".join(map(str, saved)) or "none"
    raise bad_input(directory, f"step {step}", found)
  if is_damaged:
    raise bad_input(path, "a checkpoint as it was written", "a damaged one")
  return path


def seal(path: pathlib.Path) -> None:
  """Writes the digest of a step that orbax has finished."""
  (path / _DIGEST).write_text(_digest(path), "ascii")


def is_whole(path: pathlib.Path) -> bool:
  """Whether the arrays are as `seal` found them: a disk may have lost some.

  Orbax reads some damaged files without a word.

  Raises:
    OSError: if the disk does not say.
  """
  written = _written(path)
  return written is None or written == _digest(path).encode()


def _written(path):
  """Its digest; None after a kill, or of an earlier version: orbax was done."""
  try:
    return (path / _DIGEST).read_bytes()
  except FileNotFoundError:
    return None


def _digest(path):
  """Digest of the files of a step's arrays, and of their names."""
  files = sorted(p for p in (path / "state").rglob("*") if p.is_file())
  names = (str(p.relative_to(path)) for p in files)
  return digest.of_texts(chain(names, map(digest.of_file, files)))
