"""What a cold-start study does: its sizes and its rows."""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from alx import label_free
from alx.acquisition import BY_NAME
from alx.label_free import Encoding

RANDOM, FULL = "random", "full"
NO_ENCODER = "none"  # of the rows that look at no features
METHODS = (
  RANDOM,
  "k_center",
  "typiclust",
  "prob_cover",
  "k_means",
  "facility_location",
)


class Plan(NamedTuple):
  """What is compared."""

  encoders: tuple[str, ...]
  methods: tuple[str, ...]  # random first
  budgets: tuple[int, ...]  # numbers of first labels, ascending
  seeds: int  # paired repeats of everything
  draws: int  # random sets; beyond `seeds` only for the percentiles
  encoding: Encoding
  fields: Mapping  # of Config

  @property
  def arms(self) -> list[tuple[str, str]]:
    """(encoder, method) of everything but random."""
    others = [name for name in self.methods if name != RANDOM]
    return [(encoder, name) for encoder in self.encoders for name in others]


class Row(NamedTuple):
  """One set of first labels, one model."""

  encoder: str
  method: str
  budget: int
  seed: int

  @property
  def name(self) -> str:
    """Usable as the name of a file."""
    return f"{self.encoder}-{self.method}-{self.budget}-seed{self.seed}"


# Chosen so that a study takes the time that cold_start's help states.
_CPU = {
  ("classification", 2): Plan(
    encoders=label_free.NAMES,
    methods=METHODS,
    budgets=(5, 10, 20, 40),
    seeds=5,
    draws=15,
    encoding=label_free.encoding_for(2),
    fields={"steps": 300},
  ),
  ("segmentation", 2): Plan(
    encoders=("pca", "simclr"),
    methods=METHODS,
    budgets=(5, 15),
    seeds=3,
    draws=6,
    encoding=label_free.encoding_for(2),
    fields={"steps": 250, "widths": (8, 16, 32, 64)},
  ),
  ("segmentation", 3): Plan(
    encoders=("pca", "simclr"),
    methods=METHODS,
    budgets=(2, 5),
    seeds=3,
    draws=6,
    encoding=label_free.encoding_for(3),
    fields={"steps": 300},
  ),
}
_TINY = Encoding(widths=(4, 8), longest=16, steps=4, batch=8)
_SMOKE = {
  kind: plan._replace(
    encoders=("pca", "simclr"),
    methods=(RANDOM, "k_center", "typiclust"),
    budgets=(2, 4),
    seeds=2,
    draws=3,
    encoding=_TINY,
    fields={"steps": 4, "widths": (4, 8), "batch": 4},
  )
  for kind, plan in _CPU.items()
}
SIZES = {"smoke": _SMOKE, "cpu": _CPU}


def make_plan(
  size: str,
  task: str,
  spatial_dims: int,
  encoders: tuple[str, ...] | None = None,
  methods: tuple[str, ...] | None = None,
  budgets: tuple[int, ...] | None = None,
  seeds: int | None = None,
  draws: int | None = None,
) -> Plan:
  """The plan of a size for a kind of data, with what the user asks for.

  Raises:
    ValueError: for what is not known, not positive or named twice.
  """
  if (task, spatial_dims) not in SIZES[size]:
    raise ValueError(f"{task} of {spatial_dims}-D images is not supported")
  plan = SIZES[size][task, spatial_dims]
  seeds = plan.seeds if seeds is None else seeds
  plan = plan._replace(
    encoders=_known("encoders", encoders or plan.encoders, label_free.NAMES),
    methods=_with_random(methods or plan.methods),
    budgets=_checked_budgets(budgets or plan.budgets),
    seeds=seeds,
    draws=max(plan.draws if draws is None else draws, seeds),
  )
  if seeds < 1:
    raise ValueError(f"seeds: wanted at least 1, found {seeds}")
  return plan


def _with_random(methods):
  able = [n for n, row in BY_NAME.items() if row.needs == ("features",)]
  chosen = [name for name in methods if name != RANDOM]
  return (RANDOM, *_known("methods", chosen, able))


def _known(what, names, known):
  for name in names:
    if name not in known:
      raise ValueError(f"{what}: {name!r} is not one of {', '.join(known)}")
  if len(set(names)) < len(names):
    raise ValueError(f"{what}: one is named twice in {', '.join(names)}")
  return tuple(names)


def _checked_budgets(budgets):
  if min(budgets) < 1 or len(set(budgets)) < len(budgets):
    raise ValueError(
      f"budgets: wanted different numbers of 1 or more, found {budgets}"
    )
  return tuple(sorted(budgets))


def expand(plan: Plan, num_pool: int) -> list[Row]:
  """All rows, seeds outermost: what is stopped holds whole comparisons.

  Raises:
    ValueError: if the pool is smaller than a budget.
  """
  if plan.budgets[-1] > num_pool:
    raise ValueError(
      f"budgets: wanted at most the {num_pool} items of the pool, found "
      f"{plan.budgets[-1]}"
    )
  rows = []
  for seed in range(plan.draws):
    rows += [Row(NO_ENCODER, RANDOM, b, seed) for b in plan.budgets]
    if seed < plan.seeds:
      rows.append(Row(NO_ENCODER, FULL, num_pool, seed))
      rows += [Row(*arm, b, seed) for arm in plan.arms for b in plan.budgets]
  return rows


def recorded(plan: Plan) -> dict:
  """What must not change between two commands on one directory."""
  encoding = dataclasses.asdict(plan.encoding)
  return {"encoding": {k: _plain(v) for k, v in encoding.items()}}


def _plain(value):
  """As JSON gives it back."""
  return list(value) if isinstance(value, tuple) else value
