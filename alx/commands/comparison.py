"""A comparison of acquisitions, from settings to the page."""

import pathlib
from collections.abc import Callable
from types import ModuleType

from alx.commands import command
from alx.runs import compare
from alx.runs.disk import places
from alx.runs.settings import idle
from alx.runs.settings.config import Config, parts_of


def run(
  argv: list[str],
  read: Callable[[], Config],
  workdir: str | None,
  baselines: bool,
  rounds: ModuleType = compare,
  check: Callable[[Config], None] = idle.check_methods,
) -> None:
  """Runs it; for the exit codes see --help.

  Args:
    argv: what is left of the command line.
    read: () -> settings, from the flags.
    workdir: as given; None: named after the data.
    baselines: add the random arms.
    rounds: `alx.runs.compare`, or what prepares and trains as it does.
    check: raises ValueError for settings that cannot be.
  """
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      config = read()
      check(config)
      place = places.workdir_of(config.data, workdir)
      if config.cache:
        command.check_writable("--cache", pathlib.Path(config.cache))
    parts = parts_of(config, baselines)
    with command.working(place, parts) as is_mine:
      with command.wrong_input():
        ready = rounds.prepare(config, place, console, baselines)
      rounds.train(ready, console, is_mine)
      with command.page_of(place):
        page = compare.finish(ready, console)
    command.tell_report(console, page)
