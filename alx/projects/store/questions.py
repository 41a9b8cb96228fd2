"""What is asked of the state: where a case is, which label is its own."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from alx.projects.store.state import (
  ASKED,
  CONFLICT,
  DECLINED,
  LABELLED,
  POOL,
  SKIPPED,
  State,
  Submission,
)


def status_of(state: State, uid: str) -> str:
  """Where a case is: pool, asked, labelled, conflict or skipped."""
  return _status(_indexed(state), uid)


def statuses(state: State) -> dict[str, str]:
  """The same of every case, in one pass over what was asked and answered."""
  found = _indexed(state)
  return {uid: _status(found, uid) for uid in sorted(state.cases)}


def final_label(state: State, uid: str) -> Submission | None:
  """The label of a case; None: none yet, or readers who are in conflict.

  The one that a reviewer or a vote chose, else the newest answer.
  """
  return _final(_indexed(state), uid)


def final_labels(state: State) -> dict[str, Submission]:
  """The same of every case that has one, in one pass, in order of uids."""
  found = _indexed(state)
  labels = {uid: _final(found, uid) for uid in sorted(state.cases)}
  return {uid: label for uid, label in labels.items() if label is not None}


def newest_answers(state: State) -> dict[str, list[Submission]]:
  """`State.newest` of every case that anybody has answered, in one pass."""
  found = defaultdict(list)
  for (uid, _), revisions in sorted(state.submissions.items()):
    if first := [s for s in revisions if not s.repeat]:
      found[uid].append(first[-1])
  return dict(found)


def candidates(state: State, part: str) -> list[str]:
  """Cases of a part that may be asked for: without a label, and not out."""
  return [
    uid
    for uid, status in statuses(state).items()
    if status == POOL and state.cases[uid].part == part
  ]


def labelled(state: State, part: str) -> dict[str, Submission]:
  """The final labels of the cases of a part that have one."""
  return {
    uid: label
    for uid, label in final_labels(state).items()
    if state.cases[uid].part == part
  }


class _Index(NamedTuple):
  """What was asked and answered, by uid; hidden repeats are left out."""

  answers: Mapping[str, list[tuple[Submission, ...]]]  # of each reader
  planned: Mapping[str, set[str]]  # readers who were asked
  open: set[str]
  skipped: set[str]
  decided: Mapping[str, Mapping]


def _indexed(state):
  answers, planned = defaultdict(list), defaultdict(set)
  for (uid, _), revisions in state.submissions.items():
    if first := tuple(s for s in revisions if not s.repeat):
      answers[uid].append(first)
  for task in state.tasks():
    planned[task.uid].add(task.reader)
  asked = {task.uid for task in state.open_tasks() if not task.repeat}
  return _Index(answers, planned, asked, _out(state), state.decided)


def _out(state):
  """Skipped by somebody, or declined by all who may be asked."""
  readers = set(state.settings.get("readers", ()))
  readers = readers - set(state.settings.get("seniors", ())) or readers
  declined, skipped = defaultdict(set), set()
  for uid, reader in state.skips:
    kind = state.out.get((uid, reader), SKIPPED)
    if kind == SKIPPED:
      skipped.add(uid)
    elif kind == DECLINED:
      declined[uid].add(reader)
  return skipped | {uid for uid, names in declined.items() if readers <= names}


def _status(found, uid):
  if uid in found.decided:
    return LABELLED
  newest = [revisions[-1] for revisions in found.answers.get(uid, ())]
  if newest:
    readers, planned = {s.reader for s in newest}, found.planned.get(uid, set())
    if len(readers) > 1 and readers - planned:
      return CONFLICT
    if max(newest, key=_number).of_units:
      return ASKED if uid in found.open else LABELLED
    if uid in found.open:
      return ASKED
    return CONFLICT if len({s.label for s in newest}) > 1 else LABELLED
  if uid in found.open:
    return ASKED
  return SKIPPED if uid in found.skipped else POOL


def _final(found, uid):
  chosen = found.decided.get(uid)
  answers = [s for revisions in found.answers.get(uid, ()) for s in revisions]
  if chosen and "label" in chosen:
    newest = max(answers, key=_number, default=None)
    base = newest or Submission(uid, "", 0, 0, "", "", "consensus", {}, 0)
    return base._replace(label=chosen["label"], decision=chosen["by"])
  for answer in answers if chosen else ():
    if answer.number == chosen["number"]:
      return answer  # none: a hidden repeat, which is of agreement alone
  status, newest = _status(found, uid), max(answers, key=_number, default=None)
  if status == ASKED and newest and newest.of_units:  # and more is asked for
    return newest
  return newest if status == LABELLED else None


def _number(answer):
  return answer.number


def blobs_of(state: State) -> set[str]:
  """SHA-256 of every blob that the events name."""
  drafts = {t.draft.sha256 for t in state.tasks() if t.draft}
  labels = {
    s.label
    for answers in state.submissions.values()
    for s in answers
    if isinstance(s.label, str)
  }
  raw = {
    s.about["submitted_sha256"]
    for answers in state.submissions.values()
    for s in answers
    if s.about.get("submitted_sha256")
  }
  chosen = {d.get("label") for d in state.decided.values()}
  headers = {c.about.get("dicom") for c in state.cases.values()}
  found = drafts | labels | raw | chosen | headers
  return {x for x in found if isinstance(x, str) and x}
