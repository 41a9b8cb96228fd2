"""What a fit in a process of its own says of itself, in two small files."""

import contextlib
import os
import pathlib
import threading
import time
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

from alx.data.files import read_json, write_json
from alx.devices.processes import Process, has_ended, is_running
from alx.projects.store.project import FITS
from alx.runs.disk.claim import FOLDER, Claim

RUNNING, DONE, FAILED, STOPPED = "RUNNING", "DONE", "ERROR", "STOPPED"
_FILE, _LINES = "fit.json", 50
_SAID, _MOST = "fit.stderr", 2**16  # bytes
_STDERR = 2  # the descriptor of what is written there
_PAUSE_S = 1.0  # between two looks, for which it may be longer
_BEGINS_S = 120.0  # until a fit has its claim


class Progress(NamedTuple):
  """One piece of work, as its file tells."""

  id: str
  what: str  # one of `fitting.WORK`
  status: str
  start_ts: int  # seconds since 1970
  end_ts: int = 0
  stage: str = ""
  details: tuple[str, ...] = ()
  process: tuple = ()  # fields of a `Process`
  version: int = 0

  def worker(self) -> Process:
    """The process that does it; one of no machine if nobody knows."""
    return Process(*self.process) if self.process else Process("", "", 0, "")

  def json(self) -> dict[str, Any]:
    """As clients of MONAI Label read a task."""
    found = self._asdict()
    del found["process"]
    return found | {
      "model": "alx",
      "details": list(self.details) or [self.stage or self.status.lower()],
      "start_ts": _time(self.start_ts),
      "end_ts": _time(self.end_ts) if self.end_ts else None,
    }


def _time(seconds):
  return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def folder_of(project: pathlib.Path) -> pathlib.Path:
  """Where the server has what is its own: uploads on their way, these files."""
  return project / ".serve"


def made_folder(project: pathlib.Path) -> pathlib.Path:
  """`folder_of`, which is there now, for its owner alone."""
  folder = folder_of(project)
  folder.mkdir(mode=0o700, exist_ok=True)
  return folder


def write(project: pathlib.Path, progress: Progress) -> None:
  """Writes it; a reader sees the old one or the new one."""
  details = [*progress.details][-_LINES:]
  about = progress._asdict() | {"details": details}
  write_json(made_folder(project) / _FILE, about)


def read(project: pathlib.Path) -> Progress | None:
  """The last work; one that has ended without a word has failed."""
  about = read_json(folder_of(project) / _FILE)
  try:
    found = Progress(**about) if about else None
    if found is None or found.status != RUNNING:
      return found
    goes_on = _goes_on(project, found)
  except (TypeError, ValueError):
    return None
  if goes_on:
    return found
  return ended_as(found, FAILED, [_last_word(project)])


def _goes_on(project, found):
  """Where this machine does not know the process its claim tells."""
  process = found.worker()
  if is_running(process):
    return True
  if has_ended(process):
    return False
  if abs(time.time() - found.start_ts) < _BEGINS_S:
    return True
  return Claim(project / FOLDER, FITS).is_held()


def _last_word(project):
  said = folder_of(project) / _SAID
  has_said = said.exists() and said.stat().st_size
  where = f" What it wrote is in {said.parent.name}/{_SAID}" if has_said else ""
  return f"it ended without a word: killed?{where}"


def open_said(project: pathlib.Path) -> BinaryIO:
  """What a fit writes to standard error, emptied, for its owner alone."""
  flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
  return os.fdopen(os.open(made_folder(project) / _SAID, flags, 0o600), "ab")


def keep_short(project: pathlib.Path) -> None:
  """Keeps the end alone of what this process writes there, if it does."""
  said = folder_of(project) / _SAID
  if said.exists() and os.path.samestat(os.fstat(_STDERR), said.stat()):
    threading.Thread(target=_shorten, args=(said,), daemon=True).start()


def _shorten(said):
  """Until the file is gone."""
  with contextlib.suppress(OSError):
    while True:
      if said.stat().st_size > _MOST:
        end = said.read_bytes()[-_MOST // 2 :]
        os.ftruncate(_STDERR, 0)
        os.write(_STDERR, end)
      time.sleep(_PAUSE_S)


def ended_as(
  progress: Progress, status: str, lines: Sequence[str], version: int = 0
) -> Progress:
  """The same after its end."""
  return progress._replace(
    status=status,
    end_ts=int(time.time()),
    stage="",
    details=(*progress.details, *lines),
    version=version,
  )
