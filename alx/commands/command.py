"""What every command does: flags only, and one line for what is wrong.

Exit codes:
  0    done
  1    failed at work, such as a full disk or a fit without numbers: the same
       command goes on once that is mended
  2    a wrong flag, wrong or damaged input: nothing was begun
  3    another process works there
  130  stopped by Ctrl-C, 143 by SIGTERM: the same command goes on
"""

import contextlib
import errno
import os
import pathlib
import re
import sys
from collections.abc import Callable, Iterator

from absl import app, flags
from rich.console import Console

from alx.commands.defined import explained, unknown
from alx.data.dataset import DataError
from alx.runs import screen
from alx.runs.disk import stops
from alx.runs.disk.claim import Held, give_up_all
from alx.runs.disk.records import Diverged

CODES = __doc__.partition("\n\n")[2]
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def start(main: Callable[[list[str]], None]) -> None:
  """Runs `main` as absl does; a wrong flag is one line and exit code 2."""
  module = sys.modules["__main__"]
  module.__doc__ = f"{module.__doc__ or ''}\n{CODES}"  # what --help prints
  app.run(main, flags_parser=parse)


def parse(argv: list[str]) -> list[str]:
  """absl's parser, with one line and exit code 2 for a wrong flag."""
  with ends(2, flags.Error):
    try:
      _explain(explained.asked(argv))
      left = flags.FLAGS(argv)
      _explain(explained.asked_by_value())
      return left
    except flags.UnrecognizedFlagError as error:
      raise flags.Error(unknown.told(error.flagname)) from None
    except SystemExit:  # --help, which was printed
      sys.exit(0)
    except BrokenPipeError:  # nobody reads on
      os._exit(1)


def _explain(text):
  """Prints it and ends, if there is any."""
  if text is not None:
    print(text)
    sys.exit(0)


@contextlib.contextmanager
def ends(code: int, *kinds: type[BaseException]) -> Iterator[None]:
  """An error of these kinds is one line and ends the command with `code`."""
  try:
    yield
  except kinds as error:
    print(f"error: {one_line(error)}", file=sys.stderr)
    sys.exit(code)


def one_line(error: object) -> str:
  """Its text without line ends and other characters that move a cursor."""
  if isinstance(error, OSError) and error.strerror:
    places = [str(p) for p in (error.filename, error.filename2) if p]
    error = ": ".join([*places[:1], error.strerror])
  text = re.sub(r"\s*[\r\n]\s*", " ", str(error).strip())
  return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda c: f"\\x{ord(c[0]):02x}", text)


@contextlib.contextmanager
def session() -> Iterator[Console]:
  """A console; every end of the block is one line and its exit code.

  What is wrong before work begins is `wrong_input`.
  """
  with (
    stops.one_line(give_up_all),
    ends(1, Diverged, _Failed),
    ends(2, DataError),
    ends(3, Held),
    _machine_failed(),
  ):
    yield begin()


@contextlib.contextmanager
def wrong_input(
  *kinds: type[Exception],
) -> Iterator[None]:
  """Exit code 2 for errors of these kinds, unless the disk is full.

  Args:
    *kinds: without any ValueError and OSError, for what is done before work.
  """
  with ends(2, *(kinds or (ValueError, OSError))), _disk_full():
    yield


class _Failed(Exception):
  """The machine could not do what was asked of it."""


@contextlib.contextmanager
def _machine_failed():
  try:
    with _disk_full():
      yield
  except BrokenPipeError:  # nobody reads on
    os._exit(1)
  except (OSError, MemoryError) as error:
    raise _failed(error) from error


@contextlib.contextmanager
def _disk_full():
  try:
    yield
  except (OSError, DataError) as error:
    causes = (error, error.__cause__)
    if any(getattr(cause, "errno", None) in _FULL for cause in causes):
      raise _failed(error) from error
    raise


def _failed(error):
  what = one_line(error) or "out of memory"
  return _Failed(f"{what}; the same command goes on once that is mended")


def begin() -> Console:
  """A console, without what jax and orbax tell of themselves.

  Where a character cannot be printed its number is.
  """
  screen.hush()
  for stream in (sys.stdout, sys.stderr):
    if hasattr(stream, "reconfigure"):
      stream.reconfigure(errors="backslashreplace")
  return screen.make_console()


def path_of(text: str) -> pathlib.Path:
  """The path that a flag names, where ~ is a home folder, if it is known."""
  return pathlib.Path(os.path.expanduser(text))


def only_flags(argv: list[str]) -> None:
  """Raises ValueError if a word is left that is no flag."""
  if argv[1:]:
    raise ValueError(f"flags only, found {' '.join(argv[1:])!r}")


def tell_report(console: Console, page: pathlib.Path) -> None:
  """The last line of a command: where its report is."""
  console.print(f"report: {page.resolve()}", soft_wrap=True, markup=False)
