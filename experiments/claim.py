"""Who works on a row: a file that only one worker can make, and keeps alive."""

import json
import os
import pathlib
import socket
import threading
import time

EXPIRES_S = 600.0


class Lost(Exception):
  """Another worker has taken over what this one was thought to have left."""


class Claim:
  """The right to work on something, as files NAME.1, NAME.2, ... in a folder.

  The highest number holds. It is given up when its file is gone, and expires
  when its file has not been touched for a while; then the next number is free
  for the one who makes it first, which a file system does atomically. Clocks
  of the workers must agree to much less than the time of expiry.

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
    if newest and not self._has_expired(newest):
      return False
    try:
      flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
      file = os.open(self._path(newest + 1), flags, 0o644)
    except FileExistsError:
      return False
    with os.fdopen(file, "w") as text:
      json.dump({"host": socket.gethostname(), "pid": os.getpid()}, text)
    self._number = newest + 1
    return True

  def holder(self) -> str:
    """The host and process of the holder, as far as its file says."""
    try:
      known = json.loads(self._path(max(self._numbers())).read_text())
      return f"process {known['pid']} on {known['host']}"
    except (OSError, ValueError, KeyError, TypeError):
      return "another worker"

  def check(self) -> None:
    """Raises `Lost` if another worker has taken over."""
    if max(self._numbers(), default=0) > self._number:
      raise Lost(f"{self._name}: {self.holder()} took over, stopped here")

  def __enter__(self) -> "Claim":
    self._thread = threading.Thread(target=self._keep_alive, daemon=True)
    self._thread.start()
    return self

  def __exit__(self, *_) -> None:
    self._stop.set()
    self._thread.join()
    for number in sorted(self._numbers()):
      if number <= self._number:
        self._path(number).unlink(missing_ok=True)

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
      for p in self._folder.glob(f"{self._name}.*")
    ]
    return [int(ending) for ending in endings if ending.isdigit()]

  def _has_expired(self, number):
    try:
      touched = self._path(number).stat().st_mtime
    except FileNotFoundError:  # given up just now
      return True
    return time.time() - touched > self._expires_s
