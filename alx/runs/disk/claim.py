"""Who works on something: a file that only one process can make, and keeps."""

import contextlib
import json
import os
import pathlib
import secrets
import threading
import time
from collections.abc import Collection
from typing import NamedTuple

from alx.devices.processes import Process, has_ended, this_process

EXPIRES_S = 600.0
FOLDER = "claims"  # where nothing else is
_WRITTEN_S = 2.0  # a file is made, and then written, in much less
_held: set["Claim"] = set()  # by this process


class Held(Exception):
  """Another process has it, or has taken over what was thought to be left."""


class _Holder(NamedTuple):
  """What the file of a claim says."""

  process: Process | None  # None: it does not say
  since: str = ""
  parts: frozenset[str] = frozenset()  # none: all
  nonce: str = ""  # of the claim; "": of an earlier version

  def overlaps(self, parts):
    return not (self.parts and parts) or bool(self.parts & parts)


class Claim:
  """The right to work on something, as files NAME.1, NAME.2, ... in a folder.

  Of those that want the same the highest number holds. It is given up when its
  file is gone, and expires when the process that made it has ended, which
  processes of the same machine see, or when its file has not been touched for a
  while; then the next number is free for the one who makes it first, which a
  file system does atomically, and who deletes the files of those it follows.
  Numbers are given again: a file is known by the nonce in it. Clocks must agree
  to much less than the time of expiry.

  Use as a context manager after `take` said yes; a thread touches the file.
  """

  def __init__(
    self,
    folder: pathlib.Path,
    name: str,
    expires_s: float = EXPIRES_S,
    parts: Collection[str] = (),
  ):
    """Claims nothing yet.

    Args:
      folder: for the files; made if it is not there, and gone with the last.
      name: of what is claimed.
      expires_s: seconds without a touch, after which a claim is void.
      parts: of it, to be shared with those who claim other parts; (): all.
    """
    self._folder, self._name, self._expires_s = folder, name, expires_s
    self._parts, self._nonce = frozenset(parts), secrets.token_hex(8)
    self._number, self._stop = 0, threading.Event()
    self._thread: threading.Thread | None = None
    self._made: list[pathlib.Path] = []

  def take(self) -> bool:
    """Tries to become the holder; False if somebody else is.

    Raises:
      OSError: if no file can be made there.
    """
    while True:
      numbers = self._numbers()
      if self._rival(numbers):
        return False
      number = max(numbers, default=0) + 1
      if self._make(number):
        self._number = number
        break
    _held.add(self)
    # One that came and went in between may have hidden another.
    if self._rival(set(self._numbers()).difference(numbers, [number])):
      self.give_up()
      return False
    # Its holder sees it, also when this one has ended.
    followed = (n for n in numbers if self._read(n).overlaps(self._parts))
    with contextlib.suppress(OSError):  # where only its maker may delete it
      self._delete(followed)
    return True

  def is_held(self) -> bool:
    """Whether another process has it; nothing is made."""
    return bool(self._rival(self._others()))

  def holder(self) -> str:
    """Process, host and since when it holds, as far as its file says."""
    others = self._others()
    number = self._rival(others) or max(others, default=0)
    found = self._read(number)
    if found.process is None:
      return "another worker"
    since = f" since {found.since}" if found.since else ""
    return f"process {found.process.pid} on {found.process.host}{since}"

  def check(self) -> None:
    """Raises `Held` if another process took over, also if it has ended since.

    OSError if the files cannot be read.
    """
    # In this order: `give_up` forgets the number first.
    lost = not self._is_mine(self._number) and self._number > 0
    later = [n for n in self._numbers() if n > self._number]
    if lost or any(self._read(n).overlaps(self._parts) for n in later):
      raise Held(f"{self._name}: {self.holder()} took over, stopped here")

  def give_up(self) -> None:
    """Frees what was claimed; any thread may do it, more than once."""
    mine, self._number = self._number, 0
    _held.discard(self)
    if self._is_mine(mine):
      earlier = [n for n in self._numbers() if n < mine]
      self._delete([*filter(self._has_ended, earlier), mine])
    self._remove_folders()

  def _is_mine(self, number):
    """Whether the file of a number is there, and the one that was made here."""
    try:
      content = self._path(number).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
      return False
    return _holder_of(content).nonce == self._nonce

  def _others(self):
    """The numbers of other claims."""
    mine = self._number if self._is_mine(self._number) else 0
    return [n for n in self._numbers() if n != mine]

  def _delete(self, numbers):
    for number in numbers:
      self._path(number).unlink(missing_ok=True)

  def _remove_folders(self):
    """Those that were made for the claim, if nothing else came into them."""
    left = [self._folder] if self._folder.name == FOLDER else []
    for folder in (*left, *reversed(self._made)):
      try:
        folder.rmdir()  # only what is empty
      except FileNotFoundError:
        continue
      except OSError:
        break

  def __enter__(self) -> "Claim":
    self._thread = threading.Thread(target=self._keep_alive, daemon=True)
    self._thread.start()
    return self

  def __exit__(self, *_) -> None:
    self._stop.set()
    self._thread.join()
    self.give_up()

  def _keep_alive(self):
    while not self._stop.wait(self._expires_s / 10):
      try:
        if not self._is_mine(self._number):
          return
        os.utime(self._path(self._number))
      except FileNotFoundError:
        return
      except OSError:  # the disk may come back
        continue

  def _make(self, number):
    """Whether this process could make the file of that number."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
      self._make_folder()
      file = os.open(self._path(number), flags, 0o644)
    except FileExistsError:
      if not self._folder.is_dir():
        raise
      return False
    except FileNotFoundError:  # the last holder took the folder with it
      return False
    about = this_process()._asdict() | {
      "since": time.strftime("%Y-%m-%d %H:%M:%S"),
      "parts": sorted(self._parts),
      "nonce": self._nonce,
    }
    try:
      with os.fdopen(file, "wb") as written:
        written.write(json.dumps(about).encode())
    except OSError:
      self._path(number).unlink(missing_ok=True)
      self._remove_folders()
      raise
    return True

  def _make_folder(self):
    """Makes it and notes what was not there, the outermost first."""
    missing = [
      folder
      for folder in (self._folder, *self._folder.parents)
      if not os.path.lexists(folder)
    ]
    self._folder.mkdir(parents=True, exist_ok=True)
    self._made = self._made or missing[::-1]

  def _path(self, number):
    return self._folder / f"{self._name}.{number}"

  def _numbers(self):
    try:
      names = os.listdir(self._folder)
    except (FileNotFoundError, NotADirectoryError):
      return []
    start = f"{self._name}."
    endings = [n.removeprefix(start) for n in names if n.startswith(start)]
    return [int(ending) for ending in endings if ending.isdecimal()]

  def _rival(self, numbers):
    """The number of a holder of the same; 0 if there is none."""
    later = []
    for number in sorted(numbers, reverse=True):
      found = self._read(number)
      if any(other.overlaps(found.parts) for other in later):
        continue  # was followed
      later.append(found)
      if found.overlaps(self._parts) and not self._is_void(number):
        return number
    return 0

  def _read(self, number):
    """What a file says; waits for one that is just being written."""
    deadline = time.monotonic() + _WRITTEN_S
    while True:
      try:
        content = self._path(number).read_bytes()
        age = time.time() - self._path(number).stat().st_mtime
      except OSError:
        return _Holder(None)
      if content or age > _WRITTEN_S or time.monotonic() > deadline:
        return _holder_of(content)
      time.sleep(0.01)

  def _has_ended(self, number):
    """Whether its holder is known to have ended."""
    process = self._read(number).process
    return process is not None and has_ended(process)

  def _is_void(self, number):
    """Whether its holder is gone, or has been silent for too long."""
    if self._has_ended(number):
      return True
    try:
      touched = self._path(number).stat().st_mtime
    except OSError:  # given up just now
      return True
    return time.time() - touched > self._expires_s


def give_up_all() -> None:
  """Frees all that this process holds; any thread may do it."""
  for claim in list(_held):
    claim.give_up()


def _holder_of(content):
  try:
    about = json.loads(content)
    since, parts = about.pop("since", ""), about.pop("parts", ())
    nonce = about.pop("nonce", "")
    process = Process(**about)
    known = isinstance(process.pid, int)
    return _Holder(process if known else None, since, frozenset(parts), nonce)
  except (ValueError, TypeError, AttributeError):
    return _Holder(None)
