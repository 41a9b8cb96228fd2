"""Labels that the data arrived with, as the starting set."""

import dataclasses
from typing import Any

import numpy as np

from alx.runs.problem.job import once
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.units.partly import NEXT


def labelled_whole(problem: Any) -> np.ndarray:
  """[U] bool, the items or units of which every voxel is labelled."""
  voxels = problem.units.voxels
  return once(problem, "labelled whole", lambda: _told(problem) == voxels)


def _told(problem):
  """[U] voxels of each unit that have a label, counted once."""
  return once(problem, "told voxels", problem.units.told_voxels)


def started(config: Config, problem: Any) -> Config:
  """Settings with a start that is what arrived labelled; others as they are.

  Units that are labelled whole are told; all other labelled voxels are trained
  on too, and their units may be asked for. There is no fit to all labels beside
  it: it would be the same.

  Raises:
    ValueError: in one line, where nothing is labelled or too little is not, or
      a question would have to be answered.
  """
  if config.start_with != LABELLED:
    return config
  if problem.dataset.task != "segmentation":
    raise ValueError(
      f"start_with={LABELLED} wants label maps that are partly labelled, found "
      "a classification"
    )
  if not config.acquisition:
    raise ValueError(
      f"start_with={LABELLED} asks for what nobody has labelled: wanted an "
      "acquisition, found none"
    )
  if config.rounds:
    raise ValueError(
      f"start_with={LABELLED} asks for what nobody has labelled, and writes "
      f"{NEXT} once: wanted rounds=0, found rounds={config.rounds}, of which "
      "nobody could answer the questions"
    )
  if config.budget:
    raise ValueError(
      f"start_with={LABELLED} asks for query={config.query} units: wanted no "
      f"budget, found budget={config.budget}"
    )
  whole, voxels = labelled_whole(problem), int(_told(problem).sum())
  left = int((~whole).sum())
  if not voxels or left < config.query:
    raise ValueError(
      f"start_with={LABELLED}, unit={config.unit}: wanted some of {len(whole)} "
      f"in the pool with a labelled voxel and {config.query} that are not "
      f"labelled whole, found {_counted(problem)}"
    )
  return dataclasses.replace(config, start=int(whole.sum()), full=False)


def _counted(problem):
  """How many of the units are labelled, and how far."""
  whole, told = labelled_whole(problem), _told(problem)
  part, none = (told > 0) & ~whole, told == 0
  return (
    f"{whole.sum()} labelled whole, {part.sum()} in part and {none.sum()} not "
    "at all"
  )


def lines(config: Config, problem: Any) -> list[str]:
  """What a run says of what it begins with."""
  if config.start_with != LABELLED:
    return []
  count = len(problem.units.set.begun)
  return [
    f"the start is what arrived labelled, in {count} of "
    f"{len(problem.split.pool)} items of the pool: of "
    f"{problem.units.set.count} that may be asked for {_counted(problem)}; "
    "every labelled voxel is trained on"
  ]
