"""What several readers say together, and what they say of the work."""

import numpy as np

from alx.projects.cases.targets import grid_of, label_of
from alx.projects.people import survey, usability
from alx.projects.people.agreement import (
  class_rows,
  fleiss_kappa,
  map_rows,
  summary_rows,
)
from alx.projects.people.desk import ANSWERS, counts_of
from alx.projects.people.share import referred, replies_of, seniors_of
from alx.projects.store.project import Project
from alx.projects.store.questions import newest_answers, statuses
from alx.projects.store.state import CONFLICT
from alx.projects.work.settings import GIVEN
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import counted, number

_AGAIN = " again"  # of the reader of a hidden repeat
_WAYS = {
  "majority": "majority vote",
  "dawid_skene": "Dawid and Skene's estimate",
  "senior": "the senior's label",
}


def agreement(project: Project) -> Section:
  """How far readers agree where two or more have answered a case."""
  title = "How far readers agree"
  given = _several(project)
  if not given:
    return Section(
      title,
      (
        "Not known: no case was answered twice. `alx project init "
        "--readers_per_case=2` has each case read by two, --repeats=0.1 gives "
        "a tenth to the same reader again.",
      ),
    )
  by_reader = {}
  for uid, answers in given.items():
    for answer in answers:
      by_reader.setdefault(answer.reader, {})[uid] = answer.label
  lines = _lines(project, given)
  if project.segments:
    maps = {
      reader: {u: label_of(project, u, sha) for u, sha in of.items()}
      for reader, of in by_reader.items()
    }
    return Section(title, tuple(lines), (), _maps(project, maps))
  lines += _fleiss(project, given)
  return Section(title, tuple(lines), (), _classes(project, by_reader))


def _several(project):
  """{uid: the last answer of each reader}, of those with two or more.

  The answer to a hidden repeat is that of a reader of its own, "anna again".
  """
  found, again = {}, _again(project.state)
  newest = newest_answers(project.state)
  for uid in sorted({*newest, *again}):
    answers = [s for s in newest.get(uid, ()) if s.reader != GIVEN]
    answers = [s for s in answers if not s.of_units]
    answers += again.get(uid, ())
    if len(answers) > 1:
      found[uid] = answers
  return found


def _again(state):
  """{uid: the last answer of each reader to a hidden repeat, by reader}."""
  found = {}
  for (uid, reader), revisions in sorted(state.submissions.items()):
    if repeats := [s for s in revisions if s.repeat]:
      last = repeats[-1]._replace(reader=f"{reader}{_AGAIN}")
      found.setdefault(uid, []).append(last)
  return found


def _lines(project, given):
  """How many cases were read twice, and what became of where they differ."""
  repeats = sum(task.repeat for task in project.state.tasks())
  again = f", {counted(repeats, 'hidden repeat')} asked for" if repeats else ""
  lines = [f"{counted(len(given), 'case')} answered twice or more{again}."]
  settled = [d for d in project.state.decided.values() if "way" in d]
  if settled:
    open_ = sum(d["open"] for d in settled)
    what = f", {counted(open_, 'voxel')} left undecided, which no fit reads"
    ways = ", ".join(sorted({_WAYS[d["way"]] for d in settled}))
    lines.append(
      f"One label was made of several for {counted(len(settled), 'case')}, by "
      f"{ways}{what if project.segments else ''}."
    )
  status = statuses(project.state)
  open_ = [uid for uid in given if status[uid] == CONFLICT]
  if open_:
    lines.append(
      f"In conflict (`alx project settle` or review): {', '.join(open_)}."
    )
  waiting = referred(project) if seniors_of(project.state) else {}
  if waiting:
    lines.append(f"Waiting for a senior: {', '.join(waiting)}.")
  return lines


def _maps(project, maps):
  cases = project.state.cases
  uids = {u for of in maps.values() for u in of}
  spacing = {uid: grid_of(cases[uid]).spacing_mm for uid in uids}
  rows = map_rows(maps, project.class_names, spacing)
  patients = {uid: case.group for uid, case in cases.items()}
  found = [
    [
      f"{row['first']}, {row['second']}: {row['class']}",
      f"{row['cases']}",
      _cell(row, "dice"),
      _cell(row, "surface_dice"),
      number(_kappa(rows, row)),
    ]
    for row in summary_rows(rows, patients)
    if _is_told(row)
  ]
  head = ["readers and class", "cases", "Dice", "surface Dice, a voxel"]
  head.append("Cohen's kappa, all voxels")
  note = "Below each mean its 95% interval over patients, where it is known."
  return ((Table(head, found), note),)


def _is_told(row):
  """Of a repeat the pair with the same reader alone."""
  first, second = row["first"], row["second"]
  repeats = [name for name in (first, second) if name.endswith(_AGAIN)]
  return not repeats or f"{first}{_AGAIN}" == second


def _kappa(rows, pair):
  """The mean over the cases of a pair of readers; NaN: not known."""
  names = ("first", "second", "class")
  own = [r["kappa"] for r in rows if all(r[n] == pair[n] for n in names)]
  return np.mean([k for k in own if not np.isnan(k)] or [np.nan])


def _cell(row, name):
  low, high = row[f"{name}_low"], row[f"{name}_high"]
  if np.isnan(low):
    return number(row[name])
  return f"{number(row[name])}\n{number(low)} to {number(high)}"


def _classes(project, by_reader):
  rows = [
    [
      f"{row['first']}, {row['second']}",
      f"{row['cases']}",
      number(row["agreed"]),
      number(row["kappa"]),
    ]
    for row in class_rows(by_reader, project.class_names)
    if _is_told(row)
  ]
  head = ["readers", "cases", "share agreed", "Cohen's kappa"]
  return ((Table(head, rows), ""),)


def _fleiss(project, given):
  count = len(project.class_names)
  table = [
    np.bincount([s.label for s in answers if not s.repeat], minlength=count)
    for answers in given.values()
  ]
  return [
    f"Fleiss' kappa of all readers: {number(fleiss_kappa(np.array(table)))}."
  ]


def replies(project: Project) -> Section:
  """Who was asked, and how often each reader gave which reply."""
  counts = counts_of(replies_of(project))
  title = "What readers replied"
  if not counts:
    return Section(title, ("Nobody has replied yet.",))
  seniors = seniors_of(project.state)
  rows = [
    [f"{reader}, senior" if reader in seniors else reader]
    + [f"{own[kind]}" for kind in ANSWERS]
    for reader, own in sorted(counts.items())
  ]
  over = len(project.state.expired)
  lines = [f"{counted(over, 'case')} not answered in time."] if over else []
  note = "Declined: for others. Deferred: asked again in a later round."
  table = Table(["reader", *ANSWERS], rows), note
  return Section(title, tuple(lines), (), (table,))


def opinions(project: Project) -> Section:
  """Likert scales and the system usability scale, as readers answered."""
  title = "What readers say of the work"
  answers = survey.of_state(project.state)
  if not answers:
    return Section(
      title,
      (
        "Not asked. `alx project import DIR --survey=FILE.csv` takes the "
        "columns reader, group, question, answer (1 to 5; sus1 to sus10 are "
        "scored as the system usability scale).",
      ),
    )
  rows = [
    [
      row["question"],
      row["group"],
      f"{row['readers']}",
      f"{row['median']:g}",
      _cell(row, "mean"),
    ]
    for row in usability.summary_rows(answers)
  ]
  head = ["question", "group", "readers", "median", "mean"]
  note = (
    "Answers 1 to 5; SUS 0 to 100. Below each mean its 95% interval over "
    "readers, where it is known."
  )
  return Section(title, (), (), ((Table(head, rows), note),))
