"""What is told of a project: where it stands, its classes, who does what."""

import math
from typing import Any

from alx.projects.exchange import label_map
from alx.projects.people import desk as desks
from alx.projects.store.questions import LABELLED, statuses
from alx.projects.store.state import (
  DECLINED,
  DEFERRED,
  SKIPPED,
  TRAIN,
  State,
)
from alx.projects.work.status import status as status_of_project
from alx.serve.desk import Sample, Service, clock

# Of a case on a worklist: to be answered, answered, or no more to be.
STATUS = ("todo", "in hand", "done", SKIPPED, DECLINED, DEFERRED, "expired")


def classes_of(service: Service) -> list[dict[str, Any]]:
  """[{value, name, color}] of all classes, the background too."""
  project = service.project
  made = label_map.make(project.class_names, "classes", project.segments)
  rows = zip(made.names, made.colours, strict=True)
  return [
    {"value": value, "name": name, "color": list(colour)}
    for value, (name, colour) in enumerate(rows)
  ]


def status(service: Service) -> dict[str, Any]:
  """Where the project stands, as `alx project status` tells it."""
  service.project.look()
  found = status_of_project(service.project)
  return {
    "name": service.project.folder.name,
    "task": service.project.settings["task"],
    "classes": classes_of(service),
    "readers": list(service.project.settings["readers"]),
    "cases": found.counts,
    "waiting": {reader: len(uids) for reader, uids in found.waiting.items()},
    "answers": found.decisions,
    "flagged": found.flagged,
    "conflicts": list(found.conflicts),
    "model": found.current,
    "models": found.models,
    "head": found.head,
  }


def worklist(
  service: Service, reader: str, now: float | None = None
) -> list[dict[str, Any]]:
  """The cases that a reader was asked for, by round and rank.

  Each is {case, round, rank, reason, status, until}; status is one of `STATUS`.
  """
  state = service.project.look()
  now = clock(now)
  held = {
    x.case: x.end for x in desks.live(state.desk, now) if x.reader == reader
  }
  said = desks.last_replies(state.desk)
  waiting = {(t.uid, t.round) for t in state.open_tasks() if t.reader == reader}
  return [
    {
      **{"case": t.name, "round": t.round, "rank": t.rank, "reason": t.reason},
      "status": _word(state, t, held, said, waiting),
      "until": held.get(t.uid),
    }
    for t in state.tasks()
    if t.reader == reader
  ]


def _word(state, task, held, said, waiting):
  key, is_open = (task.uid, task.reader), (task.uid, task.round) in waiting
  if is_open and task.uid in held:
    return "in hand"
  if key in state.skips:
    return state.out.get(key, SKIPPED)
  if any(s.round >= task.round for s in state.submissions.get(key, ())):
    return "done"
  if key in said and said[key].kind == DECLINED:
    return DECLINED
  return "todo" if is_open else "expired"


def sample_json(service: Service, sample: Sample) -> dict[str, Any]:
  """A sample as a client reads it; the first two keys are all it must know."""
  case = service.project.state.cases[sample.case]
  draft = sample.draft_class
  return {
    "id": sample.id,
    "name": sample.name,
    "round": sample.round,
    "reader": sample.reader,
    "reason": sample.reason,
    "lease_until": sample.until,
    "channels": case.about["channels"],
    "shape": list(case.about["shape"]),
    "model": f"v{sample.model:03d}" if sample.model else "",
    "draft": bool(sample.draft_sha256) or draft is not None,
    "draft_sha256": sample.draft_sha256,
    "draft_class": draft,
    "uncertainty": dict(sample.summary),
  }


def labelled_counts(state: State) -> tuple[int, int]:
  """(cases that may be trained on, those with a label)."""
  found = statuses(state)
  mine = [u for u, case in state.cases.items() if case.part == TRAIN]
  return len(mine), sum(found[u] == LABELLED for u in mine)


def dimension_of(state: State) -> int:
  """3 of volumes, 2 of pictures."""
  some = next(iter(state.cases.values()))
  return 2 if some.about["affine"] is None else 3


def draft_json(service: Service, sample: Sample) -> dict[str, Any]:
  """What is told beside a draft: of which model, and which value is what."""
  names = service.project.class_names
  return {
    "label_names": {name: i for i, name in enumerate(names) if i},
    "draft": bool(sample.draft_sha256),
    "draft_sha256": sample.draft_sha256,
    "model": f"v{sample.model:03d}" if sample.model else "",
    "uncertainty": dict(sample.summary),
  }


def most_bytes(service: Service, case: str) -> int:
  """Of a body with a label map of a case: as decoding takes, and params."""
  shape = service.project.state.cases[case].about["shape"]
  return math.prod(shape) * 8 + 2**18
