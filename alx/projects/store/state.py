"""What a project is, made of its events alone: reduce(state, event)."""

import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from alx.projects.people import desk as desks
from alx.projects.people.desk import Desk
from alx.projects.store.events import Event
from alx.projects.store.records import (
  TEST,
  VALIDATION,
  Case,
  Draft,
  Model,
  Round,
  Submission,
  Task,
)
from alx.projects.store.records import (
  TRAIN as TRAIN,
)

POOL, ASKED, LABELLED = "pool", "asked", "labelled"
CONFLICT, SKIPPED = "conflict", "skipped"
DECLINED, DEFERRED = "declined", "deferred"  # for others; for another round


class Handed(NamedTuple):
  """A case that a server has given to a reader, under a name of its own."""

  uid: str
  reader: str
  round: int
  start: float  # seconds since 1970
  until: float


class State(NamedTuple):
  """Everything a project knows."""

  settings: Mapping[str, Any]
  cases: Mapping[str, Case]
  rounds: Mapping[int, Round]
  submissions: Mapping[tuple[str, str], tuple[Submission, ...]]
  skips: Mapping[tuple[str, str], str]  # reasons
  refused: Mapping[tuple[str, str], Mapping]  # of (reader, sha256 of a file)
  opened: Mapping[tuple[str, str], float]  # seconds in the viewer
  models: Mapping[int, Model]
  current: int  # version that makes drafts; 0: none
  decided: Mapping[str, Mapping]  # labels that a reviewer or a vote chose
  left_out: tuple[Mapping, ...]  # files that are no case, and why
  last: Event | None
  desk: Desk = Desk()  # who holds which case, and who wanted it not
  handed: Mapping[str, Handed] = {}  # by the sha256 of a token
  flagged: Mapping[tuple[str, str], Mapping] = {}  # by a reviewer: look again
  out: Mapping[tuple[str, str], str] = {}  # kinds: SKIPPED, DECLINED, DEFERRED
  expired: frozenset[tuple[str, str, int]] = frozenset()  # (uid, reader, round)
  survey: tuple[Mapping, ...] = ()  # answers about the work

  def tasks(self) -> list[Task]:
    """All that was ever asked, in order."""
    return [t for n in sorted(self.rounds) for t in self.rounds[n].tasks]

  def newest(self, uid: str) -> list[Submission]:
    """The last answer of each reader of a case, by reader."""
    found = [
      [s for s in revisions if not s.repeat]
      for (case, _), revisions in self.submissions.items()
      if case == uid
    ]
    return sorted((f[-1] for f in found if f), key=lambda s: s.reader)

  def open_tasks(self) -> list[Task]:
    """Asked, and neither answered since nor skipped nor over."""
    return [t for t in self.tasks() if not self._is_answered(t)]

  def _is_answered(self, task):
    key = task.uid, task.reader
    if (*key, task.round) in self.expired:
      return True
    answers = self.submissions.get(key, ())
    return key in self.skips or any(s.round >= task.round for s in answers)


EMPTY = State({}, {}, {}, {}, {}, {}, {}, {}, 0, {}, (), None)


def replay(events: Iterable[Event]) -> State:
  """The state after events."""
  return functools.reduce(reduce, events, EMPTY)


def reduce(state: State, event: Event) -> State:
  """The state after one more event; what it is not about stays as it is."""
  change = _CHANGES.get(event.kind)
  state = change(state, event.about, event) if change else state
  return state._replace(last=event)


def _with(mapping, key, value):
  return {**mapping, key: value}


def _created(state, about, event):
  del event
  return state._replace(settings=about)


def _case_added(state, about, event):
  del event
  case = Case(about["case"], about, about.get("patient", ""))
  return state._replace(cases=_with(state.cases, case.uid, case))


def _quarantined(state, about, event):
  del event
  return state._replace(left_out=(*state.left_out, about))


def _frozen(state, about, event):
  del event
  cases = dict(state.cases)
  for part in (VALIDATION, TEST):
    for uid in about.get(part, ()):
      cases[uid] = cases[uid]._replace(part=part)
  return state._replace(cases=cases)


def _round_made(state, about, event):
  del event
  number = about["round"]
  made = Round(number, about["model"], about["method"], (), about)
  return state._replace(rounds=_with(state.rounds, number, made))


def _leased(state, about, event):
  number, draft = about["round"], about.get("draft")
  task = Task(
    *(about[name] for name in ("case", "reader", "round", "rank", "reason")),
    arm=about["arm"],
    draft=Draft(**draft) if draft else None,
    repeat=about.get("repeat", False),
    alias=about.get("alias", ""),
    units=tuple(about.get("units", ())),
    at=_seconds(event.time),
  )
  of_round = state.rounds[number]
  of_round = of_round._replace(tasks=(*of_round.tasks, task))
  skips = {k: v for k, v in state.skips.items() if k != (task.uid, task.reader)}
  return state._replace(
    rounds=_with(state.rounds, number, of_round),
    skips=skips,
    desk=desks.forgotten(state.desk, task.uid),
  )


def _handed(state, about, event):
  """A task of another reader becomes that of the one who has the case."""
  del event
  uid, reader, number = about["case"], about["reader"], about["round"]
  start, until = about["start"], about["until"]
  of_round, owner = state.rounds[number], about.get("from", reader)
  tasks = tuple(
    t._replace(reader=reader) if (t.uid, t.reader) == (uid, owner) else t
    for t in of_round.tasks
  )
  given = Handed(uid, reader, number, start, until)
  lease = desks.Lease(uid, reader, start, until)
  return state._replace(
    rounds=_with(state.rounds, number, of_round._replace(tasks=tasks)),
    handed=_with(state.handed, about["token_sha256"], given),
    desk=desks.leased(state.desk, lease),
  )


def _replied(state, about, event, kind):
  reason = about.get("reason", "")
  said = (about["case"], about["reader"], kind, _seconds(event.time))
  reply = desks.Reply(*said, reason=reason)
  return desks.replied(state.desk, reply)


def _seconds(time):
  try:
    return datetime.datetime.fromisoformat(time).timestamp()
  except ValueError:
    return 0.0


def _declined(state, about, event):
  return state._replace(desk=_replied(state, about, event, "declined"))


def _opened(state, about, event):
  del event
  key = about["case"], about["reader"]
  seconds = state.opened.get(key, 0.0) + about["seconds"]
  return state._replace(opened=_with(state.opened, key, seconds))


def _submitted(state, about, event):
  key = about["case"], about["reader"]
  before = state.submissions.get(key, ())
  names = ("round", "file_sha256", "label", "decision")
  found = Submission(
    *key,
    len(before) + 1,
    *(about[name] for name in names),
    about=about,
    number=event.number,
  )
  skips = {k: v for k, v in state.skips.items() if k != key}
  opened = {k: v for k, v in state.opened.items() if k != key}
  return state._replace(
    submissions=_with(state.submissions, key, (*before, found)),
    skips=skips,
    opened=opened,
    flagged={k: v for k, v in state.flagged.items() if k != key},
    desk=_replied(state, about, event, "submitted"),
  )


def _refused(state, about, event):
  del event
  key = about["reader"], about["file_sha256"]
  return state._replace(refused=_with(state.refused, key, about))


def _skipped(state, about, event):
  key = about["case"], about["reader"]
  kind = about.get("kind", SKIPPED)
  said = DECLINED if kind == DECLINED else SKIPPED
  return state._replace(
    skips=_with(state.skips, key, about["reason"]),
    out=_with(state.out, key, kind),
    desk=_replied(state, about, event, said),
  )


def _lease_expired(state, about, event):
  del event
  key = about["case"], about["reader"], about["round"]
  return state._replace(expired=state.expired | {key})


def _surveyed(state, about, event):
  del event
  return state._replace(survey=tuple(about["answers"]))


def _reopened(state, about, event):
  uid, at = about["case"], _seconds(event.time)
  rounds = {
    number: made._replace(
      tasks=tuple(t._replace(at=at) if t.uid == uid else t for t in made.tasks)
    )
    for number, made in state.rounds.items()
  }
  skips = {k: v for k, v in state.skips.items() if k[0] != uid}
  decided = {k: v for k, v in state.decided.items() if k != uid}
  return state._replace(
    rounds=rounds,
    skips=skips,
    decided=decided,
    desk=desks.forgotten(state.desk, uid),
  )


def _flagged(state, about, event):
  del event
  key = about["case"], about["reader"]
  return state._replace(flagged=_with(state.flagged, key, about))


def _decided(state, about, event):
  del event
  return state._replace(decided=_with(state.decided, about["case"], about))


def _fit_done(state, about, event):
  del event
  version = about["version"]
  model = Model(version, about)
  return state._replace(models=_with(state.models, version, model))


def _gated(state, about, event):
  del event
  return _marked(state, about["version"], about["decision"])


def _promoted(state, about, event):
  del event
  state = _marked(state, about["version"], "promoted")
  return state._replace(current=about["version"])


def _rolled_back(state, about, event):
  del event
  return state._replace(current=about["to"])


def _marked(state, version, word):
  model = state.models[version]._replace(state=word)
  return state._replace(models=_with(state.models, version, model))


_CHANGES = {
  "created": _created,
  "case_added": _case_added,
  "quarantined": _quarantined,
  "frozen": _frozen,
  "round_made": _round_made,
  "leased": _leased,
  "handed": _handed,
  "declined": _declined,
  "flagged": _flagged,
  "lease_expired": _lease_expired,
  "opened": _opened,
  "submitted": _submitted,
  "refused": _refused,
  "skipped": _skipped,
  "reopened": _reopened,
  "reviewed": _decided,
  "consensus": _decided,
  "fit_done": _fit_done,
  "gated": _gated,
  "promoted": _promoted,
  "rolled_back": _rolled_back,
  "surveyed": _surveyed,
}
