"""Rows of a grid that are finished, one file each."""

import pathlib

from experiments import finished as disk
from experiments.nocode.plan import Plan, Row, expand

_REMEDY = "without the file the row is played again"


def read_row(workdir: pathlib.Path, row: Row) -> dict | None:
  """What a finished row found; None if it is not finished.

  Raises:
    ValueError: for a damaged file.
  """
  return disk.read(workdir, row, "rounds", _REMEDY)


def finished(workdir: pathlib.Path, plan: Plan) -> dict[Row, dict]:
  """What all finished rows of a plan found.

  Raises:
    ValueError: for a damaged file.
  """
  found = {row: read_row(workdir, row) for row in expand(plan)}
  return {row: record for row, record in found.items() if record}
