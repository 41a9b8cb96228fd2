"""What the words of `alx project` have in common."""

import contextlib
from collections.abc import Iterator

from rich.console import Console

from alx import projects
from alx.commands import command
from alx.projects.store.project import fitting


@contextlib.contextmanager
def working(
  folder: str, console: Console, does: str = "looking", fits: bool = False
) -> Iterator[projects.Project]:
  """The project as this process's own; what is wrong with it is exit code 2.

  Args:
    folder: of the project.
    console: that tells what is done.
    does: in a word.
    fits: it makes versions or rounds: not while a server does.
  """
  with (
    command.wrong_input(ValueError),
    projects.working(folder) as project,
    fitting(folder) if fits else contextlib.nullcontext(),
    console.status(does),
  ):
    yield project


def say(console: Console, text: str) -> None:
  """A line, as it is."""
  console.print(text, soft_wrap=True, markup=False, highlight=False)
