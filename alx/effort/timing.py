"""Seconds that a reader was at work, from the events of a log."""

import math
from collections.abc import Iterable
from typing import NamedTuple

IDLE_S = 600.0  # without an event, after which nobody is thought to be there
STARTS = ("open",)
ENDS = ("submit", "skip", "decline", "defer")
KINDS = (*STARTS, "first_edit", "edit", "pause", "resume", *ENDS)


class Event(NamedTuple):
  """One line of a log."""

  reader: str
  case: str
  kind: str  # one of `KINDS`
  time: float  # seconds since any moment that all events share


class Sitting(NamedTuple):
  """What a reader did from opening a case to its end."""

  reader: str
  case: str
  ended: str  # one of `ENDS`, or "" where the log breaks off
  elapsed_s: float  # of the clock, pauses included: an upper bound
  active_s: float  # without pauses, an idle gap counted up to the limit
  idle_gaps: int  # longer than the limit
  first_edit_s: float  # active seconds before the first edit; NaN without one
  order: int  # 0, 1, ... among the sittings of this reader


def sittings_of(
  events: Iterable[Event], idle_s: float = IDLE_S
) -> list[Sitting]:
  """The sittings of all readers, as they began.

  A gap between two events that is longer than `idle_s` counts as `idle_s`: the
  reader may have been away. Both clocks are told; the truth is between them.

  Args:
    events: in the order of the log, those of several readers in any mixture.
    idle_s: > 0; fix it before looking at the log.

  Raises:
    ValueError: for a kind that is not known, times that run backwards, two
      cases open at once, or an event of a case that is not open.
  """
  if not (_is_number(idle_s) and idle_s > 0):
    raise ValueError(f"idle_s: wanted seconds > 0, found {idle_s!r}")
  open_by, done, counts, ends = {}, [], {}, {}
  for number, event in enumerate(events):
    _check(event, number)
    current = open_by.get(event.reader)
    if event.kind in STARTS:
      if current:
        _refuse(event, number, f"{current.case} is still open")
      _check_follows(event, number, ends.get(event.reader, event.time))
      order = counts.get(event.reader, 0)
      counts[event.reader] = order + 1
      current = open_by[event.reader] = _Clock(event, order)
      done.append(current)
      continue
    if not current or current.case != event.case:
      _refuse(event, number, "the case is not open")
    current.take(event, number, idle_s)
    if event.kind in ENDS:
      del open_by[event.reader]
      ends[event.reader] = event.time
  return [clock.sitting() for clock in done]


class _Clock:
  """Adds up the gaps of one sitting."""

  def __init__(self, event, order):
    self.reader, self.case, self.order = event.reader, event.case, order
    self.begun = self.last = event.time
    self.active, self.gaps, self.first = 0.0, 0, math.nan
    self.paused, self.ended = False, ""

  def take(self, event, number, idle_s):
    """Counts the time since the last event."""
    _check_follows(event, number, self.last)
    gap = event.time - self.last
    if event.kind == "pause" and self.paused:
      _refuse(event, number, "it is paused already")
    if event.kind == "resume" and not self.paused:
      _refuse(event, number, "it is not paused")
    if event.kind in ("first_edit", "edit") and self.paused:
      _refuse(event, number, "it is paused")
    if not self.paused:
      self.gaps += gap > idle_s
      self.active += min(gap, idle_s)
    if event.kind in ("first_edit", "edit") and math.isnan(self.first):
      self.first = self.active
    self.paused = event.kind == "pause" or (
      self.paused and event.kind != "resume"
    )
    self.last, self.ended = event.time, event.kind * (event.kind in ENDS)

  def sitting(self):
    """What was counted."""
    return Sitting(
      self.reader,
      self.case,
      self.ended,
      self.last - self.begun,
      self.active,
      self.gaps,
      self.first,
      self.order,
    )


def _check(event, number):
  if event.kind not in KINDS:
    _refuse(event, number, f"the kinds are {', '.join(KINDS)}")
  if not _is_number(event.time):
    _refuse(event, number, f"its time is {event.time!r}")


def _check_follows(event, number, last):
  if event.time < last:
    early = last - event.time
    _refuse(event, number, f"its time is {early:g} s before the last one's")


def _is_number(value):
  try:
    return not isinstance(value, bool) and math.isfinite(value)
  except TypeError:
    return False


def _refuse(event, number, why):
  raise ValueError(
    f"event {number}: {event.kind!r} of {event.reader}, case {event.case}: "
    f"{why}; mend the log, or leave this reader's sitting out"
  )
