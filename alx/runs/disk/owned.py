"""A place that one process alone writes to."""

import contextlib
import os
import pathlib
import time
from collections.abc import Callable, Collection, Iterator

from alx.data.dataset import bad_input
from alx.runs.disk.claim import EXPIRES_S, FOLDER, Claim, Held

_PAGE_S = 60.0  # that others may take to write a page


def working(
  workdir: pathlib.Path, parts: Collection[str] = ()
) -> contextlib.AbstractContextManager[Callable[[], None]]:
  """The directory is this process's own, or some parts of it; see `owning`.

  Args:
    workdir: made if it is not there.
    parts: what is written, to be shared with processes that write others; ():
      all.
  """
  return owning(workdir, Claim(workdir / FOLDER, "run", EXPIRES_S, parts))


@contextlib.contextmanager
def owning(place: pathlib.Path, claim: Claim) -> Iterator[Callable[[], None]]:
  """A place that this process alone writes to.

  Yields:
    check(), which raises `Held` if another process has taken over.

  Raises:
    Held: if another process works there.
    DataError: if nothing can be written there.
  """
  try:
    is_mine = claim.take()
  except OSError as error:
    raise bad_input(
      place, "a place to write to", error.strerror or error
    ) from error
  if not is_mine:
    raise Held(_told_held(place, claim, "works there"))
  with claim:
    yield claim.check


def _told_held(place, claim, does):
  return (
    f"{place}: {claim.holder()} {does}; wait until it has ended, or name "
    "another place (one on another machine that was killed: ten minutes)"
  )


@contextlib.contextmanager
def page_of(workdir: pathlib.Path) -> Iterator[None]:
  """Pages and tables of a directory are written by one process at a time.

  Raises:
    Held: if another process takes too long.
  """
  claim = Claim(workdir / FOLDER, "page")
  deadline = time.monotonic() + _PAGE_S
  while not claim.take():
    if time.monotonic() > deadline:
      raise Held(_told_held(workdir, claim, "writes its page"))
    time.sleep(0.1)
  with claim:
    yield


def check_writable(flag: str, folder: pathlib.Path) -> None:
  """Raises ValueError if nothing can be made in a folder, there or not yet."""
  there = folder.absolute()
  while not os.path.lexists(there):
    there = there.parent
  if not there.is_dir():
    found = "a file" if there.exists() else "a link to nothing"
  elif not os.access(there, os.W_OK | os.X_OK):
    found = "read-only"
  else:
    return
  raise ValueError(f"{flag}: wanted a folder to write to, {there} is {found}")
