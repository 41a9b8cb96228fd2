"""Rows of a grid that are finished, one file each."""

import pathlib

from alx.data.dataset import bad_input
from alx.runs.disk import store
from experiments.nocode.plan import Plan, Row, expand

_REMEDY = "without the file the row is played again"


def path_of(workdir: pathlib.Path, row: Row) -> pathlib.Path:
  """The file of a finished row."""
  return workdir / "rows" / f"{row.name}.json"


def read_row(workdir: pathlib.Path, row: Row) -> dict | None:
  """What a finished row found; None if it is not finished.

  Raises:
    ValueError: for a damaged file.
  """
  path = path_of(workdir, row)
  if not path.exists():
    return None
  found = store.read_object(path, "a finished row", _REMEDY)
  if found | row._asdict() != found or "rounds" not in found:
    raise bad_input(path, f"the row {row.name}", f"another; {_REMEDY}")
  return found


def finished(workdir: pathlib.Path, plan: Plan) -> dict[Row, dict]:
  """What all finished rows of a plan found.

  Raises:
    ValueError: for a damaged file.
  """
  found = {row: read_row(workdir, row) for row in expand(plan)}
  return {row: record for row, record in found.items() if record}
