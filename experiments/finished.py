"""Rows of a grid that are finished, one file each."""

import pathlib
from typing import Any

from alx.data.dataset import bad_input
from alx.runs.disk import store


def path_of(workdir: pathlib.Path, row: Any) -> pathlib.Path:
  """The file of a finished row, a NamedTuple with a name."""
  return workdir / "rows" / f"{row.name}.json"


def read(
  workdir: pathlib.Path,
  row: Any,
  key: str,
  remedy: str,
  or_empty: bool = False,
) -> dict | None:
  """What a finished row found; None if it is not finished.

  Args:
    workdir: of the grid.
    row: with the fields that the file holds too.
    key: of the file, that of another kind of grid lacks.
    remedy: what to do about a damaged file.
    or_empty: whether an empty object is a row too, of which nothing is known.

  Raises:
    ValueError: for a damaged file.
  """
  path = path_of(workdir, row)
  if not path.exists():
    return None
  found = store.read_object(path, "a finished row", remedy)
  if or_empty and not found:
    return found
  if found | row._asdict() != found or key not in found:
    raise bad_input(path, f"the row {row.name}", f"another; {remedy}")
  return found
