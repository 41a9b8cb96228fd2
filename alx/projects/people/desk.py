"""Who has which case, and what became of it: replayed from what happened.

Nothing here reads a clock: `now` is an argument, seconds since any moment.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

ANSWERS = ("submitted", "skipped", "declined", "deferred")


class Lease(NamedTuple):
  """A case that a reader holds until a moment."""

  case: str
  reader: str
  start: float
  end: float
  arm: str = "draft"  # or "blind": without the draft
  repeat: bool = False  # asked before, to know how far the reader agrees


class Reply(NamedTuple):
  """What a reader did with a case."""

  case: str
  reader: str
  kind: str  # one of ANSWERS
  at: float
  until: float | None = None  # of "deferred"
  reason: str = ""  # of "declined" and "skipped"


class Desk(NamedTuple):
  """All leases and replies, in the order in which they happened."""

  leases: tuple[Lease, ...] = ()
  replies: tuple[Reply, ...] = ()


def leased(desk: Desk, lease: Lease) -> Desk:
  """The desk after a lease."""
  return desk._replace(leases=(*desk.leases, lease))


def replied(desk: Desk, reply: Reply) -> Desk:
  """The desk after a reply; declined and deferred cases are others' to take.

  Raises:
    ValueError: for another kind, or a deferral that does not say until when.
  """
  if reply.kind not in ANSWERS:
    wanted = ", ".join(ANSWERS)
    raise ValueError(f"reply: wanted one of {wanted}, found {reply.kind!r}")
  waits = reply.kind == "deferred"
  if waits and (reply.until is None or reply.until <= reply.at):
    raise ValueError(
      f"reply: deferred wants a time after {reply.at:g}, found {reply.until}"
    )
  if not waits and reply.until is not None:
    raise ValueError(f"reply: until means nothing to {reply.kind}")
  return desk._replace(replies=(*desk.replies, reply))


def forgotten(desk: Desk, case: str) -> Desk:
  """The desk on which a case is new: it is asked again."""
  if not any(x.case == case for x in (*desk.leases, *desk.replies)):
    return desk
  return Desk(
    tuple(x for x in desk.leases if x.case != case),
    tuple(x for x in desk.replies if x.case != case),
  )


def of_cases(desk: Desk, cases: Collection[str]) -> Desk:
  """What is on it of some cases, in order."""
  return Desk(
    tuple(x for x in desk.leases if x.case in cases),
    tuple(x for x in desk.replies if x.case in cases),
  )


def last_replies(desk: Desk) -> dict[tuple[str, str], Reply]:
  """The last word of each reader on each case, by (case, reader)."""
  return {(reply.case, reply.reader): reply for reply in desk.replies}


def live(desk: Desk, now: float) -> list[Lease]:
  """Leases that hold: neither answered nor over."""
  last = last_replies(desk)

  def is_answered(lease):
    reply = last.get((lease.case, lease.reader))
    return reply is not None and reply.at >= lease.start

  return [x for x in desk.leases if now < x.end and not is_answered(x)]


def submitters(desk: Desk) -> dict[str, set[str]]:
  """Readers who have submitted each case that anybody has."""
  found: dict[str, set[str]] = {}
  for reply in desk.replies:
    if reply.kind == "submitted":
      found.setdefault(reply.case, set()).add(reply.reader)
  return found


def refuses(last: Reply | None, now: float) -> bool:
  """Whether a reader wants a case no more, or not yet.

  Args:
    last: the reader's last word on it; None: none.
    now: seconds.
  """
  if last is None:
    return False
  return last.kind in ("declined", "skipped") or (
    last.kind == "deferred" and now < last.until
  )


def judged_late(desk: Desk, reply: Reply) -> str:
  """ "in time", "late" or "conflict", before a submission is added.

  A lease that is over does no harm as long as nobody else has submitted or
  holds the case; otherwise both labels are kept and a reviewer decides.

  Args:
    desk: as it was.
    reply: a submission.
  """
  own = [
    x for x in desk.leases if (x.case, x.reader) == (reply.case, reply.reader)
  ]
  if any(x.start <= reply.at < x.end for x in own):
    return "in time"
  others = submitters(desk).get(reply.case, set()) - {reply.reader}
  holders = {x.reader for x in live(desk, reply.at) if x.case == reply.case} - {
    reply.reader
  }
  return "conflict" if others or holders else "late"


def nobody_wants(
  desk: Desk, queue: Sequence[str], readers: Sequence[str]
) -> dict[str, tuple[str, ...]]:
  """Cases that every reader has declined or skipped, with their reasons.

  They are skipped, so that a loop never waits for them.

  Args:
    desk: as it is.
    queue: cases.
    readers: all who may be asked.
  """
  last, done, found = last_replies(desk), submitters(desk), {}
  for case in queue:
    said = [last.get((case, reader)) for reader in readers]
    never = float("inf")  # a deferral is over by then
    if readers and case not in done and all(refuses(x, never) for x in said):
      found[case] = tuple(f"{x.reader}: {x.reason or x.kind}" for x in said)
  return found


def counts_of(desk: Desk) -> Mapping[str, Mapping[str, int]]:
  """How often each reader gave each kind of reply."""
  found: dict[str, dict[str, int]] = {}
  for reply in desk.replies:
    own = found.setdefault(reply.reader, dict.fromkeys(ANSWERS, 0))
    own[reply.kind] += 1
  return found
