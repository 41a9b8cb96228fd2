"""What a fit in a process of its own says of itself, in a small file."""

import pathlib
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from alx.data.files import read_json, write_json
from alx.devices.processes import Process, has_ended

RUNNING, DONE, FAILED, STOPPED = "RUNNING", "DONE", "ERROR", "STOPPED"
_FILE, _LINES = "fit.json", 50


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
  """Where the server has what is its own: uploads on their way, this file."""
  return project / ".serve"


def write(project: pathlib.Path, progress: Progress) -> None:
  """Writes it; a reader sees the old one or the new one."""
  folder_of(project).mkdir(mode=0o700, exist_ok=True)
  details = [*progress.details][-_LINES:]
  about = progress._asdict() | {"details": details}
  write_json(folder_of(project) / _FILE, about)


def read(project: pathlib.Path) -> Progress | None:
  """The last work; one whose process has ended without a word has failed."""
  about = read_json(folder_of(project) / _FILE)
  try:
    found = Progress(**about) if about else None
    if found is None or found.status != RUNNING:
      return found
    ended = bool(found.process) and has_ended(Process(*found.process))
  except (TypeError, ValueError):
    return None
  if not ended:
    return found
  return ended_as(found, FAILED, ["it ended without a word: killed?"])


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
