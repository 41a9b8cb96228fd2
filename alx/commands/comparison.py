"""A comparison of acquisitions, from flags to the page."""

from collections.abc import Callable

from alx.commands import command
from alx.runs import experiment
from alx.runs.settings.kept import Kept


def run(argv: list[str], read: Callable[[], Kept], workdir: str | None) -> None:
  """Runs it; for the exit codes see --help.

  Args:
    argv: what is left of the command line.
    read: () -> what is asked for, from the flags.
    workdir: as given; None: named after the data.
  """
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      asked = read()
    found = experiment.run(
      asked.config,
      workdir,
      baselines=asked.baselines,
      streamed=asked.streamed,
      console=console,
      beginning=command.wrong_input,
    )
    command.tell_report(console, found.page)
