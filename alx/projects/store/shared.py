"""A project that several processes write to, each for a moment at a time."""

import contextlib
import os
import pathlib
import threading
import time
from collections.abc import Iterator, Mapping

from alx.data.dataset import DataError, bad_input
from alx.projects.store import blobs, events, log
from alx.projects.store.project import Project, working
from alx.projects.store.state import State, reduce, replay
from alx.runs.disk.claim import FOLDER, Claim, Held

WAIT_S = 15.0  # for another process to end what it writes
_PAUSE_S = 0.02


class Shared(Project):
  """As `Project`, but owned only while something is added.

  What other processes have added meanwhile is read first, so `state` is never
  older than the last turn. Any thread may use it.
  """

  def __init__(
    self, folder: pathlib.Path, state: State, read: int, wait_s: float
  ):
    """Use `share`."""
    super().__init__(folder, state)
    self._lock, self._claim = threading.RLock(), None
    self._wait_s, self._read = wait_s, read
    self._path = folder / log.LOG

  @contextlib.contextmanager
  def turn(self) -> Iterator["Shared"]:
    """This process alone writes inside, after what others have written.

    Raises:
      Held: another process does not end.
    """
    with self._turn(self._wait_s):
      yield self

  @contextlib.contextmanager
  def _turn(self, wait_s):
    with self._lock:
      if self._claim is not None:
        yield
        return
      self._claim = self._taken(wait_s)
      try:
        self._catch_up()
        yield
      finally:
        claim, self._claim = self._claim, None
        claim.give_up()

  def look(self) -> State:
    """The state, with what others have added if none of them writes now."""
    with self._lock:
      if self._path.stat().st_size != self._read:
        with contextlib.suppress(Held), self._turn(0.0):
          pass
      return self.state

  def add(self, *news: tuple[str, Mapping]) -> None:
    """As `Project.add`, in a turn of its own unless one is open.

    Raises:
      Held: another process does not end.
      DataError: another process has done meanwhile what the news tell.
      OSError: a full disk; nothing was added.
    """
    with self.turn():
      _refuse_stale(self, news)
      for event in log.append(self.folder, self.state.last, news):
        self.state = reduce(self.state, event)
        self._read += len(events.encode(event))

  def put(self, content: bytes) -> str:
    """As `Project.put`; nobody sweeps meanwhile."""
    with self.turn():
      return blobs.put(self.folder, content)

  def _taken(self, wait_s):
    claim = Claim(self.folder / FOLDER, "project")
    deadline = time.monotonic() + wait_s
    while not claim.take():
      if time.monotonic() >= deadline:
        raise Held(f"{self.folder}: {claim.holder()} writes there; wait")
      time.sleep(_PAUSE_S)
    return claim

  def _catch_up(self):
    """Reads what was added since, and mends what a kill has left."""
    path = self._path
    if path.stat().st_size == self._read:
      return
    with open(path, "rb") as file:
      file.seek(self._read)
      content = file.read()
    found, torn, broken = events.decode(content, self.state.last)
    if broken or os.path.getsize(path) < self._read:
      raise bad_input(path, "a log that nobody has changed", "another")
    log.mend(self.folder, torn)
    for event in found:
      self.state = reduce(self.state, event)
    self._read += len(content) - len(torn)


def share(folder: str | pathlib.Path, wait_s: float = WAIT_S) -> Shared:
  """A project to write to in turns, mended after a kill.

  Args:
    folder: of the project.
    wait_s: seconds to wait for another process that writes.

  Raises:
    DataError: no project, or a log that is not as it was written.
    Held: another process has it for itself.
  """
  with working(folder) as project:
    size = (project.folder / log.LOG).stat().st_size  # mended: all is read
    return Shared(project.folder, project.state, size, wait_s)


def look_at(folder: str | pathlib.Path, wait_s: float = WAIT_S) -> Shared:
  """The same without mending first."""
  folder = pathlib.Path(folder).expanduser().absolute()
  found = log.read(folder)[0]
  return Shared(folder, replay(found), log.size_of(folder, found), wait_s)


def _refuse_stale(project, news):
  """Numbers of versions and rounds are given once, pointers moved from where.

  Raises:
    DataError: another process was there first.
  """
  state = project.state
  for kind, about in news:
    first = {
      "fit_done": about.get("version") in state.models,
      "round_made": about.get("round") in state.rounds,
      "promoted": about.get("from") != state.current,
    }
    if first.get(kind):
      raise DataError(
        f"{project.folder}: another process has added a version, a round or a "
        "promotion meanwhile: try again"
      )
