"""In what the labels of a run are counted, and what that is called."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.report.arms import Arm
from alx.report.read import Study

# Budgets that no other column of spent.csv counts.
_MONEY = {"seconds": "seconds of a reader", "cost": "cost by the given table"}


class Cost(NamedTuple):
  """A column of spent.csv."""

  column: str
  name: str  # 'slices marked'


def costs_of(study: Study, arms: Sequence[Arm]) -> list[Cost]:
  """Those that some method tells in every round; [] without spent.csv."""
  return [c for c in _named(study) if any(told(arm, c.column) for arm in arms)]


def told(arm: Arm, column: str) -> bool:
  """Whether every round of every seed says it."""
  values = [run.spending(column) for run in arm.runs]
  return bool(values) and bool(np.isfinite(np.concatenate(values)).all())


def _named(study):
  """In the order of the page."""
  flat = (study.dataset.get("images") or {}).get("axes") == 2
  voxels = "pixels" if flat else "voxels"
  found = [
    Cost("items", f"{kind_of(study)} opened"),
    Cost("slices", slices_of(study)),
    Cost("voxels", f"{voxels} marked"),
  ]
  if study.config.get("answer") != "dominant":  # a class is told: no outline
    length = "mm" if study.dataset.get("distance_unit") == "mm" else voxels
    name = f"{length} of outline drawn"
    found.append(Cost("boundary_mm", name))
  if name := _MONEY.get(study.budget):
    found.append(Cost("cost", name))
  return found


def kind_of(study: Study) -> str:
  """What an item is, of several: 'volumes'."""
  kind = (study.dataset.get("scored") or {}).get("kind") or "item"
  return f"{kind}s"


def slices_of(study: Study) -> str:
  """'slices marked', where a label is some; else what holds as many voxels."""
  if (study.dataset.get("images") or {}).get("axes") == 2:
    return "whole images’ worth"
  whole = study.unit in ("whole", "slices")
  return "slices marked" if whole else "slices’ worth"
