"""Who works on a row: a file that only one worker can make, and keeps alive."""

import glob
import json
import os
import pathlib
import threading
import time

from alx.processes import Process, has_ended, this_process

EXPIRES_S = 600.0


class Held(Exception):
  """Another worker has it, or has taken over what was thought to be left."""


class Claim:
  """The right to work on something, as files NAME.1, NAME.2, ... in a folder.

  The highest number holds. It is given up when its file is gone, and expires
  when the process that made it has ended, which workers of the same machine
  see, or when its file has not been touched for a while; then the next number
  is free for the one who makes it first, which a file system does atomically.
  Clocks of the workers must agree to much less than the time of expiry.

  Use as a context manager after `take` said yes; a thread touches the file.
  """

  def __init__(
    self, folder: pathlib.Path, name: str, expires_s: float = EXPIRES_S
  ):
    """Claims nothing yet.

    Args:
      folder: for the files; made if it is not there.
      name: of what is claimed.
      expires_s: seconds without a touch, after which a claim is void.
    """
    self._folder, self._name, self._expires_s = folder, name, expires_s
    self._number, self._stop = 0, threading.Event()
    self._thread: threading.Thread | None = None

  def take(self) -> bool:
    """Tries to become the holder; False if somebody else is."""
    self._folder.mkdir(parents=True, exist_ok=True)
    newest = max(self._numbers(), default=0)
    try:
      if newest and not self._has_expired(newest):
        return False
    except FileNotFoundError:  # given up just now
      return self.take()
    try:
      flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
      file = os.open(self._path(newest + 1), flags, 0o644)
    except FileExistsError:
      return False
    self._number = newest + 1
    with os.fdopen(file, "w") as text:
      json.dump(this_process()._asdict(), text)
    return True

  def holder(self) -> str:
    """The host and process of the holder, as far as its file says."""
    process = self._read(max(self._numbers(), default=0))
    if process is None:
      return "another worker"
    return f"process {process.pid} on {process.host}"

  def check(self) -> None:
    """Raises `Held` if another worker has taken over."""
    if max(self._numbers(), default=0) > self._number:
      raise Held(f"{self._name}: {self.holder()} took over, stopped here")

  def give_up(self) -> None:
    """Frees what was claimed; any thread may do it, more than once."""
    mine, self._number = self._number, 0
    for number in sorted(self._numbers()):
      if number <= mine:
        self._path(number).unlink(missing_ok=True)

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
        os.utime(self._path(self._number))
      except FileNotFoundError:
        return

  def _path(self, number):
    return self._folder / f"{self._name}.{number}"

  def _numbers(self):
    endings = [
      p.name.removeprefix(f"{self._name}.")
      for p in self._folder.glob(f"{glob.escape(self._name)}.*")
    ]
    return [int(ending) for ending in endings if ending.isdigit()]

  def _read(self, number):
    """The process that made a file; None if the file does not say."""
    try:
      process = Process(**json.loads(self._path(number).read_text()))
    except (OSError, ValueError, TypeError):
      return None
    return process if isinstance(process.pid, int) else None

  def _has_expired(self, number):
    process = self._read(number)
    if process and has_ended(process):
      return True
    return time.time() - self._path(number).stat().st_mtime > self._expires_s
