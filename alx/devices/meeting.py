"""Processes that meet before they begin, and are alike.

They meet at the coordinator's own port, before jax has it: whoever differs is
refused there in a line, other versions of jax too, which could not talk to each
other. The connections are kept, see `alx.devices.company`.
"""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping

from alx.devices.company import Company, Place

WAIT_S = 300.0  # for the others to come
SILENT_S = 100.0  # after which a process is taken for dead
_HELLO_S = 10.0  # for a first word
_ASKS_S = 0.2  # between two tries to find process 0
_MOST = 2**20  # bytes of a line


class TurnedAway(ValueError):
  """Processes that may not begin together."""


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
    TurnedAway: on every process, naming the difference, or who did not come.
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
          raise TurnedAway(why)
  except TurnedAway as error:
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
      raise TurnedAway(_missing(place, lines)) from None
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
    raise TurnedAway(
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
  raise TurnedAway(said.get("refused", none))


def _find(place, deadline):
  while True:
    try:
      return _Line(socket.create_connection((place.host, place.port), 10.0))
    except socket.gaierror as error:
      raise TurnedAway(
        f"coordinator={place.coordinator}: {error.strerror}"
      ) from None
    except OSError as error:
      if time.monotonic() > deadline:
        raise TurnedAway(
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
      return self.read()
    except (OSError, ValueError):
      return {}

  def read(self) -> dict:
    """What is said next.

    Raises:
      OSError: it has ended, or is silent (TimeoutError).
      ValueError: for nonsense.
    """
    text = self._file.readline(_MOST)
    if not text.endswith(b"\n"):
      raise ConnectionResetError
    said = json.loads(text)
    if not isinstance(said, dict):
      raise ValueError(said)
    return said

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
