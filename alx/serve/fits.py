"""Fits beside the server: begun, told of and stopped; one at a time."""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from alx.devices.processes import has_ended, is_running, process_of
from alx.projects.exchange.refused import Refused
from alx.projects.store.questions import candidates
from alx.projects.store.state import TRAIN, VALIDATION
from alx.serve import progress as progresses
from alx.serve.access import Person
from alx.serve.desk import Service
from alx.serve.fitting import ASK
from alx.serve.progress import DONE, RUNNING, STOPPED, Progress

_PATIENCE_S = 10.0  # between asking a process to end and ending it
_AGAIN_S = 60.0  # before a round is asked for again that could not be made


class Fits:
  """The work beside a server; what is known of it is in a file."""

  def __init__(self, service: Service, ahead: int = 0):
    """Begins nothing.

    Args:
      service: the project.
      ahead: the next round is asked for when so few cases wait; 0: never.
    """
    self._service, self._ahead = service, ahead
    self._lock, self._children = threading.Lock(), []
    self._tried = -_AGAIN_S

  @property
  def _folder(self):
    return self._service.project.folder

  def last(self) -> Progress | None:
    """The work that goes on, or the last one; None: none yet."""
    self._reap()
    return progresses.read(self._folder)

  def _reap(self):
    """Asks those that have ended how, so that nothing is left of them."""
    self._children = [c for c in self._children if c.poll() is None]

  def running(self) -> Progress | None:
    """The work that goes on."""
    last = self.last()
    return last if last and last.status == RUNNING else None

  def start(
    self, what: str, person: Person, how: Mapping[str, Any] | None = None
  ) -> Progress:
    """Begins work of `fitting.WORK`; the request is in the log.

    Raises:
      Refused: 429 while other work goes on.
    """
    with self._lock:
      if self.running():
        raise Refused(429, "a fit goes on: wait for it, or stop it")
      id = secrets.token_hex(8)
      asked = {"by": person.name, "role": person.role, "work": what, "id": id}
      self._service.project.add(("fit_requested", asked))
      begun = Progress(id, what, RUNNING, int(time.time()), stage="begins")
      child = self._child(id, what, how or {})
      begun = begun._replace(process=tuple(process_of(child.pid)))
      known = progresses.read(self._folder)
      if known is None or known.id != id:  # it has not spoken yet
        progresses.write(self._folder, begun)
      self._children.append(child)
      return begun

  def _child(self, id, what, how):
    words = (str(self._folder), id, what, json.dumps(how))
    with progresses.open_said(self._folder) as said:
      return subprocess.Popen(
        [sys.executable, "-m", "alx.serve.fitting", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        start_new_session=True,
      )

  def request(self, person: Person) -> None:
    """Notes that somebody who may not begin a fit would like one."""
    asked = {"by": person.name, "role": person.role, "work": "wish"}
    self._service.project.add(("fit_requested", asked))

  def stop(self, person: Person) -> Progress | None:
    """Ends the work that goes on; the version that serves goes on serving.

    Raises:
      Refused: 409 if this machine does not know its process.
    """
    with self._lock:
      last = self.running()
      if last is None:
        return self.last()
      process = last.worker()
      self._end(process)
      if not has_ended(process):
        where = f"process {process.pid} of {process.host or 'no machine'}"
        raise Refused(409, f"it goes on as {where}: stop it there")
      about = {"by": person.name, "role": person.role, "id": last.id}
      self._service.project.add(("fit_stopped", about))
      ended = progresses.ended_as(last, STOPPED, ["stopped"])
      progresses.write(self._folder, ended)
      return ended

  def _end(self, process):
    """Asks a process to end, and ends it if it does not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
      if not self._is_there(process):
        return
      try:
        os.killpg(process.pid, number)
      except (ProcessLookupError, PermissionError):
        return  # it has ended, or is another user's
      deadline = time.monotonic() + _PATIENCE_S
      while self._is_there(process) and time.monotonic() < deadline:
        time.sleep(0.05)

  def _is_there(self, process):
    """Whether it runs: itself, not one that has its number now."""
    self._reap()
    is_ours = process.pid in [child.pid for child in self._children]
    is_child = is_ours and process == process_of(process.pid)
    return is_child or is_running(process)

  def ask_ahead(self) -> None:
    """Asks for the next round where few cases wait, in the background."""
    if self._ahead and time.monotonic() - self._tried >= 1.0:
      threading.Thread(target=self._ask_ahead, daemon=True).start()

  def _ask_ahead(self):
    state = self._service.project.look()
    if len(state.open_tasks()) >= self._ahead or self.running():
      return
    now = time.monotonic()
    if now - self._tried < _AGAIN_S and self._has_failed():
      return
    if not any(candidates(state, part) for part in (TRAIN, VALIDATION)):
      return
    self._tried = now
    try:
      self.start(ASK, Person("", "server"))
    except Refused:
      return  # somebody was first

  def _has_failed(self):
    last = self.last()
    return last is not None and last.status not in (RUNNING, DONE)

  def train_stats(self) -> dict[str, Any]:
    """Where a fit is, in the words that clients show."""
    last = self.last()
    found: dict[str, Any] = {"epoch": 0, "total_epochs": 1}
    if last is None:
      return found
    if last.status == RUNNING:
      return found | {"stage": last.stage}
    return found | {"epoch": 1, "total_time": last.end_ts - last.start_ts}
