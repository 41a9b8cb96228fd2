"""Cases handed to readers and answers taken, without any word of HTTP.

Everything is in the log of the project; `Service` holds no state of its own.
What a reader may not have or has got wrong is `Refused`, with a code of HTTP.
"""

import math
import pathlib
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from alx.projects.answers.receive import Reply, readers_of, receive, task_of
from alx.projects.answers.words import MISSING, answer_in_words
from alx.projects.exchange.params import checked, checked_id
from alx.projects.exchange.refused import Refused
from alx.projects.people import desk as desks
from alx.projects.people.assignment import Policy, next_case
from alx.projects.store.shared import Shared, share
from alx.projects.store.state import State, Task
from alx.serve.access import mark_of

LEASE_S = 4 * 3600.0
MARK = "~"  # between a case and its token


class Service(NamedTuple):
  """A project that is being served."""

  project: Shared
  lease_s: float = LEASE_S  # that a reader has a case for himself
  locks: Mapping[str, Any] = {}  # of each case: one answer at a time


class Sample(NamedTuple):
  """A case that a reader has in hand."""

  id: str  # CASE~TOKEN, all that a client needs to know
  case: str
  reader: str
  round: int
  start: float  # seconds since 1970
  until: float
  reason: str = ""  # why it was asked
  model: int = 0  # version of the draft; 0: there is none
  draft_sha256: str = ""  # of a segmentation
  draft_class: int | None = None  # of a classification
  summary: Mapping[str, Any] = {}  # of the draft's uncertainty
  name: str = ""  # what the reader knows it by: a repeat looks like another


def open_service(
  folder: str | pathlib.Path, lease_s: float = LEASE_S
) -> Service:
  """A project to serve, mended after a kill.

  Args:
    folder: of the project.
    lease_s: seconds that a reader has a case for himself.

  Raises:
    DataError: no project, or a log that is not as it was written.
    Held: another process has it for itself.
  """
  project = share(folder)
  locks = {uid: threading.Lock() for uid in project.state.cases}
  return Service(project, lease_s, locks)


def known_reader(service: Service, name: Any, alone: bool = True) -> str:
  """The reader of this name.

  Args:
    service: the project.
    name: that somebody says he has.
    alone: the only reader of a project is meant by any name: clients have
      names of their own for those who have not said who they are.

  Raises:
    Refused: 403, with the names, for another.
  """
  known = sorted(readers_of(service.project))
  if isinstance(name, str) and name in known:
    return name
  if alone and len(known) == 1:
    return known[0]
  wanted = ", ".join(known)
  raise Refused(403, f"who reads? set client_id (user name) to one of {wanted}")


def known_case(service: Service, name: Any) -> str:
  """The case of this name.

  Raises:
    Refused: 400 and 404.
  """
  return checked_id(name, service.project.state.cases, "case")


def next_sample(
  service: Service, reader: str, now: float | None = None
) -> Sample | None:
  """The case that a reader is to do now; None: nothing waits.

  One who has a case gets the same again, under a new id. His own come first,
  then those of others that nobody has in hand.

  Args:
    service: the project.
    reader: who asks, see `known_reader`.
    now: seconds since 1970; None: the clock's.
  """
  now = clock(now)
  with service.project.turn() as project:
    waiting = _waiting(project.state, reader, now)
    lease = next_case(
      desks.of_cases(project.state.desk, waiting),
      tuple(waiting),
      reader,
      now,
      Policy(service.lease_s, readers=len(readers_of(project)) + 1),
    )
    if lease is None:
      return None
    task, token = waiting[lease.case], secrets.token_hex(16)
    about = {
      **{"case": task.uid, "reader": reader, "round": task.round},
      **{"start": lease.start, "until": lease.end},
      "token_sha256": mark_of(token),
    }
    if task.reader != reader:
      about["from"] = task.reader
    project.add(("handed", about))
    return sample_of(service, f"{task.name}{MARK}{token}")


def clock(now: float | None = None) -> float:
  """Seconds since 1970 as the log writes them: no event precedes its cause."""
  return math.floor((time.time() if now is None else now) * 1000) / 1000


def _waiting(state: State, reader: str, now: float) -> dict[str, Task]:
  """Open tasks by case, the reader's own before those of others.

  Of others those that they have not in hand, and no repeats, which tell how
  far one reader agrees with himself. Each task is one reading: as many are
  handed out as were asked for.
  """
  held = {(x.case, x.reader) for x in desks.live(state.desk, now)}
  mine, others = {}, {}
  for task in state.open_tasks():
    if task.reader == reader:
      mine[task.uid] = task
    elif not task.repeat and (task.uid, task.reader) not in held:
      others.setdefault(task.uid, task)
  return mine | {u: t for u, t in others.items() if u not in mine}


def sample_of(service: Service, id: Any) -> Sample:
  """What an id means, also after its lease.

  Raises:
    Refused: 400 and 404, for an id that was never given.
  """
  state = service.project.state
  name, mark, token = id.partition(MARK) if isinstance(id, str) else ("",) * 3
  given = state.handed.get(mark_of(token)) if mark else None
  task = None
  if given:
    task, _ = task_of(service.project, given.uid, given.reader, given.round)
  name = checked_id(name, (task.name,) if task else (), "case")
  shown = task.shown
  return Sample(
    *(id, given.uid, given.reader, given.round, given.start, given.until),
    task.reason,
    shown.model if shown else 0,
    shown.sha256 if shown else "",
    shown.label if shown else None,
    shown.summary if shown else {},
    name,
  )


def held_sample(service: Service, id: Any, now: float | None = None) -> Sample:
  """What an id means, while its lease lasts.

  Raises:
    Refused: as `sample_of`, and 404 once it is over.
  """
  sample = sample_of(service, id)
  if clock(now) >= sample.until:
    raise Refused(404, "the time for this case is over: ask for the next one")
  return sample


def receive_label(
  service: Service,
  id: Any,
  content: bytes,
  params: Mapping[str, Any] | None = None,
  *,
  name: str = "",
  now: float | None = None,
) -> Reply:
  """Takes a label map: checked, kept, told; nothing is overwritten.

  Args:
    service: the project.
    id: of a sample; after its lease the answer is taken and flagged.
    content: of a file.
    params: seconds, decision, comment, label_info, ..., see `exchange.params`.
    name: of the file, for its ending alone.
    now: seconds since 1970; None: the clock's.
  """
  return _answered(
    service,
    id,
    now,
    lambda sample, how: receive(
      service.project,
      sample.case,
      sample.reader,
      content,
      checked(params or {}),
      name=name,
      number=sample.round,
      **how,
    ),
  )


def receive_unasked(
  service: Service,
  case: str,
  reader: str,
  content: bytes,
  params: Mapping[str, Any] | None = None,
  *,
  name: str = "",
) -> Reply:
  """The same of a case that was not handed out: a reviewer's own label."""
  with service.locks[case]:
    service.project.look()
    told = checked(params or {})
    return receive(service.project, case, reader, content, told, name=name)


def receive_words(
  service: Service,
  id: Any,
  params: Mapping[str, Any],
  now: float | None = None,
) -> Reply:
  """Takes an answer without a file.

  Args:
    service: the project.
    id: of a sample.
    params: {"label": class by name or number}, or {"decision": "accept"} of
      the draft, "empty" (nothing to label), or "skip" with a "comment"; and
      seconds.
    now: seconds since 1970; None: the clock's.
  """
  told = dict(params)
  words = str(told.get("decision", "")).casefold().split()
  if "empty" in words:
    told["nothing_to_label"] = True

  def answer(sample, how):
    reply = answer_in_words(
      *(service.project, sample.round, sample.reader, sample.case),
      checked(told),
      how,
    )
    if reply.status == MISSING:
      raise Refused(400, "wanted a label, or decision accept, empty or skip")
    return reply

  return _answered(service, id, now, answer)


def skip(
  service: Service, id: Any, reason: str, now: float | None = None
) -> Reply:
  """Nobody can label this case; the reason is kept."""
  told = {"decision": "skip", "comment": reason}
  return receive_words(service, id, told, now)


def decline(
  service: Service, id: Any, reason: str, now: float | None = None
) -> Reply:
  """This reader leaves a case to others; one that nobody wants is skipped.

  Raises:
    Refused: as `sample_of`; 409 for a case that he has answered.
  """
  sample = sample_of(service, id)
  reason = " ".join(str(reason).split())[:500]
  with service.project.turn() as project:
    tasks = _waiting(project.state, sample.reader, clock())
    task = tasks.get(sample.case)
    if task is None or task.reader != sample.reader:
      raise Refused(409, "it is not in your hands: answered, or another's")
    about = {
      **{"case": sample.case, "reader": sample.reader},
      **{"round": sample.round, "reason": reason},
    }
    project.add(("declined", about))
    readers = project.settings["readers"]
    left = desks.nobody_wants(project.state.desk, [sample.case], readers)
    for why in left.values():
      reason = "; ".join(why)[:500]
      project.add(("skipped", about | {"reason": f"nobody wants it: {reason}"}))
  return Reply(200, "declined", "declined", sample.case)


def _answered(service, id, now, take):
  """The reply of `take(sample, how)`; one answer to a case at a time."""
  now = clock(now)
  try:
    sample = sample_of(service, id)
    with service.locks[sample.case]:
      service.project.look()
      sent = desks.Reply(sample.case, sample.reader, "submitted", now)
      when = desks.judged_late(service.project.state.desk, sent)
      how = {"late": when != "in time", "elapsed": now - sample.start}
      return take(sample, how)
  except Refused as error:
    return Reply(error.code, "quarantined", f"quarantined({error})")
