"""The words of `alx project` about versions and the log."""

from absl import flags
from rich.console import Console

from alx import projects
from alx.commands import command
from alx.commands.projects.session import say, working
from alx.effort import Rates
from alx.projects import report as reports
from alx.projects.models.gate import Approver

FLAGS = flags.FLAGS
PRICES = (
  *("reader_hour", "currency", "year", "compute_hour", "storage_gb_month"),
)


def fit(console: Console, folder: str) -> None:
  """A version of the model; the one that serves stays."""
  with working(folder, console, "training", fits=True) as project:
    found = projects.fit(project)
  word = "fitted to" if found.is_new else "is there already, of"
  say(console, f"v{found.version:03d} {word} {found.labels} labels")
  say(console, f"next: alx project promote {folder} (or next, which judges it)")


def promote(console: Console, folder: str) -> None:
  """Judges a version."""
  with working(folder, console, "judging", fits=True) as project:
    newest = max(project.state.models, default=0)
    version = FLAGS.version or newest
    found = projects.promote(project, version, approver=_approver())
  for line in found.lines:
    say(console, line)


def _approver():
  if FLAGS.approver is None:
    return None
  name, comma, role = (x.strip() for x in FLAGS.approver.partition(","))
  return Approver(name, role) if comma else Approver(name)


def roll_back(console: Console, folder: str) -> None:
  """An earlier version serves again."""
  with working(folder, console) as project:
    to = projects.roll_back(project, FLAGS.to, FLAGS.reason or "")
  say(console, f"v{to:03d} serves again")


def _rates():
  """What an hour costs; None: nobody has said."""
  given = {name: FLAGS[name].value for name in PRICES}
  given = {name: value for name, value in given.items() if value is not None}
  if not given:
    return None
  missing = [f"--{n}" for n in PRICES[:3] if n not in given]
  if missing:
    raise ValueError(
      f"wanted {', '.join(missing)} too: money is of a currency and a year"
    )
  return Rates(**given)


def report(console: Console, folder: str) -> None:
  """Writes the two pages."""
  with command.wrong_input(ValueError):
    rates = _rates()
    project = projects.open_project(folder)
  pages = reports.write_report(project, rates)
  say(console, f"for an audit: {pages.audit}")
  command.tell_report(console, pages.report)


def verify(console: Console, folder: str) -> None:
  """Whether the log is as it was written."""
  with command.wrong_input():
    project_folder = command.path_of(folder).absolute()
    lines = projects.verify(project_folder, FLAGS.head or "")
  for line in lines:
    say(console, line)
  if lines:
    raise SystemExit(1)
  state = projects.open_project(folder).state
  say(
    console,
    f"as it was written: {state.last.number} events, head {state.last.sha256}",
  )
