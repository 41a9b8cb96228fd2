"""A comparison of acquisitions, from flags to the page."""

from collections.abc import Callable

from alx.commands import command
from alx.runs import experiment
from alx.runs.settings.config import Config


def run(
  argv: list[str],
  read: Callable[[], Config],
  workdir: str | None,
  baselines: bool,
  streamed: bool = False,
) -> None:
  """Runs it; for the exit codes see --help.

  Args:
    argv: what is left of the command line.
    read: () -> settings, from the flags.
    workdir: as given; None: named after the data.
    baselines: add the random arms.
    streamed: the pool stays on disk.
  """
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      config = read()
    found = experiment.run(
      config,
      workdir,
      baselines=baselines,
      streamed=streamed,
      console=console,
      beginning=command.wrong_input,
    )
    command.tell_report(console, found.page)
