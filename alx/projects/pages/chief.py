"""The page of who leads the readers."""

from collections.abc import Sequence

from alx.effort import Rates
from alx.projects.pages import answers as replies
from alx.projects.pages import effort, money, people, scores
from alx.projects.pages.cards import state_of
from alx.projects.pages.history import Answers, Version
from alx.projects.store.project import Project
from alx.projects.store.state import (
  ASKED,
  CONFLICT,
  LABELLED,
  POOL,
  SKIPPED,
  TEST,
  TRAIN,
  VALIDATION,
)
from alx.projects.work.status import status
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import counted, number

_PARTS = {
  TRAIN: "to train on",
  VALIDATION: "frozen, judge versions",
  TEST: "frozen, for the end",
}
_STATUS = {
  LABELLED: "labelled",
  ASKED: "with a reader",
  POOL: "not asked yet",
  SKIPPED: "skipped",
  CONFLICT: "in conflict",
}
_SCORES = {
  True: "Dice: overlap of two outlines, 0 to 1.",
  False: "Share right: of cases where the model's class is the reader's.",
}
BYLINE = "Labelling project with alx"


def sections(
  project: Project,
  versions: Sequence[Version],
  given: Answers,
  other: str,
  rates: Rates | None = None,
) -> list[Section]:
  """All sections; the other page is the auditor's."""
  done = effort.work_of(project, given)
  return [
    _standing(project),
    scores.section(project, versions),
    effort.section(project, given, done),
    money.section(project, given, rates),
    replies.shares(project, given),
    people.replies(project),
    people.agreement(project),
    people.opinions(project),
    scores.groups(project, versions),
    replies.drift(project, given),
    _words(project, other),
  ]


def summary(
  project: Project, versions: Sequence[Version], given: Answers
) -> str:
  """What a hurried reader needs, in three sentences."""
  state = project.state
  people = {s.reader for s in given.all}
  labelled = {s.uid for s in given.all}
  text = (
    f"{counted(len(labelled), 'case')} of {len(state.cases)} labelled by "
    f"{counted(len(people), 'reader')} in "
    f"{counted(len(state.rounds), 'round')}."
  )
  current = [v for v in versions if v.number == state.current]
  if not current:
    return f"{text} No model serves yet."
  found = scores.score_of(project, current[0])
  name = f"v{state.current:03d}"
  if found is None:
    return f"{text} {name} serves; how good it is was not measured."
  count = len(current[0].gate["scores"])
  saving = effort.headline(project, given)
  return (
    f"{text} {name} serves: {scores.score_name(project)} "
    f"{number(found.value)} on {counted(count, 'frozen case')}. "
    f"{saving}".rstrip()
  )


def title(project: Project) -> str:
  """Of both pages; no name of a folder, which may be that of somebody."""
  kind = project.settings["task"]
  return f"{kind} of {', '.join(project.class_names)}"


def _standing(project):
  found, state = status(project), project.state
  rows = [
    [_PARTS[part], f"{sum(own.values())}"]
    + [f"{own.get(name, 0)}" for name in _STATUS]
    for part, own in sorted(found.counts.items(), key=lambda p: p[0] != TRAIN)
  ]
  head = ["cases", "all", *_STATUS.values()]
  lines = []
  if found.flagged:
    lines.append(
      f"A second look is asked for: {counted(found.flagged, 'answer')}."
    )
  if state.left_out:
    lines.append(f"{counted(len(state.left_out), 'image')} could not be used.")
  lines += [
    f"{reader} has {counted(len(uids), 'case')} to answer."
    for reader, uids in sorted(found.waiting.items())
  ]
  models = ", ".join(
    f"v{version:03d} {state_of(project, version)}"
    for version in sorted(found.models)
  )
  lines.append(f"Versions of the model: {models or 'none yet'}.")
  table = Table(head, rows), ""
  return Section("Where it stands", tuple(lines), (), (table,))


def _words(project, other):
  return Section(
    "How to read this",
    (
      f"{_SCORES[project.segments]} Frozen cases: set apart before "
      "anything was asked and never trained on. Draft: what a version of the "
      "model says before the reader sees the case. Gate: the rules by which a "
      "version may replace the one that serves. Interval: a range "
      "that 95 of 100 such studies, with other patients of the same kind, "
      "would draw around the true mean.",
      "Data card, model cards, decisions of the gate and the audit log: "
      f"{other} beside this page.",
    ),
  )
