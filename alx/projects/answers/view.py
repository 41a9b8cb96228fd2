"""A case in the reader's own viewer, on a copy, with the time it took."""

import pathlib
import shlex
import subprocess
import time
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.projects.cases.targets import empty_label
from alx.projects.rounds import folder as round_folder
from alx.projects.store.project import Project
from alx.projects.store.state import Task
from alx.runs.disk.store import write_bytes

VIEWER = "itksnap -g {image} -s {work} -l {labels}"
_FIELDS = ("image", "work", "labels", "draft")


class Plan(NamedTuple):
  """What is opened."""

  task: Task
  command: tuple[str, ...]
  work: pathlib.Path  # the copy that is edited
  out: pathlib.Path  # where the answer goes
  before: bytes


def plan(
  project: Project, uid: str, reader: str = "", viewer: str = ""
) -> Plan:
  """The command for a case, and a copy of its draft to edit.

  Args:
    project: with the case in a round.
    uid: of the case.
    reader: who reads; "": the one who was asked.
    viewer: command with {image}, {work} and {labels}; "": ITK-SNAP.

  Raises:
    DataError: a case that was not asked, or another command.
  """
  tasks = [t for t in project.state.tasks() if uid in (t.uid, t.name)]
  tasks = [t for t in tasks if reader in ("", t.reader)]
  if not tasks:
    who = f" of {reader}" if reader else ""
    raise bad_input(uid, f"a case that was asked{who}", "none")
  if not project.segments:
    raise bad_input(uid, "a segmentation", "classes: open sheet.html instead")
  task = tasks[-1]
  place = round_folder.path_of(project, task.round)
  uid, case = task.name, project.state.cases[task.uid]
  suffix = round_folder.suffix_of(case)
  out = place / "out" / task.reader / f"{uid}{suffix}"
  work = project.folder / "work" / task.reader / f"{uid}{suffix}"
  before = _first(project, task, out)
  write_bytes(work, before)
  image = round_folder.image_name(project, task.uid, name=uid)
  names = {
    "image": place / "imagesTr" / image,
    "labels": place / "labels" / "itksnap.txt",
    "work": work,
    "draft": place / "drafts" / f"{uid}{suffix}",
  }
  return Plan(task, _command(viewer or VIEWER, names), work, out, before)


def _command(viewer, names):
  if "{work}" not in viewer:
    raise bad_input("--viewer", f"a command with {{work}}, as {VIEWER}", viewer)
  try:
    words = shlex.split(viewer)
    return tuple(word.format(**names) for word in words)
  except (ValueError, KeyError, IndexError) as error:
    wanted = f"a command with {', '.join(_FIELDS)} in braces"
    raise bad_input("--viewer", wanted, viewer) from error


def _first(project, task, out):
  """What the reader goes on with: his answer, the draft, or nothing."""
  if out.is_file() and not out.is_symlink():
    return out.read_bytes()
  if task.shown:
    return project.get(task.draft.sha256)
  return empty_label(project.state.cases[task.uid])


class Viewed(NamedTuple):
  """What came of it."""

  seconds: float
  saved: pathlib.Path | None  # the answer; None: nothing was changed


def view(made: Plan) -> Viewed:
  """Starts the viewer and waits for its end; a changed copy is the answer.

  Raises:
    DataError: no such program, or one that fails.
  """
  start = time.monotonic()
  try:
    code = subprocess.run(made.command, check=False).returncode
  except OSError as error:
    wanted = "a program that can be started (--viewer names another)"
    raise bad_input(made.command[0], wanted, error.strerror) from error
  seconds = time.monotonic() - start
  if code:
    raise bad_input(made.command[0], "a viewer that ends well", f"code {code}")
  content = made.work.read_bytes() if made.work.is_file() else made.before
  if content == made.before:
    return Viewed(seconds, None)
  write_bytes(made.out, content)
  return Viewed(seconds, made.out)


def note(project: Project, made: Plan, seen: Viewed) -> None:
  """The time goes into the log."""
  about = {
    **{"case": made.task.uid, "reader": made.task.reader},
    **{"round": made.task.round, "seconds": round(seen.seconds, 3)},
    "changed": seen.saved is not None,
  }
  project.add(("opened", about))
