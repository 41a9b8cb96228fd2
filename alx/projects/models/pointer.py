"""Which version serves: moved by promotion and rollback, by nothing else.

Events are (kind, about) as the log of a project has them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from alx.projects.models.gate import Decision

Event = tuple[str, dict[str, Any]]


class Pointer(NamedTuple):
  """The version that serves, and those that did."""

  current: int = 0  # 0: none serves
  served: tuple[int, ...] = ()  # in order, the current one last


def decided(pointer: Pointer, version: int, decision: Decision) -> list[Event]:
  """The events of a decision: `gated`, and `promoted` if it may serve.

  Args:
    pointer: as it is.
    version: the candidate.
    decision: of the gate.

  Raises:
    ValueError: if it serves already.
  """
  if version == pointer.current:
    raise ValueError(f"promote: v{version:03d} serves already")
  about = {
    "version": version,
    "against": pointer.current,
    "decision": "promoted" if decision.promote else "held",
    "lines": list(decision.reasons),
  }
  moves = ("promoted", {"version": version, "from": pointer.current})
  return [("gated", about), *([moves] if decision.promote else [])]


def rollback(
  pointer: Pointer, to: int | None = None, reason: str = ""
) -> Event:
  """The event by which an earlier version serves again.

  Args:
    pointer: as it is.
    to: a version that has served; None: the one that served before this one,
      whatever their numbers.
    reason: why; kept.

  Raises:
    ValueError: without an earlier version to go back to.
  """
  earlier = [x for x in pointer.served if x != pointer.current]
  known = ", ".join(f"v{x:03d}" for x in earlier) or "none"
  if not earlier:
    raise ValueError(
      "rollback: wanted a version that served before, found none"
    )
  if to is not None and to not in earlier:
    raise ValueError(
      f"rollback: wanted a version that served before ({known}), found {to}"
    )
  target = earlier[-1] if to is None else to
  about = {"from": pointer.current, "to": target, "reason": reason}
  return "rolled_back", about


def moved(pointer: Pointer, event: tuple[str, Mapping[str, Any]]) -> Pointer:
  """The pointer after an event; only two kinds move it.

  A version that was rolled back from is no longer among those that served.

  Raises:
    ValueError: for an event that was made for another pointer.
  """
  kind, about = event
  if kind not in ("promoted", "rolled_back"):
    return pointer
  if about["from"] != pointer.current:
    raise ValueError(
      f"{kind}: wanted the pointer at {about['from']}, found it at "
      f"{pointer.current}"
    )
  if kind == "promoted":
    target = about["version"]
    return Pointer(target, (*pointer.served, target))
  target = about["to"]
  last = len(pointer.served) - 1 - pointer.served[::-1].index(target)
  return Pointer(target, pointer.served[: last + 1])
