"""Who reads the cases of a round: in turn, some twice, seniors where asked."""

import datetime
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from alx.projects.cases.targets import label_of
from alx.projects.people import desk as desks
from alx.projects.people.agreement import dice_of
from alx.projects.people.asking import route
from alx.projects.people.assignment import Policy, share_out
from alx.projects.people.desk import Desk, Reply
from alx.projects.store import log
from alx.projects.store.project import Project
from alx.projects.store.questions import newest_answers
from alx.projects.store.state import (
  DECLINED,
  DEFERRED,
  SKIPPED,
  State,
  Submission,
)
from alx.projects.work.settings import GIVEN, SENIOR_ABOVE

_DAY = 24 * 3600.0
_KINDS = {"submitted": "submitted", "skipped": SKIPPED, "declined": DECLINED}


class Planned(NamedTuple):
  """A case of a round, before it is somebody's."""

  uid: str
  reason: str
  stratum: str
  arm: str
  units: tuple = ()  # boxes of its voxels; (): all of it


class Shared(NamedTuple):
  """A case that somebody is to read."""

  planned: Planned
  reader: str
  rank: int  # of the reader, from 1
  repeat: bool = False
  alias: str = ""  # of a repeat, so that it looks like another case


def seniors_of(state: State) -> tuple[str, ...]:
  """Readers who are asked where others differ."""
  return tuple(state.settings.get("seniors", ()))


def levels_of(state: State) -> dict[str, str] | None:
  """Junior or senior of each who reads; None: nobody is a senior."""
  seniors = seniors_of(state)
  if not seniors:
    return None
  readers = {task.reader for task in state.tasks()}
  readers |= {*state.settings["readers"], GIVEN}
  readers |= {reader for _, reader in state.submissions}
  return {name: "senior" if name in seniors else "junior" for name in readers}


def policy_of(state: State) -> Policy:
  """How the project shares its work out."""
  settings = state.settings
  return Policy(
    seconds=settings.get("lease_days", 0) * _DAY or Policy.seconds,
    readers=settings.get("readers_per_case", 1),
    blind=settings["blind"],
    repeats=settings.get("repeats", 0.0),
    seed=settings["seed"],
  )


def share(project: Project, planned: list[Planned]) -> list[Shared]:
  """The tasks of a round by rank: first readers in turn, seniors after them.

  Args:
    project: with its readers and what they have answered.
    planned: the most wanted first.
  """
  state = project.state
  of_uid = {one.uid: one for one in planned}
  seniors = seniors_of(state)
  first = [r for r in state.settings["readers"] if r not in seniors]
  tasks = share_out(
    list(of_uid),
    first,
    policy_of(state),
    _done(state, set(of_uid)),
    _unwilling(state, first, of_uid),
  )
  found, names = [], _aliases(state)
  for task in tasks:
    if task.repeat:
      again = Planned(task.case, _reason(state, task), "query", "blind")
      found.append(Shared(again, task.reader, task.rank, True, next(names)))
    else:
      found.append(Shared(of_uid[task.case], task.reader, task.rank))
  found += _for_seniors(project, seniors)
  order = {name: i for i, name in enumerate(state.settings["readers"])}
  return sorted(found, key=lambda s: (s.rank, order[s.reader]))


def _done(state, asked):
  """{reader: cases answered once, the oldest first} that may be repeated."""
  found, again = defaultdict(list), set()
  for task in state.tasks():
    if task.repeat:
      again.add((task.uid, task.reader))
  answers = [v[0] for v in state.submissions.values()]
  for answer in sorted(answers, key=lambda s: s.number):
    key = answer.uid, answer.reader
    if key not in again and answer.reader != GIVEN and answer.uid not in asked:
      found[answer.reader].append(answer.uid)
  return found


def _unwilling(state, readers, uids):
  """{reader: cases not for him}: refused, or held too long if others can."""
  found = {name: set() for name in readers}
  slow = defaultdict(set)
  for uid, reader, _ in state.expired:
    slow[uid].add(reader)
  for uid in uids:
    refused = {
      r
      for r in readers
      if state.out.get((uid, r), DEFERRED) != DEFERRED
      and (uid, r) in state.skips
    }
    others = set(readers) - refused - slow[uid]
    for name in refused | (slow[uid] & set(readers) if others else set()):
      found[name].add(uid)
  return found


def _reason(state, task):
  """As the first time: nothing tells that it is the second."""
  mine = (
    t for t in state.tasks() if (t.uid, t.reader) == (task.case, task.reader)
  )
  return next((t.reason for t in mine), "")


def _aliases(state):
  """Names that no case and no repeat has."""
  taken = {*state.cases, *(t.alias for t in state.tasks())}
  number = len(state.cases)
  while True:
    number += 1
    if (name := f"case_{number:03d}") not in taken:
      yield name


def _for_seniors(project, seniors):
  """Cases over which the first readers differ, one senior for each."""
  if not seniors:
    return []
  rows = referred(project)
  tasks = share_out(list(rows), seniors, Policy())
  return [
    Shared(Planned(t.case, rows[t.case], "query", "blind"), t.reader, t.rank)
    for t in tasks
  ]


def referred(project: Project) -> dict[str, str]:
  """{uid: why} of the cases that wait for a senior.

  Those that first readers have answered and differ over by more than the
  project allows, and no senior has seen.
  """
  state = project.state
  seniors = set(seniors_of(state))
  waiting = {task.uid for task in state.open_tasks()}
  seen = {t.uid for t in state.tasks() if t.reader in seniors}
  limit = state.settings.get("senior_above")
  limit = SENIOR_ABOVE if limit is None else limit
  cases, apart = [], []
  for uid, newest in newest_answers(state).items():
    answers = [s for s in newest if s.reader != GIVEN]
    if len(answers) < 2 or uid in waiting | seen:
      continue
    if state.decided.get(uid, {}).get("by") != "reviewed":
      cases.append(uid)
      apart.append(distance(project, answers))
  hard = route(np.zeros(len(cases)), np.inf, np.array(apart), limit)
  return {
    uid: f"readers differ: {_told(project, value)}"
    for uid, value, is_hard in zip(cases, apart, hard, strict=True)
    if is_hard
  }


def _told(project, apart):
  return f"Dice {1 - apart:.2f}" if project.segments else "another class"


def distance(project: Project, answers: list[Submission]) -> float:
  """How far the two furthest answers to a case are apart, 0 to 1.

  1 - the least Dice of a class that either has drawn; 1 for another class.
  """
  if not project.segments:
    return float(len({s.label for s in answers}) > 1)
  labels = {s.label: label_of(project, s.uid, s.label) for s in answers}
  maps, furthest = list(labels.values()), 0.0
  for i, one in enumerate(maps):
    for other in maps[:i]:
      furthest = max(furthest, _apart(one, other, len(project.class_names)))
  return furthest


def _apart(one, other, count):
  """1 - the least Dice of a class that either has drawn."""
  dice = dice_of(one, other, count)[1:]
  known = dice[~np.isnan(dice)]
  return float(1 - known.min()) if known.size else 0.0


def replies_of(project: Project) -> Desk:
  """What readers have replied, by the log, to be counted."""
  found = Desk()
  for event in log.read(project.folder)[0]:
    about, at = event.about, _seconds(event.time)
    if event.kind in _KINDS and about["reader"] != GIVEN:
      kind = about.get("kind", _KINDS[event.kind])
      until = at + 1 if kind == DEFERRED else None
      reason = about.get("reason", "")
      reply = Reply(about["case"], about["reader"], kind, at, until, reason)
      found = desks.replied(found, reply)
  return found


def _seconds(time):
  return datetime.datetime.fromisoformat(time).timestamp()


def expire(project: Project, now: str = "") -> list[str]:
  """Tasks whose time is over are others' to take; a line for each.

  Args:
    project: that this process writes to.
    now: UTC, ISO 8601; "": the clock's.
  """
  if not project.state.settings.get("lease_days"):
    return []
  latest = _seconds(now or log.now()) - policy_of(project.state).seconds
  tasks = [t for t in project.state.open_tasks() if t.at <= latest]
  project.add(
    *(
      ("lease_expired", {"case": t.uid, "reader": t.reader, "round": t.round})
      for t in tasks
    )
  )
  return [
    f"{t.name}: {t.reader} has not answered in time, others may take it"
    for t in tasks
  ]
