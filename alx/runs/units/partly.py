"""Pools that arrive partly labelled: what is known, and what to ask next."""

from typing import Any

import numpy as np

from alx.data.partly import is_partly_labelled
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED

NEXT = "next.csv"  # of a run, what to label next


def answerable(config: Config, units: Any) -> np.ndarray | None:
  """[U] bool, units that somebody has labelled a voxel of; None: all.

  What nobody has labelled cannot be answered in a simulation. With the labelled
  ones as the starting set all stay: the others are what is asked for.

  Args:
    config: of the run.
    units: a `PoolUnits`.
  """
  if config.start_with == LABELLED or not is_partly_labelled(units.dataset):
    return None
  keep = units.told_voxels() > 0
  return None if keep.all() else keep


def lines(problem: Any) -> list[str]:
  """What a run ought to say of units that are never asked for."""
  units = problem.units
  if units is None or not units.unanswered:
    return []
  return [
    f"{units.unanswered} of {units.unanswered + units.set.count} units have no "
    "labelled voxel: nobody could answer, they are never asked for "
    f"(start_with={LABELLED} asks for them, once)"
  ]
