"""Labelling with people, by files: a project is a folder, a round is a folder.

  alx project init DIR --data=FOLDER --classes=background,anterior,posterior
  alx project next DIR        asks: fits if there are labels, writes a round
    ... the reader works in DIR/rounds/round_001 as its README.txt tells ...
  alx project import DIR      takes what readers wrote, tells of every file
  alx project status DIR      where it stands, and what to do next
    ... and again next, import, until it is enough ...
  alx project export DIR --out=FOLDER     final labels (nnU-Net, MSD, classes)

  alx project open DIR CASE   a case in a viewer (ITK-SNAP), with the time
  alx project fit DIR         a version of the model; the one that serves stays
  alx project promote DIR     judges the newest version; rollback DIR goes back
  alx project review DIR CASE --reader=NAME   whose label counts in a conflict
  alx project reopen DIR CASE   asks again for a case that was skipped
  alx project report DIR      two pages, for you and for an audit
  alx project verify DIR      is the log as it was written?

--data is NIfTI volumes, pictures, or an .npz, with labels or without. Volumes,
or classes that begin with background, are label maps; other classes are of
whole pictures, and are written into a table. The first round needs no label.
Images are copied into the project without what may name a patient. Nothing a
reader writes is ever edited, moved or deleted.
"""

import contextlib
import pathlib
from collections.abc import Callable
from typing import NamedTuple

from absl import flags
from rich.console import Console

from alx import projects
from alx.commands import command
from alx.projects import report as reports
from alx.projects.answers import view
from alx.projects.models.gate import Approver
from alx.projects.work import decide, settings
from alx.projects.work import status as statuses
from alx.projects.work.export import FORMATS
from alx.runs import compare

_DATA = flags.DEFINE_string("data", None, "init: images, a folder or a file.")
_CLASSES = flags.DEFINE_string(
  "classes", None, "init: names in order, background first for label maps."
)
_TASK = flags.DEFINE_enum(
  "task", None, ["segmentation", "classification"], "init: by --classes."
)
_LABELS = flags.DEFINE_string(
  "labels",
  None,
  "init: labels that are there: auto, none, a folder or a CSV; default auto.",
)
_READERS = flags.DEFINE_string(
  "readers", None, "init: names of the readers; default reader1."
)
_PATTERN = flags.DEFINE_string(
  "group_pattern", None, r"init: the patient in a name, (patient\d+)_.*"
)
_STRATUM = flags.DEFINE_string(
  "stratum_pattern", None, r"init: the group in a name, (site[AB])_.*; shown."
)
_KEEP = flags.DEFINE_bool(
  "keep_names", False, "init: cases keep the names of their files."
)
_VALIDATION = flags.DEFINE_float(
  "validation", None, "init: share of patients frozen to judge models; 0.2.", 0
)
_TEST = flags.DEFINE_string(
  "test", None, "init: share frozen for the end; next: ask for those."
)
_BLIND = flags.DEFINE_float(
  "blind", None, "init: share of cases without their draft; 0.", 0, 1
)
_WHERE = flags.DEFINE_string("where", None, "init: of an .npz, frame=1.")
_SET = flags.DEFINE_multi_string(
  "set", [], "init: field=value of the settings of a run, such as steps=300."
)
_GATE = flags.DEFINE_multi_string(
  "gate",
  [],
  "init: what a version has to show to serve, margin=0.03, floor:CLASS=0.7, "
  "approval=human.",
)
_WEIGHTS = flags.DEFINE_multi_string(
  "weights", [], "init: of labels by source in a fit, such as accepted=0.5."
)
_UPDATE = flags.DEFINE_string(
  "update",
  None,
  "init: a version is fitted from scratch, warm, finetune_new or "
  "finetune_replay:1.",
)
_APPROVER = flags.DEFINE_string(
  "approver", None, "promote: who says yes, NAME or NAME,ROLE (reviewer)."
)
_SEED = flags.DEFINE_integer("seed", None, "init: of every draw; 0.", 0)
_QUERY = flags.DEFINE_integer(
  "query", None, "init, next: cases a round asks for; 5.", 1
)
_ACQUISITION = flags.DEFINE_string(
  "acquisition", None, "init, next: the method that asks; by rule."
)
_MORE = flags.DEFINE_bool("more", False, "next: though answers are missing.")
_SCRATCH = flags.DEFINE_bool("scratch", False, "next: without drafts.")
_ROUND = flags.DEFINE_string(
  "round", None, "import: a round folder that came back from elsewhere."
)
_OUT = flags.DEFINE_string("out", None, "export: a new folder.")
_FORMAT = flags.DEFINE_enum(
  "format", None, list(FORMATS), "export: nnunet, or classes of pictures."
)
_READER = flags.DEFINE_string(
  "reader", None, "open, review: who reads, whose answer counts."
)
_VIEWER = flags.DEFINE_string(
  "viewer", None, f"open: a command; {view.VIEWER!r}."
)
_HEAD = flags.DEFINE_string("head", None, "verify: that a report has printed.")
_TO = flags.DEFINE_integer("to", None, "rollback: a version; the one before.")
_REASON = flags.DEFINE_string("reason", None, "rollback, review, reopen: why.")
_VERSION = flags.DEFINE_integer("version", None, "promote: the newest.", 1)


class _Verb(NamedTuple):
  run: Callable
  flags: tuple[str, ...] = ()
  words: int = 1


def main(argv: list[str]) -> None:
  """Does what the first word says; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      verb, words = _verb_of(argv)
    verb.run(console, *words)


def _verb_of(argv):
  names = ", ".join(_VERBS)
  if len(argv) < 2 or argv[1] not in _VERBS:
    found = repr(argv[1]) if len(argv) > 1 else "none"
    raise ValueError(f"wanted a word of {names}; found {found} (--help)")
  name, verb = argv[1], _VERBS[argv[1]]
  own = [v for v in globals().values() if isinstance(v, flags.FlagHolder)]
  for flag in own:
    if flags.FLAGS[flag.name].present and flag.name not in verb.flags:
      known = ", ".join(f"--{f}" for f in verb.flags) or "none"
      raise ValueError(f"{name} has no --{flag.name}; it has {known}")
  words = argv[2:]
  if len(words) != verb.words:
    wanted = "DIR CASE" if verb.words == 2 else "DIR"
    raise ValueError(
      f"wanted alx project {name} {wanted}, found {len(words)} words"
    )
  return verb, words


def _init(console, folder):
  with command.wrong_input():
    for flag in (_DATA, _CLASSES):
      if not flag.value:
        raise ValueError(f"wanted --{flag.name}, see alx project --help")
    begun = _settings()
  with command.wrong_input(ValueError):
    made = projects.begin(folder, begun, compare.loading(console))
  project = made.project
  compare.tell("note", made.notes, console)
  compare.tell("left out", made.left_out, console)
  parts = statuses.status(project).counts
  _say(
    console,
    f"{len(project.state.cases)} images copied, {made.labelled} with a label: "
    f"{project.folder}",
  )
  frozen = {p: sum(c.values()) for p, c in parts.items() if p != "train"}
  if frozen:
    told = ", ".join(f"{n} for {p}" for p, n in sorted(frozen.items()))
    _say(console, f"frozen, never trained on: {told}")
  else:
    _say(console, "too few patients to freeze any: every model will serve")
  _say(console, f"who is who: {made.key} (keep it apart from the project)")
  _say(console, f"next: alx project next {folder}")


def _settings():
  given = {
    "labels": _LABELS.value,
    "query": _QUERY.value,
    "acquisition": _ACQUISITION.value,
    "validation": _VALIDATION.value,
    "test": _share(_TEST.value),
    "blind": _BLIND.value,
    "group_pattern": _PATTERN.value,
    "stratum_pattern": _STRATUM.value,
    "where": _WHERE.value,
    "seed": _SEED.value,
    "update": _UPDATE.value,
    "task": _TASK.value,
    "readers": _READERS.value and settings.split_names(_READERS.value),
  }
  given = {name: value for name, value in given.items() if value is not None}
  return settings.Settings(
    _DATA.value,
    settings.split_names(_CLASSES.value),
    keep_names=_KEEP.value,
    set=tuple(_SET.value),
    gate=tuple(_GATE.value),
    weights=tuple(_WEIGHTS.value),
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


def _next(console, folder):
  with command.wrong_input():
    test = _asks_for_test()
  with _working(folder, console, "asking") as project:
    asked = projects.next_round(
      project,
      _QUERY.value or 0,
      _ACQUISITION.value or "",
      more=_MORE.value,
      test=test,
      scratch=_SCRATCH.value,
    )
  for line in asked.lines:
    _say(console, line)
  frozen = sum(project.state.cases[t.uid].part != "train" for t in asked.tasks)
  told = f", {frozen} of them frozen cases" if frozen else ""
  model = f"drafts by v{asked.model:03d}" if asked.model else "no drafts yet"
  _say(
    console,
    f"round {asked.number}: {len(asked.tasks)} cases{told}, asked by "
    f"{asked.method}, {model}",
  )
  _say(console, f"next: work as {asked.folder / 'README.txt'} tells, then")
  _say(console, f"      alx project import {folder}")


def _asks_for_test():
  if _TEST.value is None:
    return False
  if _TEST.value.casefold() not in ("", "1", "true", "yes"):
    raise ValueError(f"next: wanted --test=true, found {_TEST.value!r}")
  return True


def _import(console, folder):
  with _working(folder, console) as project:
    lines = projects.import_rounds(project, _ROUND.value)
  counts = {}
  for line in lines:
    counts[line.status] = counts.get(line.status, 0) + 1
    where = f"round {line.round} {line.reader}".strip()
    _say(console, f"{where}: {line.what}: {line.line}")
  told = ", ".join(f"{n} {s}" for s, n in sorted(counts.items()))
  _say(console, f"{len(lines)} answers: {told or 'nothing was asked yet'}")
  _say(console, f"next: {statuses.status(project).next}")


def _status(console, folder):
  with command.wrong_input():
    project = projects.open_project(folder)
    found = projects.status(project)
  for line in statuses.lines_of(project, found):
    _say(console, line)
  _say(console, f"next: {found.next}")


def _fit(console, folder):
  with _working(folder, console, "training") as project:
    found = projects.fit(project)
  word = "fitted to" if found.is_new else "is there already, of"
  _say(console, f"v{found.version:03d} {word} {found.labels} labels")
  _say(
    console, f"next: alx project promote {folder} (or next, which judges it)"
  )


def _promote(console, folder):
  with _working(folder, console, "judging") as project:
    newest = max(project.state.models, default=0)
    version = _VERSION.value or newest
    found = projects.promote(project, version, approver=_approver())
  for line in found.lines:
    _say(console, line)


def _approver():
  if _APPROVER.value is None:
    return None
  name, comma, role = (x.strip() for x in _APPROVER.value.partition(","))
  return Approver(name, role) if comma else Approver(name)


def _rollback(console, folder):
  with _working(folder, console) as project:
    to = projects.roll_back(project, _TO.value, _REASON.value or "")
  _say(console, f"v{to:03d} serves again")


def _review(console, folder, uid):
  with _working(folder, console) as project:
    decide.review(project, uid, _READER.value or "", _REASON.value or "")
  _say(console, f"{uid}: the label of {_READER.value} counts")


def _reopen(console, folder, uid):
  with _working(folder, console) as project:
    found = decide.reopen(project, uid, _REASON.value or "")
  _say(console, f"{uid}: {found}")


def _verify(console, folder):
  with command.wrong_input():
    project_folder = pathlib.Path(folder).expanduser().absolute()
    lines = projects.verify(project_folder, _HEAD.value or "")
  for line in lines:
    _say(console, line)
  if lines:
    raise SystemExit(1)
  state = projects.open_project(folder).state
  _say(
    console,
    f"as it was written: {state.last.number} events, head {state.last.sha256}",
  )


def _report(console, folder):
  with command.wrong_input():
    project = projects.open_project(folder)
  pages = reports.write_report(project)
  _say(console, f"for an audit: {pages.audit}")
  command.tell_report(console, pages.report)


def _export(console, folder):
  with command.wrong_input():
    if not _OUT.value:
      raise ValueError("wanted --out=FOLDER")
    project = projects.open_project(folder)
  with command.wrong_input(ValueError):
    found = projects.export(project, _OUT.value, _FORMAT.value or "")
  told = f", {found.unlabelled} without a label are not in it"
  _say(
    console,
    f"{found.train} labels to train on, {found.test} to test on"
    f"{told if found.unlabelled else ''}: {found.out}",
  )


def _open(console, folder, uid):
  with command.wrong_input():
    project = projects.open_project(folder)
    made = view.plan(project, uid, _READER.value or "", _VIEWER.value or "")
    seen = view.view(made)
  with projects.working(folder) as project:
    view.note(project, made, seen)
  _say(console, f"{seen.seconds:.0f} s in the viewer")
  if seen.saved:
    _say(console, f"saved: {seen.saved}")
    _say(console, f"next: alx project import {folder}")
  else:
    _say(
      console,
      "nothing was changed, so nothing was saved: write accept beside it in "
      f"{made.out.parent / 'worklist.csv'} if the draft is right",
    )


@contextlib.contextmanager
def _working(folder, console, does="looking"):
  """The project as this process's own; what is wrong with it is exit code 2."""
  with (
    command.wrong_input(ValueError),
    projects.working(folder) as project,
    console.status(does),
  ):
    yield project


def _say(console: Console, text: str) -> None:
  console.print(text, soft_wrap=True, markup=False, highlight=False)


_VERBS = {
  "init": _Verb(
    _init,
    (
      *("data", "classes", "task", "labels", "readers", "group_pattern"),
      *("keep_names", "validation", "test", "blind", "where", "set", "seed"),
      *("stratum_pattern", "query", "acquisition", "gate", "weights", "update"),
    ),
  ),
  "next": _Verb(_next, ("query", "acquisition", "more", "test", "scratch")),
  "import": _Verb(_import, ("round",)),
  "status": _Verb(_status),
  "fit": _Verb(_fit),
  "promote": _Verb(_promote, ("version", "approver")),
  "rollback": _Verb(_rollback, ("to", "reason")),
  "review": _Verb(_review, ("reader", "reason"), 2),
  "reopen": _Verb(_reopen, ("reason",), 2),
  "report": _Verb(_report),
  "verify": _Verb(_verify, ("head",)),
  "export": _Verb(_export, ("out", "format")),
  "open": _Verb(_open, ("reader", "viewer"), 2),
}


if __name__ == "__main__":
  command.start(main)
