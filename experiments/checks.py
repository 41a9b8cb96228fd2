"""One line for a setting that makes no sense: what was wanted and found."""

from collections.abc import Collection
from typing import Any


def among(field: str, value: Any, known: Collection) -> None:
  """Raises ValueError unless the value is one of those known."""
  if value not in known:
    names = ", ".join(map(repr, known)) if "" in known else ", ".join(known)
    raise ValueError(f"{field}: {value!r} is not one of {names}")


def at_least(field: str, value: float, low: float) -> None:
  """Raises ValueError unless value >= low."""
  if not value >= low:
    raise ValueError(f"{field} must be at least {low}, found {value}")


def within(
  field: str,
  value: float,
  low: float,
  high: float,
  open_end: bool = False,
  open_start: bool = False,
) -> None:
  """Raises ValueError unless the value lies in the range, ends as told."""
  above = low < value if open_start else low <= value
  below = value < high if open_end else value <= high
  if not (above and below):
    start, end = "(" if open_start else "[", ")" if open_end else "]"
    raise ValueError(
      f"{field} must be in {start}{low}, {high}{end}, found {value}"
    )
