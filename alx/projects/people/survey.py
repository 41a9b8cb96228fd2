"""Answers about the work, Likert scales and the SUS, into the log."""

import os
import pathlib

from alx.data.dataset import bad_input
from alx.projects.exchange.params import ID
from alx.projects.people.usability import Answer, read_answers
from alx.projects.store.project import Project
from alx.report.words import counted


def take(project: Project, path: str | os.PathLike) -> str:
  """Takes the answers of a CSV; those of the last file count. A line.

  Args:
    project: that this process writes to.
    path: of `read_answers`.

  Raises:
    DataError: another file, or a reader's name that is no pseudonym.
  """
  path = pathlib.Path(path).expanduser().absolute()
  answers = read_answers(path)
  for answer in answers:
    if not ID.fullmatch(answer.reader):
      wanted = "readers of letters, digits, . _ -"
      raise bad_input(path, wanted, repr(answer.reader[:20]))
  rows = [answer._asdict() for answer in answers]
  told = f"survey: {counted(len(rows), 'answer')}"
  if list(project.state.survey) == rows:
    return f"{told}, unchanged"
  project.add(("surveyed", {"answers": rows}))
  return told


def of_state(state) -> list[Answer]:
  """The answers that count."""
  return [Answer(**row) for row in state.survey]
