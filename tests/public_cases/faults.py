"""Faults of a machine, for `tests.forks`: what a process does to itself."""

import errno
import os
import shutil


def full_after(count: int) -> None:
  """No file is whole on disk any more after so many."""
  sync, left = os.fsync, [count]

  def full(file):
    left[0] -= 1
    if left[0] < 0:
      raise OSError(errno.ENOSPC, "No space left on device")
    sync(file)

  os.fsync = full


def no_room() -> None:
  """No room for a checkpoint."""
  usage = shutil.disk_usage("/")._replace(free=1000)
  shutil.disk_usage = lambda _: usage


def read_only() -> None:
  """Nothing may be written, not even by root."""
  os.access = lambda path, how: False
