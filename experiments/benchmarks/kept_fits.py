"""Fits that a benchmark keeps in a file, which it goes on with."""

import pathlib
from typing import Any

from alx.runs.disk import store

_OF = "of"  # column: what all fits of a file have in common


def read(path: str, kind: Any, of: str) -> list:
  """The fits of a file; none of "" and where there is no file.

  Args:
    path: CSV file.
    kind: NamedTuple whose fields are str, int or float.
    of: what the fits have in common, as it was written.

  Raises:
    ValueError: for a file of something else.
  """
  if not path:
    return []
  rows = store.read_rows(pathlib.Path(path))
  found = next((row.get(_OF) for row in rows if row.get(_OF) != of), of)
  if found != of:
    raise ValueError(
      f"{path}: wanted fits of {of}, found some of {found}: name another --csv"
    )
  fields = kind.__annotations__.items()
  return [kind(**{name: to(row[name]) for name, to in fields}) for row in rows]


def write(path: str, fits: list, of: str) -> None:
  """All fits, in one step; without a path, none."""
  if not path:
    return
  rows = [{_OF: of} | one._asdict() for one in fits]
  store.write_rows(pathlib.Path(path), rows)


def settings(given: Any, *names: str) -> str:
  """Flags and their values, as one text."""
  return "; ".join(f"{name}={getattr(given, name)}" for name in names)
