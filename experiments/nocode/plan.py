"""What the grid holds: data x reader x draft x selection x seed."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from alx.effort.readers import BY_NAME as READERS
from alx.runs.settings.checks import all_among
from alx.stats import BASELINES

NONE, FIXED, UPDATED = DRAFTS = ("none", "fixed", "updated")
RANDOM, FOREGROUND = BASELINES
ACTIVE = "active"
SELECTIONS = (RANDOM, FOREGROUND, ACTIVE)


class Plan(NamedTuple):
  """What is compared."""

  data: tuple[str, ...]  # names; see `study.named`
  readers: tuple[str, ...]
  drafts: tuple[str, ...]
  selections: tuple[str, ...]
  seeds: int


class Row(NamedTuple):
  """One loop: a reader labels in rounds, a model is fitted after each."""

  data: str
  reader: str
  draft: str
  selection: str
  seed: int

  @property
  def name(self) -> str:
    """Usable as the name of a file."""
    return "-".join([*self[:4], f"seed{self.seed}"])

  @property
  def arm(self) -> tuple[str, str]:
    """(draft, selection)."""
    return self.draft, self.selection


def make_plan(
  data: tuple[str, ...],
  readers: tuple[str, ...] = ("tolerant",),
  drafts: tuple[str, ...] = DRAFTS,
  selections: tuple[str, ...] = SELECTIONS,
  seeds: int = 3,
) -> Plan:
  """A plan that makes sense.

  Raises:
    ValueError: for what is not known or named twice, or a grid without the
      cell that all others are held against.
  """
  given = (
    ("readers", readers, tuple(READERS)),
    ("drafts", drafts, DRAFTS),
    ("selections", selections, SELECTIONS),
  )
  for what, names, known in given:
    if not names:
      raise ValueError(f"{what}: wanted one or more of {', '.join(known)}")
    all_among(what, names, known)
  if len(set(data)) < len(data):
    raise ValueError(f"data: two of one name: {', '.join(data)}")
  if NONE not in drafts or RANDOM not in selections:
    raise ValueError(
      f"wanted draft {NONE} and selection {RANDOM} in the grid: the others are "
      "held against them"
    )
  if seeds < 1:
    raise ValueError(f"seeds: wanted at least 1, found {seeds}")
  return Plan(data, readers, drafts, selections, seeds)


def expand(plan: Plan) -> list[Row]:
  """All rows; those that may share fits follow each other."""
  order = (plan.data, range(plan.seeds), plan.selections, plan.readers)
  return [
    Row(data, reader, draft, selection, seed)
    for data, seed, selection, reader in itertools.product(*order)
    for draft in plan.drafts
  ]


# Fields of Config by preset; what a size does not name the preset decides.
SIZES: Mapping[str, Mapping[str, Mapping]] = {
  "smoke": {
    "": {
      "start": 3,
      "query": 2,
      "rounds": 2,
      "steps": 6,
      "widths": (4, 8),
      "samples": 2,
    },
    "phantom": {"phantom_items": 24, "test_items": 6},
    "hippocampus": {"test_items": 6},
    "acdc": {},
  },
  "cpu": {
    "": {"samples": 4, "widths": (8, 16, 32)},
    "phantom": {
      "phantom_items": 120,
      "test_items": 30,
      "start": 6,
      "query": 6,
      "rounds": 5,
    },
    "hippocampus": {
      "start": 2,
      "query": 3,
      "rounds": 5,
      "steps": 200,
      "test_items": 40,
    },
    "acdc": {"steps": 1000, "widths": (8, 16, 32, 64)},
  },
}


def fields_of(size: str, preset: str) -> dict:
  """Fields of Config of a size."""
  return {**SIZES[size][""], **SIZES[size].get(preset, {})}
