"""Which version serves: moved by promotion and rollback, by nothing else."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from alx.projects.models.gate import Decision
from alx.projects.models.versions import Version


class Pointer(NamedTuple):
  """The version that serves, and those that did."""

  current: str = ""  # id; "": none serves
  served: tuple[str, ...] = ()  # ids in order, the current one last


def promotion(
  pointer: Pointer, version: Version, decision: Decision
) -> dict[str, Any]:
  """The event by which a version serves from now on, or is held.

  Args:
    pointer: as it is.
    version: the candidate.
    decision: of the gate.

  Raises:
    ValueError: if it serves already.
  """
  if version.id == pointer.current:
    raise ValueError(f"promote: {version.name} serves already")
  return {
    "type": "promoted" if decision.promote else "held",
    "version": version.id,
    "before": pointer.current,
    "reasons": list(decision.reasons),
  }


def rollback(
  pointer: Pointer, reason: str, to: str | None = None
) -> dict[str, Any]:
  """The event by which an earlier version serves again.

  Args:
    pointer: as it is.
    reason: why; kept.
    to: id of a version that has served; None: the one before.

  Raises:
    ValueError: without a reason, or an earlier version to go back to.
  """
  if not reason.strip():
    raise ValueError("rollback: wanted a reason, found none")
  earlier = [x for x in pointer.served if x != pointer.current]
  if not earlier:
    raise ValueError(
      "rollback: wanted a version that served before, found none"
    )
  if to is not None and to not in earlier:
    known = ", ".join(x[:12] for x in earlier)
    raise ValueError(
      f"rollback: wanted a version that served before ({known}), found "
      f"{to[:12]!r}"
    )
  target = earlier[-1] if to is None else to
  return {
    "type": "rolled_back",
    "version": target,
    "before": pointer.current,
    "reasons": [reason],
  }


def moved(pointer: Pointer, event: Mapping[str, Any]) -> Pointer:
  """The pointer after an event; only two types move it.

  A version that was rolled back from is no longer among those that served.

  Raises:
    ValueError: for an event that was made for another pointer.
  """
  if event["type"] not in ("promoted", "rolled_back"):
    return pointer
  if event["before"] != pointer.current:
    raise ValueError(
      f"{event['type']}: wanted the pointer at {event['before'][:12]!r}, found "
      f"it at {pointer.current[:12]!r}"
    )
  target = event["version"]
  if event["type"] == "promoted":
    return Pointer(target, (*pointer.served, target))
  last = len(pointer.served) - 1 - pointer.served[::-1].index(target)
  return Pointer(target, pointer.served[: last + 1])
