"""`alx project init`."""

from absl import flags
from rich.console import Console

from alx import projects
from alx.commands import command
from alx.commands.projects.session import say
from alx.projects.work import settings
from alx.projects.work import status as statuses
from alx.runs import compare

FLAGS = flags.FLAGS
_PEOPLE = (
  *("readers_per_case", "repeats", "senior_above", "settle", "lease_days"),
  "unit",
)


def init(console: Console, folder: str) -> None:
  """A project of the images that --data names."""
  with command.wrong_input():
    for name in ("data", "classes"):
      if not FLAGS[name].value:
        raise ValueError(f"wanted --{name}, see alx project --help")
    begun = _settings()
  with command.wrong_input(ValueError):
    made = projects.begin(folder, begun, compare.loading(console))
  project = made.project
  compare.tell("note", made.notes, console)
  compare.tell("left out", made.left_out, console)
  parts = statuses.status(project).counts
  say(
    console,
    f"{len(project.state.cases)} images copied, {made.labelled} with a label: "
    f"{project.folder}",
  )
  frozen = {p: sum(c.values()) for p, c in parts.items() if p != "train"}
  if frozen:
    told = ", ".join(f"{n} for {p}" for p, n in sorted(frozen.items()))
    say(console, f"frozen, never trained on: {told}")
  else:
    say(console, "too few patients to freeze any: every model will serve")
  say(console, f"who is who: {made.key} (keep it apart from the project)")
  if made.dicom_key:
    say(console, f"key of its DICOM UIDs: {made.dicom_key} (keep it apart too)")
  say(console, f"next: alx project next {folder}")


def _settings():
  given = {
    "labels": FLAGS.labels,
    "query": FLAGS.query,
    "acquisition": FLAGS.acquisition,
    "validation": FLAGS.validation,
    "test": _share(FLAGS.test),
    "blind": FLAGS.blind,
    "group_pattern": FLAGS.group_pattern,
    "stratum_pattern": FLAGS.stratum_pattern,
    "where": FLAGS.where,
    "seed": FLAGS.seed,
    "update": FLAGS.update,
    "task": FLAGS.task,
    "dicom_key": FLAGS.dicom_key,
    "retain": FLAGS.retain and settings.split_names(FLAGS.retain),
    "readers": FLAGS.readers and settings.split_names(FLAGS.readers),
    "seniors": FLAGS.seniors and settings.split_names(FLAGS.seniors),
    **{name: FLAGS[name].value for name in _PEOPLE},
  }
  given = {name: value for name, value in given.items() if value is not None}
  return settings.Settings(
    FLAGS.data,
    settings.split_names(FLAGS.classes),
    keep_names=FLAGS.keep_names,
    set=tuple(FLAGS.set),
    gate=tuple(FLAGS.gate),
    weights=tuple(FLAGS.weights),
    **given,
  )


def _share(text):
  if text is None:
    return None
  try:
    share = float(text)
  except ValueError:
    share = -1.0
  if not 0 <= share < 1:
    raise ValueError(f"--test: wanted a share in [0, 1), found {text!r}")
  return share
