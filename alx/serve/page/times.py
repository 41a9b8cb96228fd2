"""Seconds at work, from what the page has seen of its reader."""

from typing import Any

from alx.effort.timing import Event, sittings_of
from alx.projects.exchange.refused import Refused

_MOST = 20_000  # moments of one sitting


def active_seconds(events: Any, reader: str, case: str) -> float:
  """By the rule of `effort.timing`: long gaps count up to its limit.

  Args:
    events: [[kind, seconds]], from opening a case to its end.
    reader: whose they are.
    case: that was open.

  Raises:
    Refused: 400 for what is no such log.
  """
  if not isinstance(events, list) or not 2 <= len(events) <= _MOST:
    raise Refused(400, "times: wanted a list from open to submit or skip")
  try:
    log = [Event(reader, case, kind, time) for kind, time in events]
    return round(sittings_of(log)[0].active_s, 1)
  except (TypeError, ValueError) as error:
    raise Refused(400, f"times: {error}"[:200]) from error
