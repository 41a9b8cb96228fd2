"""Pools that arrive partly labelled: what is known, and what to ask next."""

import dataclasses
from typing import Any

import numpy as np

from alx.data.partly import is_partly_labelled
from alx.label_maps import UNLABELLED
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.units.asked import num_asked

NEXT = "next.csv"  # of a run, what to label next


def labelled_whole(problem: Any) -> np.ndarray:
  """[U] bool, the items or units of which every voxel is labelled."""
  if problem.units is not None:
    return problem.units.told_voxels() == problem.units.voxels
  dataset, pool = problem.dataset, problem.split.pool
  return np.array([(dataset.labels[i] != UNLABELLED).all() for i in pool])


def started(config: Config, problem: Any) -> Config:
  """Settings with a start that is what arrived labelled; others as they are.

  Raises:
    ValueError: in one line, where nothing or everything is labelled, or a
      second question would have to be answered.
  """
  if config.start_with != LABELLED:
    return config
  if config.rounds or config.seeds > 1 or config.budget:
    raise ValueError(
      f"start_with={LABELLED} asks once what to label next, {NEXT}: wanted "
      f"rounds=0, seeds=1 and no budget, found rounds={config.rounds}, "
      f"seeds={config.seeds}, budget={config.budget!r}"
    )
  if problem.dataset.task != "segmentation":
    raise ValueError(
      f"start_with={LABELLED} wants label maps that are partly labelled, found "
      "a classification"
    )
  found, count = int(labelled_whole(problem).sum()), num_asked(problem)
  if not 0 < found <= count - config.query:
    raise ValueError(
      f"start_with={LABELLED}, unit={config.unit}: wanted some of {count} in "
      f"the pool labelled in all their voxels and {config.query} that are not, "
      f"found {found} labelled"
    )
  return dataclasses.replace(config, start=found)


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
