"""What readers did with drafts, how far they agree, and whether that drifts."""

from collections import Counter

import numpy as np
import scipy.stats

from alx.projects.cases.targets import grid_of, label_of
from alx.projects.pages.history import Answers
from alx.projects.people.agreement import (
  class_rows,
  fleiss_kappa,
  map_rows,
  summary_rows,
)
from alx.projects.people.settle import settle_classes, settle_map
from alx.projects.store.project import Project
from alx.projects.store.questions import statuses
from alx.projects.store.state import CONFLICT
from alx.projects.work.settings import GIVEN
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import NOTHING, counted, number, p_value

_REPLIES = ("accept", "edit", "reject")


def shares(project: Project, answers: Answers) -> Section:
  """Accept, edit, reject by the version whose draft it was."""
  found = _with_draft(answers)
  rows = []
  for version in sorted({s.about["model"] for s in found}):
    own = Counter(s.decision for s in found if s.about["model"] == version)
    total = sum(own.values())
    cells = [_share(own[name], total) for name in _REPLIES]
    rows.append([f"v{version:03d}", f"{total}", *cells])
  alone = len(answers.all) - len(found)
  skips = len(project.state.skips)
  lines = [
    f"{counted(len(found), 'answer')} to a draft, {alone} without one, "
    f"{counted(skips, 'case')} skipped."
  ]
  head = ["draft of", "answers", "accepted as it was", "edited", "rejected"]
  note = (
    "Rejected: drawn anew instead of the draft. Below each share its 95% "
    "interval (Wilson)."
  )
  tables = ((Table(head, rows), note),) if rows else ()
  return Section("What readers did with drafts", tuple(lines), (), tables)


def _with_draft(answers):
  return [s for s in answers.all if s.about.get("model")]


def _share(count, total):
  """'40%' and the interval of Wilson (1927) below."""
  ends = scipy.stats.binomtest(count, total).proportion_ci(method="wilson")
  low, high = (f"{100 * x:.0f}" for x in (ends.low, ends.high))
  return f"{100 * count / total:.0f}% ({count})\n{low} to {high}%"


def agreement(project: Project) -> Section:
  """How far readers agree where two or more have answered a case."""
  title = "How far readers agree"
  given = _several(project)
  if not given:
    return Section(
      title, ("Not known: no case was answered by two readers or more.",)
    )
  by_reader = {}
  for uid, answers in given.items():
    for answer in answers:
      by_reader.setdefault(answer.reader, {})[uid] = answer.label
  lines = [f"{counted(len(given), 'case')} answered by two readers or more."]
  if project.segments:
    maps = {
      reader: {u: label_of(project, u, sha) for u, sha in of.items()}
      for reader, of in by_reader.items()
    }
    return Section(
      title, (*lines, *_settled(project, maps)), (), _maps(project, maps)
    )
  lines += _fleiss(project, given)
  return Section(title, tuple(lines), (), _classes(project, by_reader))


def _several(project):
  """{uid: the last answer of each reader}, of those with two or more."""
  found = {
    uid: project.state.newest(uid) for uid in sorted(project.state.cases)
  }
  found = {
    uid: [s for s in answers if s.reader != GIVEN]
    for uid, answers in found.items()
  }
  return {uid: answers for uid, answers in found.items() if len(answers) > 1}


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
  ]
  head = ["readers and class", "cases", "Dice", "surface Dice, a voxel"]
  head.append("Cohen's kappa, all voxels")
  note = "Below each mean its 95% interval over patients, where it is known."
  return ((Table(head, found), note),)


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


def _settled(project, maps):
  """What a vote would leave open of the cases in conflict."""
  lines, status = [], statuses(project.state)
  for uid in sorted({u for of in maps.values() for u in of}):
    if status[uid] == CONFLICT:
      own = {reader: of[uid] for reader, of in maps.items() if uid in of}
      found = settle_map(own, len(project.class_names))
      lines.append(
        f"{uid} is in conflict (`alx project review`); {found.line}."
      )
  return lines


def _classes(project, by_reader):
  rows = [
    [
      f"{row['first']}, {row['second']}",
      f"{row['cases']}",
      number(row["agreed"]),
      number(row["kappa"]),
    ]
    for row in class_rows(by_reader, project.class_names)
  ]
  head = ["readers", "cases", "share agreed", "Cohen's kappa"]
  return ((Table(head, rows), ""),)


def _fleiss(project, given):
  count = len(project.class_names)
  table = [
    np.bincount([s.label for s in answers], minlength=count)
    for answers in given.values()
  ]
  lines = [
    f"Fleiss' kappa of all readers: {number(fleiss_kappa(np.array(table)))}."
  ]
  by_reader, status = {}, statuses(project.state)
  for uid, answers in given.items():
    for answer in answers:
      if status[uid] == CONFLICT:
        by_reader.setdefault(answer.reader, {})[uid] = answer.label
  if by_reader:
    for uid, found in settle_classes(by_reader, count).items():
      lines.append(
        f"{uid} is in conflict (`alx project review`); {found.line}."
      )
  return lines


def drift(project: Project, answers: Answers) -> Section:
  """Whether what comes in, or what readers do with it, changes by round."""
  rows = []
  for number_, made in sorted(project.state.rounds.items()):
    own = [s for s in answers.all if s.round == number_]
    rows.append(
      [
        f"{number_}",
        f"v{made.model:03d}" if made.model else "none",
        f"{len(own)}",
        _accepted(own),
        _median(
          [s.about.get("changed_voxels") for s in own if s.about.get("model")]
        ),
        _entropy(made),
        _median([s.about.get("seconds") for s in own]),
      ]
    )
  if not rows:
    return Section("Drift", ("Not known: no round was asked for.",))
  head = ["round", "drafts of", "answers", "drafts accepted"]
  head += ["median voxels changed", "mean entropy of drafts", "median seconds"]
  note = (
    "Rounds are chosen, not drawn by chance: a change may be one of the choice "
    "or of the version, and is a reason to look, not a proof."
  )
  table = Table(head, rows), note
  if not project.segments:  # no voxels to change
    table = (
      table[0]._replace(
        head=[*head[:4], *head[5:]], rows=[[*r[:4], *r[5:]] for r in rows]
      ),
      note,
    )
  return Section("Drift", (_change(answers),), (), (table,))


def _accepted(answers):
  drafts = [s for s in answers if s.about.get("model")]
  if not drafts:
    return NOTHING
  return f"{sum(s.decision == 'accept' for s in drafts)} of {len(drafts)}"


def _median(values):
  known = [v for v in values if v is not None]
  return f"{np.median(known):.0f}" if known else NOTHING


def _entropy(made):
  found = [
    t.draft.summary["entropy_mean"]
    for t in made.tasks
    if t.draft and "entropy_mean" in t.draft.summary
  ]
  return number(np.mean(found), 4) if found else NOTHING


def _change(answers):
  """Fisher's exact test of the last round's acceptance against before."""
  drafts = _with_draft(answers)
  last = max((s.round for s in drafts), default=0)
  split = [[], []]
  for answer in drafts:
    split[answer.round == last].append(answer.decision == "accept")
  if not all(split):
    return (
      "Drift of the acceptance: not known, it takes two rounds with drafts."
    )
  table = [[sum(part), len(part) - sum(part)] for part in split]
  p = scipy.stats.fisher_exact(table).pvalue
  before, now = (f"{sum(part)} of {len(part)}" for part in split)
  return (
    f"Drafts accepted in round {last}: {now}; before: {before} (Fisher's exact "
    f"test, p = {p_value(p)})."
  )
