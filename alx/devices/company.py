"""Several processes while they work: the end of one is the end of all.

Process 0 has a line to each of the others. One that closes tells at once that
its process has ended, one that is silent that its machine has.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_BEATS = 10  # in the time after which silence is an end
_VERDICT_S = 3.0  # in which the end of another process is noticed
_LAST_S = 10.0  # in which the others end after their work
_OWN_S = 1.0  # in which a process that fails as another did ends by itself


class Place(NamedTuple):
  """Where a process stands among those that work together."""

  coordinator: str  # "host:port" of process 0
  num_processes: int
  process_id: int

  def __str__(self) -> str:
    return f"process {self.process_id} of {self.num_processes}"

  @property
  def host(self) -> str:
    """Of process 0."""
    return self.coordinator.rpartition(":")[0].strip("[]")

  @property
  def port(self) -> int:
    """At which it listens."""
    return int(self.coordinator.rpartition(":")[2])


class Company:
  """The others, after they have met: their end is the end of this process."""

  def __init__(
    self,
    place: Place,
    lines: Mapping[int, Any],
    ended: Callable[[str, int], None],
    silent_s: float,
  ):
    """Begins to listen.

    Args:
      place: of this process.
      lines: to process 0, or from there to each of the others, see
        `alx.devices.meeting`.
      ended: called with what to say and the exit code, when one has ended.
      silent_s: seconds without a word after which it has.
    """
    self.place = place
    self._lines, self._ended = lines, ended
    self._done = {number: threading.Event() for number in lines}
    self._over = threading.Event()
    self._threads = [_thread(self._beat, silent_s / _BEATS)]
    for number, line in lines.items():
      line.wait(silent_s)
      self._threads.append(_thread(self._listen, number, line))

  def leave(self) -> None:
    """Returns when all have done their work; process 0 goes last."""
    if self.place.process_id:
      self._tell({"done": True})
    for event in self._done.values():
      event.wait()
    self._over.set()
    if not self.place.process_id:
      self._tell({"done": True})
      for thread in self._threads:
        thread.join(_LAST_S)
      self._hang_up()

  def stop(self, code: int) -> None:
    """Tells the others that this process ends without having done its work."""
    self._over.set()
    self._tell({"ended": self.place.process_id, "code": code})
    self._hang_up()

  def await_verdict(self) -> None:
    """Gives those that listen the time to find that another one has ended."""
    time.sleep(_VERDICT_S)

  def _listen(self, number, line):
    with contextlib.closing(line):
      said = {}
      while "ended" not in said and not self._has_left(said):
        said = _heard(line, number)
        if "done" in said:
          self._done[number].set()
    over = self._over.is_set() or self._done[number].is_set()
    if "ended" in said and not over:
      self._end(said)

  def _has_left(self, said):
    """Whether process 0 has said the last word."""
    return "done" in said and self.place.process_id > 0

  def _end(self, said):
    # One that could tell why it ends may do so for what this one fails at, too.
    if "code" in said and self._over.wait(_OWN_S):
      return
    self._over.set()
    self._tell(said)  # process 0 to the others
    who = self.place._replace(process_id=said["ended"])
    code = said.get("code")
    how = "has ended" if code is None else f"has ended with exit code {code}"
    if said.get("silent"):
      how = f"was not heard of for {said['silent']:.3g} s"
    self._ended(f"{who} {how}", code or 1)
    self._hang_up()

  def _beat(self, every_s):
    while not self._over.wait(every_s):
      self._tell({})

  def _tell(self, what):
    for line in self._lines.values():
      line.tell(what)

  def _hang_up(self):
    for line in self._lines.values():
      line.hang_up()


def _heard(line, number):
  """What is said next, or how the other one ended."""
  try:
    return line.read()
  except TimeoutError:
    return {"ended": number, "silent": line.silent_s}
  except (OSError, ValueError):
    return {"ended": number}


def _thread(function, *args):
  thread = threading.Thread(target=function, args=args, daemon=True)
  thread.start()
  return thread
