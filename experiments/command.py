"""What every command does: flags only, and one line for what is wrong."""

import contextlib
import pathlib
import sys
from collections.abc import Callable, Iterator

from absl import app, flags, logging
from rich.console import Console


def start(main: Callable[[list[str]], None]) -> None:
  """Runs `main` as absl does; a wrong flag is one line and exit code 2."""
  app.run(main, flags_parser=parse)


def parse(argv: list[str]) -> list[str]:
  """absl's parser, with one line and exit code 2 for a wrong flag."""
  with ends(2, flags.Error):
    return flags.FLAGS(argv)


@contextlib.contextmanager
def ends(code: int, *kinds: type[Exception]) -> Iterator[None]:
  """An error of these kinds is one line and ends the command with `code`."""
  try:
    yield
  except kinds as error:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(code)


def begin() -> Console:
  """A console, without what jax and orbax tell of themselves."""
  logging.set_verbosity(logging.WARNING)
  return Console()


def only_flags(argv: list[str]) -> None:
  """Raises ValueError if a word is left that is no flag."""
  if argv[1:]:
    raise ValueError(f"flags only, found {' '.join(argv[1:])!r}")


def workdir_of(data: str, given: str | None) -> pathlib.Path:
  """The directory of a run: as given, or runs/NAME-OF-DATA."""
  stem = pathlib.Path(data).resolve().name.split(".")[0]
  return pathlib.Path(given or f"runs/{stem}")


def tell_report(console: Console, page: pathlib.Path) -> None:
  """The last line of a command: where its report is."""
  console.print(f"report: {page.resolve()}", soft_wrap=True, markup=False)
