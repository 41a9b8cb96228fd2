"""Fits that a benchmark keeps in a file, which it goes on with."""

import csv
import pathlib
from typing import Any

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
  if not path or not pathlib.Path(path).exists():
    return []
  with open(path, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
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
  part = pathlib.Path(f"{path}.part")
  with open(part, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([_OF, *fits[0]._fields])
    writer.writerows([of, *one] for one in fits)
  part.replace(path)


def settings(given: Any, *names: str) -> str:
  """Flags and their values, as one text."""
  return "; ".join(f"{name}={getattr(given, name)}" for name in names)
