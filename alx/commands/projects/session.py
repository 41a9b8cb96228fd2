"""What the words of `alx project` have in common."""

import contextlib
from collections.abc import Iterator

from rich.console import Console

from alx import projects
from alx.commands import command


@contextlib.contextmanager
def working(
  folder: str, console: Console, does: str = "looking"
) -> Iterator[projects.Project]:
  """The project as this process's own; what is wrong with it is exit code 2."""
  with (
    command.wrong_input(ValueError),
    projects.working(folder) as project,
    console.status(does),
  ):
    yield project


def say(console: Console, text: str) -> None:
  """A line, as it is."""
  console.print(text, soft_wrap=True, markup=False, highlight=False)
