"""Processes that meet before they begin, and notice when one is gone.

They meet at the coordinator's own port, before jax has it: whoever differs is
refused there in a line, other versions of jax too, which could not talk to each
other. Process 0 keeps the connections: one that closes tells at once that its
process has ended, one that is silent that its machine has.
"""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

WAIT_S = 300.0  # for the others to come
SILENT_S = 100.0  # after which a process is taken for dead
_BEATS = 10  # in that time
_HELLO_S = 10.0  # for a first word
_ASKS_S = 0.2  # between two tries to find process 0
_VERDICT_S = 3.0  # in which the end of another process is noticed
_LAST_S = 10.0  # in which the others end after their work
_OWN_S = 1.0  # in which a process that fails as another did ends by itself
_MOST = 2**20  # bytes of a line


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


class Refused(ValueError):
  """Processes that may not begin together."""


class Company:
  """The others, after they have met: their end is the end of this process."""

  def __init__(
    self,
    place: Place,
    lines: Mapping[int, "_Line"],
    ended: Callable[[str, int], None],
    silent_s: float,
  ):
    """Begins to listen.

    Args:
      place: of this process.
      lines: to process 0, or from there to each of the others.
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


def meet(
  place: Place,
  about: Mapping[str, str],
  ended: Callable[[str, int], None],
  *,
  wait_s: float = WAIT_S,
  silent_s: float = SILENT_S,
) -> Company:
  """The company of all processes, when all are there and alike.

  Args:
    place: of this process.
    about: what must be the same for all, by name.
    ended: see `Company`.
    wait_s: seconds for the others to come.
    silent_s: seconds of silence after which one has ended.

  Raises:
    Refused: on every process, naming the difference, or who did not come.
  """
  deadline = time.monotonic() + wait_s
  if place.process_id == 0:
    lines = _receive(place, about, deadline)
  else:
    lines = {0: _come(place, about, deadline)}
  return Company(place, lines, ended, silent_s)


def _receive(place, about, deadline):
  """Lines to all others; process 0 opens the door."""
  lines = {}
  try:
    with _open_door(place) as door:
      while len(lines) < place.num_processes - 1:
        line, said = _next_at(door, place, deadline, lines)
        number = said["process_id"]
        why = _difference(place, about, said, lines)
        lines[-1 if why else number] = line
        if why:
          raise Refused(why)
  except Refused as error:
    for line in lines.values():
      line.tell({"refused": str(error)})
      line.close()
    raise
  for line in lines.values():
    line.tell({"come": True})
  return lines


def _is_hello(said):
  numbers = said.get("process_id"), said.get("num_processes")
  return all(isinstance(n, int) for n in numbers) and isinstance(
    said.get("about"), dict
  )


def _next_at(door, place, deadline, lines):
  """The line to one that has come, and its first words."""
  while True:
    try:
      door.settimeout(max(deadline - time.monotonic(), 0.01))
      line = _Line(door.accept()[0])
    except TimeoutError:
      raise Refused(_missing(place, lines)) from None
    said = line.read_in(min(_HELLO_S, deadline - time.monotonic()))
    if _is_hello(said):
      return line, said
    line.close()  # whoever knocks by chance


def _missing(place, lines):
  some = range(1, place.num_processes)
  missing = ", ".join(str(n) for n in some if n not in lines)
  return (
    f"process {missing} of {place.num_processes} did not come to "
    f"{place.coordinator}"
  )


def _open_door(place):
  try:
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    return socket.create_server(
      ("", place.port), family=family, dualstack_ipv6=both
    )
  except OSError as error:
    raise Refused(
      f"coordinator={place.coordinator}: process 0 cannot listen there: "
      f"{os.strerror(error.errno)}"
    ) from error


def _difference(place, about, said, lines):
  """Why a process may not come; "" if it may."""
  who = f"process {said['process_id']} on {said.get('host')}"
  if said["num_processes"] != place.num_processes:
    return (
      f"{who} has num_processes = {said['num_processes']}, process 0 has "
      f"{place.num_processes}"
    )
  number = said["process_id"]
  if number in lines or not 0 < number < place.num_processes:
    return f"{who}: there is another process {number}"
  theirs = said["about"]
  for name in sorted({*about, *theirs}, key=[*about, *theirs].index):
    mine, other = about.get(name, "nothing"), theirs.get(name, "nothing")
    if mine != other:
      return f"{who} has {name} = {other}, process 0 has {mine}"
  return ""


def _come(place, about, deadline):
  """The line to process 0, which has found nothing to refuse."""
  line = _find(place, deadline)
  hello = place._asdict() | {"about": {**about}, "host": socket.gethostname()}
  line.tell(hello)
  said = line.read_in(deadline - time.monotonic())
  if said.get("come"):
    return line
  line.close()
  none = f"{place}: process 0 at {place.coordinator} ended, or did not answer"
  raise Refused(said.get("refused", none))


def _find(place, deadline):
  while True:
    try:
      return _Line(socket.create_connection((place.host, place.port), 10.0))
    except socket.gaierror as error:
      raise Refused(
        f"coordinator={place.coordinator}: {error.strerror}"
      ) from None
    except OSError as error:
      if time.monotonic() > deadline:
        raise Refused(
          f"{place}: found no process 0 at {place.coordinator}: "
          f"{error.strerror or error}"
        ) from None
      time.sleep(_ASKS_S)


class _Line:
  """A connection for one JSON object a line."""

  def __init__(self, door):
    self._socket, self._lock = door, threading.Lock()
    self._file = door.makefile("rb")

  def wait(self, seconds: float) -> None:
    """How long `read` waits, at most."""
    self.silent_s = seconds
    self._socket.settimeout(seconds)

  def read_in(self, seconds: float) -> dict:
    """What is said within some time; {} for nothing, and nonsense."""
    self.wait(max(seconds, 0.01))
    try:
      said = self.read()
    except (OSError, ValueError):
      return {}
    return said if isinstance(said, dict) else {}

  def read(self) -> dict:
    """What is said next; its end is {"ended": ...}."""
    text = self._file.readline(_MOST)
    if not text.endswith(b"\n"):
      raise ConnectionResetError
    return json.loads(text)

  def tell(self, what: dict) -> None:
    """Says it, if anybody listens."""
    try:
      with self._lock:
        self._socket.sendall(json.dumps(what).encode() + b"\n")
    except OSError:
      pass  # its own end is noticed where it is listened to

  def hang_up(self) -> None:
    """Ends it; whoever reads it finds its end."""
    with contextlib.suppress(OSError):
      self._socket.shutdown(socket.SHUT_RDWR)

  def close(self) -> None:
    """Frees it, when nobody reads."""
    self._file.close()
    self._socket.close()
