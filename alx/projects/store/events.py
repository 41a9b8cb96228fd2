"""Events of a project and the chain of hashes that holds them together."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

START = "0" * 64  # before the first event
KINDS = (
  *("created", "case_added", "quarantined", "frozen", "round_made"),
  *("draft_made", "leased", "lease_expired", "opened", "submitted"),
  *("repaired", "refused", "skipped", "reopened", "reviewed", "consensus"),
  *("fit_requested", "fit_started", "fit_done", "gated", "promoted"),
  *("rolled_back", "exported", "handed", "declined"),
  *("fit_stopped", "flagged"),
)


class Event(NamedTuple):
  """One thing that happened."""

  number: int  # 1, 2, ...
  time: str  # UTC, ISO 8601
  kind: str  # one of KINDS
  about: Mapping[str, Any]  # JSON
  before: str  # sha256 of the event before it
  sha256: str  # of all of the above


class Broken(NamedTuple):
  """A line that is not as it was written."""

  line: int  # 1, 2, ...
  why: str


def canonical(value: Any) -> bytes:
  """JSON in the one form that is hashed."""
  return json.dumps(
    value,
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
  ).encode("utf-8", "surrogateescape")


def chained(
  news: Iterable[tuple[str, Mapping]], last: Event | None, time: str
) -> list[Event]:
  """Events that follow another.

  Args:
    news: (kind, what it is about) of each.
    last: the event before; None: there is none.
    time: of all of them.

  Raises:
    ValueError: for a kind that is not known, or what is no JSON.
  """
  number, before = (last.number, last.sha256) if last else (0, START)
  events = []
  for kind, about in news:
    if kind not in KINDS:
      raise ValueError(f"wanted an event of {', '.join(KINDS)}, found {kind}")
    number += 1
    about = json.loads(canonical(about))
    before_this = before
    before = _hash(number, time, kind, about, before_this)
    events.append(Event(number, time, kind, about, before_this, before))
  return events


def _hash(number, time, kind, about, before):
  body = [number, time, kind, about, before]
  return hashlib.sha256(canonical(body)).hexdigest()


def encode(event: Event) -> bytes:
  """The line of an event, with its end."""
  return (
    canonical(
      {
        "n": event.number,
        "time": event.time,
        "type": event.kind,
        "data": event.about,
        "prev_sha256": event.before,
        "sha256": event.sha256,
      }
    )
    + b"\n"
  )


def decode(
  content: bytes, last: Event | None = None
) -> tuple[list[Event], bytes, list[Broken]]:
  """The events of a log.

  Args:
    content: of the log, or of its end.
    last: the event before it; None: there is none.

  Returns:
    (events, what a kill left of a last line, the lines that are not as they
    were written). Of a broken log the events are those before the first such
    line.
  """
  whole, _, torn = content.rpartition(b"\n")
  number, before = (last.number, last.sha256) if last else (0, START)
  events, broken = [], []
  lines = whole.split(b"\n") if whole else ()
  for place, line in enumerate(lines, number + 1):
    event, why = _read(line, place, before)
    if why:
      broken.append(Broken(place, why))
    elif not broken:
      events.append(event)
    before = event.sha256 if event else ""
  return events, torn, broken


def _read(line, place, before):
  """(event or None, what is wrong with it)."""
  try:
    found = json.loads(line)
    event = Event(
      *(found[name] for name in ("n", "time", "type", "data")),
      *(found[name] for name in ("prev_sha256", "sha256")),
    )
    is_same = encode(event) == line + b"\n"
    right = _hash(*event[:5])
  except (ValueError, KeyError, TypeError, RecursionError):
    return None, "no event"
  if right != event.sha256 or not is_same:
    return event, "edited"
  if before and event.before != before:
    return event, "does not follow the line before it"
  if event.number != place:
    return event, f"event {event.number} in the place of {place}"
  return event, ""
