"""The patients of the pool, for acquisitions and settings that look at them."""

from typing import Any

import numpy as np

from alx.data import Dataset, Split
from alx.groups import how_to_read, numbers_of
from alx.runs.settings.arms import needs_of
from alx.runs.settings.config import Config


def check_known(config: Config, dataset: Dataset) -> None:
  """Raises ValueError where patients are wanted that nobody names."""
  if dataset.groups is not None:
    return
  wants = [f"max_per_group={config.max_per_group}"][: config.max_per_group]
  wants += [
    f"acquisition {name}"
    for name in config.acquisition
    if "groups" in needs_of([name])
  ]
  if wants:
    raise ValueError(
      f"{wants[0]} wants to know the patient of each item, {dataset.name} "
      f"names none; {how_to_read(dataset.ids)}"
    )


def groups_of(dataset: Dataset, split: Split) -> tuple[int, ...] | None:
  """N numbers, the same for items of the pool that are of one patient.

  None where patients are not known.
  """
  if dataset.groups is None:
    return None
  names = [dataset.groups[i] for i in split.pool]
  return tuple(numbers_of(names).tolist())


def groups_asked(problem: Any) -> tuple[int, ...] | None:
  """The same of all that may be asked for: items, or units of them."""
  groups = groups_of(problem.dataset, problem.split)
  if groups is None or problem.units is None:
    return groups
  return tuple(np.array(groups)[problem.units.item].tolist())
