"""The words of `alx project` that go round: ask, label, take."""

from absl import flags
from rich.console import Console

from alx import projects
from alx.commands import command
from alx.commands.projects.session import say, working
from alx.data.dataset import bad_input
from alx.projects.answers import view as views
from alx.projects.people import settling
from alx.projects.people import survey as surveys
from alx.projects.work import decide
from alx.projects.work import status as statuses

FLAGS = flags.FLAGS


def ask(console: Console, folder: str) -> None:
  """Writes the next round."""
  with command.wrong_input():
    test = _asks_for_test()
  with working(folder, console, "asking", fits=True) as project:
    asked = projects.next_round(
      project,
      FLAGS.query or 0,
      FLAGS.acquisition or "",
      more=FLAGS.more,
      test=test,
      scratch=FLAGS.scratch,
    )
  for line in asked.lines:
    say(console, line)
  cases = {task.uid for task in asked.tasks}
  frozen = sum(project.state.cases[uid].part != "train" for uid in cases)
  told = f", {frozen} of them frozen cases" if frozen else ""
  if len(asked.tasks) > len(cases):
    readers = {task.reader for task in asked.tasks}
    told += f", {len(asked.tasks)} readings by {len(readers)} readers"
  model = f"drafts by v{asked.model:03d}" if asked.model else "no drafts yet"
  say(
    console,
    f"round {asked.number}: {len(cases)} cases{told}, asked by "
    f"{asked.method}, {model}",
  )
  say(console, f"next: work as {asked.folder / 'README.txt'} tells, then")
  say(console, f"      alx project import {folder}")


def _asks_for_test():
  if FLAGS.test is None:
    return False
  if FLAGS.test.casefold() not in ("", "1", "true", "yes"):
    raise ValueError(f"next: wanted --test=true, found {FLAGS.test!r}")
  return True


def take(console: Console, folder: str) -> None:
  """Takes what readers wrote."""
  with working(folder, console) as project:
    project.dicom_key = _dicom_key(project)
    if FLAGS.survey:
      say(console, surveys.take(project, FLAGS.survey))
    lines = projects.import_rounds(project, FLAGS.round)
    settled = settling.settle(project)
  counts = {}
  for line in lines:
    counts[line.status] = counts.get(line.status, 0) + 1
    where = f"round {line.round} {line.reader}".strip()
    say(console, f"{where}: {line.what}: {line.line}")
  told = ", ".join(f"{n} {s}" for s, n in sorted(counts.items()))
  say(console, f"{len(lines)} answers: {told or 'nothing was asked yet'}")
  for line in settled:
    say(console, line)
  say(console, f"next: {statuses.status(project).next}")


def _dicom_key(project):
  """The file that --dicom_key names; None: beside the project."""
  if not FLAGS.dicom_key:
    return None
  path = command.path_of(FLAGS.dicom_key).absolute()
  if not path.is_file():
    raise bad_input("--dicom_key", "the file that init wrote", path)
  if not any(case.about.get("dicom") for case in project.state.cases.values()):
    raise bad_input("--dicom_key", "a project of DICOM series", "another kind")
  return path


def status(console: Console, folder: str) -> None:
  """Where the project stands."""
  with command.wrong_input():
    project = projects.open_project(folder)
    found = projects.status(project)
  for line in statuses.lines_of(project, found):
    say(console, line)
  say(console, f"next: {found.next}")


def view(console: Console, folder: str, uid: str) -> None:
  """A case in a viewer, with the time."""
  with command.wrong_input():
    project = projects.open_project(folder)
    made = views.plan(project, uid, FLAGS.reader or "", FLAGS.viewer or "")
    seen = views.view(made)
  with projects.working(folder) as project:
    views.note(project, made, seen)
  say(console, f"{seen.seconds:.0f} s in the viewer")
  if seen.saved:
    say(console, f"saved: {seen.saved}")
    say(console, f"next: alx project import {folder}")
  else:
    say(
      console,
      "nothing was changed, so nothing was saved: write accept beside it in "
      f"{made.out.parent / 'worklist.csv'} if the draft is right",
    )


def export(console: Console, folder: str) -> None:
  """The final labels in a new folder."""
  with command.wrong_input():
    if not FLAGS.out:
      raise ValueError("wanted --out=FOLDER")
    project = projects.open_project(folder)
    project.dicom_key = _dicom_key(project)
    if FLAGS.dicom_key and not FLAGS.source:
      raise ValueError("wanted --source=FOLDER to use --dicom_key on")
  with command.wrong_input(ValueError):
    form, source = FLAGS.format or "", FLAGS.source or ""
    found = projects.export(project, FLAGS.out, form, source)
  told = f", {found.unlabelled} without a label are not in it"
  say(
    console,
    f"{found.train} labels to train on, {found.test} to test on"
    f"{told if found.unlabelled else ''}: {found.out}",
  )


def review(console: Console, folder: str, uid: str) -> None:
  """Whose label counts."""
  with working(folder, console) as project:
    decide.review(project, uid, FLAGS.reader or "", FLAGS.reason or "")
  say(console, f"{uid}: the label of {FLAGS.reader} counts")


def settle(console: Console, folder: str) -> None:
  """One label of several answers."""
  with working(folder, console, "settling") as project:
    lines = settling.settle(project, FLAGS.way or "", unplanned=True)
  for line in lines or ["nothing to settle: no case whose readers differ"]:
    say(console, line)
  say(console, f"next: {statuses.status(project).next}")


def reopen(console: Console, folder: str, uid: str) -> None:
  """Asks again for a case that was skipped."""
  with working(folder, console) as project:
    found = decide.reopen(project, uid, FLAGS.reason or "")
  say(console, f"{uid}: {found}")
