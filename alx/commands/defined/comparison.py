"""A comparison of acquisitions, from flags to the page."""

from collections.abc import Callable

from absl import flags

from alx.commands import command
from alx.commands.defined import processes
from alx.runs import experiment
from alx.runs.settings import kept
from alx.runs.settings.kept import Kept


def going_on(
  workdir: str | None, is_new: object, *, streamed: bool = False
) -> Kept | None:
  """The run that goes on in the folder; None if there is none.

  Args:
    workdir: as given.
    is_new: whether flags say what another run is, its data or preset.
    streamed: whether it reads items as they are needed.

  Raises:
    DataError: if something else is there, or its settings are damaged.
  """
  if is_new or not workdir:
    return None
  return kept.read(command.path_of(workdir), streamed=streamed)


def baselines(before: Kept | None) -> bool:
  """--baselines, or as before where the flag is not given."""
  flag = flags.FLAGS["baselines"]
  return before.baselines if before and not flag.present else flag.value


def run(argv: list[str], read: Callable[[], Kept], workdir: str | None) -> None:
  """Runs it; for the exit codes see --help.

  Args:
    argv: what is left of the command line.
    read: () -> what is asked for, from the flags.
    workdir: as given; None: named after the data.
  """
  with processes.together(), command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      asked = processes.join(read(), console)
    with processes.patient():
      found = experiment.run(
        asked.config,
        workdir,
        baselines=asked.baselines,
        streamed=asked.streamed,
        console=console,
        beginning=processes.beginning,
      )
    if found:
      command.tell_report(console, found.page)
