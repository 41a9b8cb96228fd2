"""One line for a setting that makes no sense: what was wanted and found."""

import difflib
import numbers
import os
from collections.abc import Collection, Sequence
from typing import Any, get_args, get_origin

import numpy as np


def typed(field: str, value: Any, kind: Any) -> Any:
  """The value as one of a kind: str, bool, int, float or tuple[kind, ...].

  And None, where the kind is such a one or None.

  Lists, paths and numbers of NumPy are as good as Python's own.

  Raises:
    ValueError: if it is of another kind.
  """
  if type(None) in get_args(kind):
    return None if value is None else typed(field, value, get_args(kind)[0])
  if get_origin(kind) is tuple:
    if not isinstance(value, (tuple, list, np.ndarray)):
      raise ValueError(f"{field}: wanted a tuple, found {value!r}")
    return tuple(typed(field, each, get_args(kind)[0]) for each in value)
  if kind is str and isinstance(value, os.PathLike):
    value = os.fspath(value)
  if isinstance(value, np.generic):
    value = value.item()
  real = isinstance(value, numbers.Real) and not isinstance(value, bool)
  if kind is float and real:
    value = float(value)
  if not isinstance(value, kind) or (kind is int and not real):
    raise ValueError(f"{field}: wanted {kind.__name__}, found {value!r}")
  return value


def among(field: str, value: Any, known: Collection) -> None:
  """Raises ValueError unless the value is one of those known."""
  if value not in known:
    names = ", ".join(map(repr, known)) if "" in known else ", ".join(known)
    raise ValueError(
      f"{field}: {value!r} is not one of {names}{did_you_mean(value, known)}"
    )


def all_among(field: str, values: Sequence[str], known: Collection) -> None:
  """Raises ValueError for a name that is blank, unknown or there twice."""
  for value in values:
    if not value.strip():
      found = repr(",".join(values))
      raise ValueError(f"{field}: wanted names between commas, found {found}")
    among(field, value, known)
  distinct(field, values)


def distinct(field: str, values: Sequence[str]) -> None:
  """Raises ValueError for a value that is there twice."""
  twice = next((v for i, v in enumerate(values) if v in values[:i]), None)
  if twice is not None:
    raise ValueError(f"{field} names one twice: {twice}")


def did_you_mean(value: Any, known: Collection) -> str:
  """The end of a sentence with the nearest name; "" if none is near."""
  by_form = {_form(name): name for name in known if isinstance(name, str)}
  near = difflib.get_close_matches(_form(str(value)), by_form, 1, 0.75)
  return f"; did you mean {by_form[near[0]]}?" if near and near[0] else ""


def _form(name):
  """As it sounds, whatever the case and the way words are joined."""
  return name.strip().lower().replace("-", "_").replace(" ", "_")


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
