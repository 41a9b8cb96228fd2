"""What a project is, made of its events alone: reduce(state, event)."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from alx.projects.store.events import Event
from alx.projects.store.records import (
  TEST,
  TRAIN,
  VALIDATION,
  Case,
  Draft,
  Model,
  Round,
  Submission,
  Task,
)

__all__ = [
  "ASKED",
  "CONFLICT",
  "DECLINED",
  "DEFERRED",
  "EMPTY",
  "LABELLED",
  "POOL",
  "SKIPPED",
  "TEST",
  "TRAIN",
  "VALIDATION",
  "Case",
  "Draft",
  "Model",
  "Round",
  "State",
  "Submission",
  "Task",
  "reduce",
  "replay",
]

POOL, ASKED, LABELLED = "pool", "asked", "labelled"
CONFLICT, SKIPPED = "conflict", "skipped"
DECLINED, DEFERRED = "declined", "deferred"  # for others; for another round


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
  del event
  number, draft = about["round"], about.get("draft")
  task = Task(
    *(about[name] for name in ("case", "reader", "round", "rank", "reason")),
    arm=about["arm"],
    draft=Draft(**draft) if draft else None,
    repeat=about.get("repeat", False),
    alias=about.get("alias", ""),
    units=tuple(about.get("units", ())),
  )
  of_round = state.rounds[number]
  of_round = of_round._replace(tasks=(*of_round.tasks, task))
  skips = {k: v for k, v in state.skips.items() if k != (task.uid, task.reader)}
  return state._replace(
    rounds=_with(state.rounds, number, of_round), skips=skips
  )


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
  )


def _refused(state, about, event):
  del event
  key = about["reader"], about["file_sha256"]
  return state._replace(refused=_with(state.refused, key, about))


def _skipped(state, about, event):
  del event
  key = about["case"], about["reader"]
  kind = about.get("kind", SKIPPED)
  return state._replace(
    skips=_with(state.skips, key, about["reason"]),
    out=_with(state.out, key, kind),
  )


def _lease_expired(state, about, event):
  del event
  key = about["case"], about["reader"], about["round"]
  return state._replace(expired=state.expired | {key})


def _surveyed(state, about, event):
  del event
  return state._replace(survey=tuple(about["answers"]))


def _reopened(state, about, event):
  del event
  uid = about["case"]
  skips = {k: v for k, v in state.skips.items() if k[0] != uid}
  decided = {k: v for k, v in state.decided.items() if k != uid}
  return state._replace(skips=skips, decided=decided)


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
