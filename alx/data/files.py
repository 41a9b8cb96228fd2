"""Small files that are there whole or not at all."""

import contextlib
import json
import os
import pathlib
import platform
import secrets
import shutil
import unicodedata
from collections.abc import Iterator

from alx.data.dataset import bad_input
from alx.devices.processes import is_gone

_PARTIAL = f".partial-{platform.node()}-"
_SYSTEM = {
  "__macosx",
  "__pycache__",
  "@eadir",
  "#recycle",
  "$recycle.bin",
  "desktop.ini",
  "ehthumbs.db",
  "icon\r",
  "lost+found",
  "system volume information",
  "thumbs.db",
}


def write_json(path: pathlib.Path, value: dict) -> None:
  """Writes a JSON object; a reader sees the old one or the new one."""
  write_bytes(path, json.dumps(value, indent=2).encode() + b"\n")


def write_bytes(path: pathlib.Path, content: bytes) -> None:
  """Writes a file; a reader sees the old one or the new one."""
  partial = path.with_name(f".partial-{secrets.token_hex(8)}")
  try:
    with open(partial, "xb") as file:
      file.write(content)
      file.flush()
      os.fsync(file.fileno())
    os.replace(partial, path)
  except OSError as error:
    partial.unlink(missing_ok=True)
    error.filename = str(path)  # also where a full disk does not say
    raise


def check_empty(place: pathlib.Path, flag: str = "") -> None:
  """Raises DataError unless a folder is not there, or holds nothing.

  Args:
    place: where something is to be written.
    flag: that names it, for the message.
  """
  if place.exists() and (not place.is_dir() or visible(place)):
    wanted = "a new or empty folder" + (f" for {flag}" if flag else "")
    raise bad_input(place, wanted, "something there")


@contextlib.contextmanager
def whole_folder(place: pathlib.Path) -> Iterator[pathlib.Path]:
  """Yields a folder to fill, which then gets its name, whole or not at all.

  Args:
    place: where it will be; nothing is there, or an empty folder.
  """
  place.parent.mkdir(parents=True, exist_ok=True)
  sweep(place.parent)
  with partial_folder(place.parent) as partial:
    yield partial
    if place.is_dir():
      place.rmdir()
    partial.rename(place)


@contextlib.contextmanager
def partial_folder(folder: pathlib.Path) -> Iterator[pathlib.Path]:
  """Yields a new hidden folder in a folder, of no other process.

  What is there afterwards is removed; another name keeps it.
  """
  partial = folder / f"{_PARTIAL}{os.getpid()}-{secrets.token_hex(8)}"
  partial.mkdir()  # for whom the user wants, where tempfile's are private
  try:
    yield partial
  finally:
    shutil.rmtree(partial, ignore_errors=True)


def sweep(folder: pathlib.Path) -> None:
  """Removes what processes of this machine left when they were killed."""
  for path in folder.glob(f"{_PARTIAL}*"):
    pid = path.name.removeprefix(_PARTIAL).split("-")[0]
    if pid.isdecimal() and is_gone(int(pid)):
      shutil.rmtree(path, ignore_errors=True)


def read_json(path: pathlib.Path) -> dict | None:
  """The JSON object of a file; None if there is no file, or none in it."""
  try:
    value = json.loads(path.read_text(encoding="utf-8"))
  except (OSError, ValueError, RecursionError):
    return None
  return value if isinstance(value, dict) else None


def foreign_names(folder: pathlib.Path, own) -> list[str]:
  """Names in a folder, not hidden, that `own(name)` does not know, sorted."""
  return [p.name for p in visible(folder) if not own(p.name)]


def is_hidden(name: str) -> bool:
  """Whether a file system or file manager put it there, not the user.

  Names that begin with a dot (.DS_Store, ._copy.png, .ipynb_checkpoints), and
  what macOS, Windows, Synology and others leave in folders and archives.
  """
  return name.startswith(".") or name.lower() in _SYSTEM


def visible(folder: pathlib.Path) -> list[pathlib.Path]:
  """What lies in a folder and is not hidden, sorted by name."""
  return sorted(p for p in folder.iterdir() if not is_hidden(p.name))


def visible_below(
  folder: pathlib.Path, above: tuple = ()
) -> Iterator[pathlib.Path]:
  """All files at any depth that no hidden name leads to, sorted.

  Args:
    folder: where to look; links are followed, but not in circles.
    above: the real folders on the way to it.
  """
  above = (*above, folder.resolve())
  for path in visible(folder):
    if not path.is_dir():
      yield path
    elif path.resolve() not in above:
      yield from visible_below(path, above)


def composed(name: str) -> str:
  """The name in Unicode's form C: macOS hands out form D."""
  return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
  """The same for names that differ in case, or in Unicode's forms."""
  return composed(name).casefold()
