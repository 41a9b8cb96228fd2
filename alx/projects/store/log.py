"""The log of a project on disk: appended and synced, never rewritten."""

import datetime
import json
import os
import pathlib
from collections.abc import Iterable, Mapping, Sequence

from alx.data.dataset import bad_input
from alx.data.files import read_json, write_bytes
from alx.projects.store import events
from alx.projects.store.events import Event

LOG, HEAD = "events.jsonl", "HEAD"


def now() -> str:
  """The time of an event, UTC."""
  stamp = datetime.datetime.now(datetime.UTC)
  return stamp.isoformat(timespec="milliseconds")


def read(folder: pathlib.Path) -> tuple[list[Event], bytes]:
  """(events, what a kill left of a last line).

  Raises:
    DataError: no project, or a log that is not as it was written.
  """
  path = folder / LOG
  found, torn, broken = events.decode(_content(folder))
  if broken:
    first = broken[0]
    raise bad_input(
      f"{path}, line {first.line}",
      "a log that nobody has changed",
      f"one line or more that is not as it was written ({first.why}); "
      "`alx project verify` tells all, a copy of the folder is the remedy",
    )
  _check_head(path, found, _head(folder))
  return found, torn


def want(folder: pathlib.Path) -> None:
  """Raises DataError where there is no log that can be read."""
  _content(folder, 0)


def size_of(folder: pathlib.Path, found: Sequence[Event]) -> int:
  """Bytes of the log up to the last of the events that were read of it."""
  with open(folder / LOG, "rb") as file:
    return sum(len(file.readline()) for _ in found)


def _content(folder, most=-1):
  path = folder / LOG
  try:
    with open(path, "rb") as file:
      return file.read(most)
  except FileNotFoundError as error:
    wanted = "the folder of a project (alx project init makes one)"
    what = "a folder without one" if folder.is_dir() else "no folder"
    raise bad_input(folder, wanted, what) from error
  except OSError as error:
    raise bad_input(path, "a log that can be read", error.strerror) from error


def _head(folder):
  """(number, sha256) that were last noted; (0, START): none."""
  about = read_json(folder / HEAD) or {}
  return about.get("n", 0), about.get("sha256", events.START)


def _check_head(path, found, head):
  number, sha256 = head
  if number and (len(found) < number or found[number - 1].sha256 != sha256):
    raise bad_input(
      path,
      f"event {number} as {HEAD} has noted it, {sha256[:12]}",
      f"{len(found)} events without it: lines were taken away",
    )


def append(
  folder: pathlib.Path,
  last: Event | None,
  news: Iterable[tuple[str, Mapping]],
  time: str = "",
) -> list[Event]:
  """Adds events; they are on disk when it returns, or none of them is told.

  Args:
    folder: of the project, which this process alone writes to.
    last: the last event there.
    news: (kind, what it is about) of each.
    time: of them; "": now.

  Raises:
    OSError: a full disk, for example; the log is as before.
  """
  added = events.chained(news, last, time or now())
  if not added:
    return []
  path = folder / LOG
  content = b"".join(map(events.encode, added))
  with open(path, "ab") as file:
    size = file.tell()
    try:
      file.write(content)
      file.flush()
      os.fsync(file.fileno())
    except OSError as error:
      _cut(path, size)
      error.filename = str(path)
      raise
  note_head(folder, added[-1])
  return added


def _cut(path, size):
  """As it was before; what was half-written goes."""
  with open(path, "r+b") as file:
    file.truncate(size)
    os.fsync(file.fileno())


def note_head(folder: pathlib.Path, last: Event) -> None:
  """Notes which event is the last, so that lines taken away are seen.

  A disk that is full now does not matter: the next event catches up.
  """
  about = json.dumps({"n": last.number, "sha256": last.sha256})
  try:
    write_bytes(folder / HEAD, f"{about}\n".encode())
  except OSError:
    return


def mend(folder: pathlib.Path, torn: bytes) -> None:
  """Cuts off what a kill left of a line that was never finished."""
  if torn:
    path = folder / LOG
    _cut(path, path.stat().st_size - len(torn))


def begin(folder: pathlib.Path, news: Iterable[tuple[str, Mapping]]) -> None:
  """A new log with its first events, whole or not at all."""
  added = events.chained(news, None, now())
  write_bytes(folder / LOG, b"".join(map(events.encode, added)))
  note_head(folder, added[-1])


def problems(folder: pathlib.Path, head: str = "") -> list[str]:
  """A line for everything in the log that is not as it was written.

  Args:
    folder: of the project.
    head: sha256 of an event, or its first characters, as a report has printed
      it: the log must still hold it.
  """
  path = folder / LOG
  found, torn, broken = events.decode(_content(folder))
  lines = [f"{path}, line {b.line}: {b.why}" for b in broken]
  number, sha256 = _head(folder)
  if not broken and number:
    if len(found) < number:
      lines.append(
        f"{path}: {number - len(found)} lines are missing at the end, {HEAD} "
        f"knows {number} events, there are {len(found)}"
      )
    elif found[number - 1].sha256 != sha256:
      lines.append(f"{path}, line {number}: not the one that {HEAD} noted")
  if torn and not broken and len(found) < number:
    lines.append(f"{path}: the last line is cut short")
  if head and not any(e.sha256.startswith(head.lower()) for e in found):
    lines.append(f"{path}: no event {head}, the log was written anew")
  return lines
