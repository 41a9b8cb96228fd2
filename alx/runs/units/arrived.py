"""Labels that the data arrived with, as the starting set."""

import dataclasses
from typing import Any

import numpy as np

from alx.label_maps import UNLABELLED
from alx.runs.problem.job import once
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.units.asked import num_asked
from alx.runs.units.partly import NEXT


def labelled_whole(problem: Any) -> np.ndarray:
  """[U] bool, the items or units of which every voxel is labelled."""
  return once(problem, "labelled whole", lambda: _labelled_whole(problem))


def _labelled_whole(problem):
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
