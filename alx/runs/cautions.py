"""What a run ought to warn of before it begins, a line each."""

from collections.abc import Sequence

import numpy as np

from alx.data import Dataset
from alx.groups import how_to_read, is_unknown
from alx.pool import init_pool
from alx.runs.problem.problem import Problem
from alx.runs.rounds import start_key
from alx.runs.settings.config import MADE, Config
from alx.runs.settings.starting import STRATA
from alx.runs.starts import first_items
from alx.runs.units import partly
from alx.runs.units.asked import begins_told, classes_shown, num_asked
from alx.runs.units.budgets import affordable


def lines(config: Config, problem: Problem) -> list[str]:
  """All of them.

  Args:
    config: resolved.
    problem: split, nothing trained.

  Raises:
    DataError: for a starting set that cannot be chosen.
  """
  found = [*_of_patients(config, problem)]
  if config.start_with in STRATA:
    found.append(
      f"start_with={config.start_with} reads the labels of the pool, which "
      "nobody has before labelling"
    )
  found += partly.lines(problem)
  if config.acquisition:
    found += _of_starts(config, problem)
  return found


def sides(dataset: Dataset, parts: Sequence[np.ndarray]) -> list[set[str]]:
  """The known patients of each part; sets without one where none is."""
  groups = dataset.groups or ("",) * len(dataset.ids)
  return [{groups[i] for i in p if not is_unknown(groups[i])} for p in parts]


def _of_patients(config, problem):
  dataset, split = problem.dataset, problem.split
  if dataset.groups is None:
    chosen = config.split_by_item or config.data in MADE
    if split.by == "item" and not chosen:
      yield (
        "patients are not known, so items of one may be in the pool and among "
        f"the test items; {how_to_read(dataset.ids)}"
      )
    return
  pool, test = sides(dataset, (split.pool, split.test))
  told = any("in several parts of the split" in note for note in dataset.notes)
  if pool & test and not told:
    yield (
      f"{len(pool & test)} of {len(test)} patients of the test items are in "
      f"the pool too, such as {min(pool & test)}: the data give this split"
    )
  elif len(test) == 1:
    yield f"all {len(split.test)} test items are of one patient, {min(test)}"


def _arrived(problem):
  """The classes in each item of which something is labelled beforehand."""
  pool, labels = problem.split.pool, problem.dataset.labels
  begun = np.asarray(problem.units.set.begun).tolist()
  return [np.unique(labels[pool[item]]).tolist() for item in begun]


def _of_starts(config, problem):
  """Classes that nobody in a starting set has."""
  dataset = problem.dataset
  first = int(dataset.task == "segmentation")
  lacking, counts = {}, {}
  arrived = begins_told(problem) and _arrived(problem)
  for seed in range(config.first_seed, config.first_seed + config.seeds):
    items = _first_asked(problem, config, seed)
    held = arrived or [classes_shown(problem, item) for item in items]
    counts[seed] = len(held)
    for number in range(first, len(dataset.class_names) - config.spare_classes):
      if not any(number in labels for labels in held):
        lacking.setdefault(number, []).append(seed)
  for number, seeds in lacking.items():
    name = dataset.class_names[number]
    among = [counts[seed] for seed in seeds]
    low, high = min(among), max(among)
    told = f"{low}" if low == high else f"{low} to {high}"
    yield (
      f"no {name} among the {told} labels of the start, in "
      f"{len(seeds)} of {config.seeds} seeds"
    )


def _first_asked(problem, config, seed):
  """What of the starting set of a seed a reader does: no padding."""
  count = num_asked(problem)
  items = first_items(problem, config, start_key(config, seed))
  items, _ = affordable(problem, config, items, init_pool(count))
  return [int(item) for item in np.asarray(items) if item < count]
