"""Faults of a machine, for `tests.forks`: what a process does to itself."""

import errno
import os
import pathlib
import shutil
import time

from alx.runs.disk.checkpoint import Checkpoints


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


def wait_to_save(go: str) -> None:
  """The second checkpoint is not written before a file is there."""
  save = Checkpoints.save

  def waiting(self, step, tree):
    deadline = time.monotonic() + 100
    while step > 1 and not pathlib.Path(go).exists():
      assert time.monotonic() < deadline
      time.sleep(0.02)
    save(self, step, tree)

  Checkpoints.save = waiting
