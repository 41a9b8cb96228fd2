"""What a cold-start study does: its sizes and its rows."""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from alx import label_free
from alx.acquisition import BY_NAME
from alx.acquisition.grammar import folder_of, parse
from alx.label_free import Encoding
from alx.runs.settings import arms
from alx.runs.settings.checks import all_among
from alx.stats import BASELINES

RANDOM, FOREGROUND = BASELINES
FULL = "full"
NO_ENCODER = "none"  # of the rows that look at no features
METHODS = (
  "k_center",
  "typiclust",
  "prob_cover",
  "k_means",
  "facility_location",
)


class Plan(NamedTuple):
  """What is compared."""

  encoders: tuple[str, ...]
  baselines: tuple[str, ...]  # look at no features; random first
  methods: tuple[str, ...]  # each on the features of every encoder
  budgets: tuple[int, ...]  # numbers of first labels, ascending
  seeds: int  # paired repeats of everything
  draws: int  # random sets; those beyond `seeds` are in no pair
  encoding: Encoding
  fields: Mapping  # of Config

  @property
  def arms(self) -> list[tuple[str, str]]:
    """(encoder, method) of everything that is chosen, random first."""
    alone = [(NO_ENCODER, name) for name in self.baselines]
    return alone + [(e, name) for e in self.encoders for name in self.methods]


class Row(NamedTuple):
  """One set of first labels, one model."""

  encoder: str
  method: str
  budget: int
  seed: int

  @property
  def name(self) -> str:
    """Usable as the name of a file."""
    method = folder_of(self.method)
    return f"{self.encoder}-{method}-{self.budget}-seed{self.seed}"


# Chosen so that a study takes the time that cold_start's help states.
_PICTURES = Plan(
  encoders=label_free.NAMES,
  baselines=(RANDOM,),
  methods=METHODS,
  budgets=(5, 10, 20, 40),
  seeds=5,
  draws=15,
  encoding=label_free.encoding_for(2),
  fields={"steps": 300},
)
_SLICES = _PICTURES._replace(
  baselines=BASELINES,
  budgets=(5, 15),
  seeds=3,
  draws=6,
  encoding=dataclasses.replace(label_free.encoding_for(2), steps=200),
  fields={"steps": 250, "widths": (8, 16, 32, 64)},
)
_VOLUMES = _SLICES._replace(
  budgets=(2, 5),
  encoding=dataclasses.replace(label_free.encoding_for(3), steps=200),
  fields={"steps": 300},
)
_CPU = {
  ("classification", 2): _PICTURES,
  ("classification", 3): _VOLUMES._replace(
    baselines=(RANDOM,), budgets=_SLICES.budgets
  ),
  ("segmentation", 2): _SLICES,
  ("segmentation", 3): _VOLUMES,
}
_SMOKE = {
  kind: plan._replace(
    encoders=("pca", "simclr"),
    methods=("k_center", "typiclust"),
    budgets=(2, 4),
    seeds=2,
    draws=3,
    encoding=Encoding(widths=(4, 8), longest=16, steps=4, batch=8),
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
    ValueError: for what is not known, not positive or named twice, or fewer
      draws than seeds.
  """
  if (task, spatial_dims) not in SIZES[size]:
    raise ValueError(f"{task} of {spatial_dims}-D images is not supported")
  plan = SIZES[size][task, spatial_dims]
  seeds = plan.seeds if seeds is None else _at_least("seeds", seeds, 1)
  if draws is None:
    draws = max(plan.draws, seeds)
  return plan._replace(
    encoders=_known("encoders", encoders or plan.encoders, label_free.NAMES),
    methods=_of_features(methods or plan.methods, plan.baselines),
    budgets=_ascending(budgets or plan.budgets),
    seeds=seeds,
    draws=_at_least("draws, one for every seed", draws, seeds),
  )


def _at_least(what, found, least):
  if found < least:
    raise ValueError(f"{what}: wanted at least {least}, found {found}")
  return found


def _of_features(methods, baselines):
  """Those that read features; the baselines are there unasked."""
  chosen = arms.canonical([n for n in methods if n not in baselines])
  if not chosen:
    raise ValueError(f"methods: wanted one beside {', '.join(methods)}")
  for name in chosen:
    arm = parse(name)
    if len(arm.stages) > 1:
      raise ValueError(f"methods: {name} takes turns, there is one question")
    if not {"features"} <= {*arm.needs} <= {"features", "groups"}:
      able = [n for n, row in BY_NAME.items() if row.needs == ("features",)]
      raise ValueError(
        f"methods: {name!r} does not go by features alone, as these do: "
        f"{', '.join(able)}"
      )
  return chosen


def _known(what, names, known):
  all_among(what, names, known)
  return tuple(names)


def _ascending(budgets):
  if min(budgets) < 1 or len(set(budgets)) < len(budgets):
    raise ValueError(
      f"budgets: wanted different numbers of 1 or more, found {budgets}"
    )
  return tuple(sorted(budgets))


def expand(plan: Plan, num_pool: int) -> list[Row]:
  """All rows, seeds outermost: what is stopped holds whole comparisons.

  Raises:
    ValueError: if a budget leaves nothing to choose.
  """
  if plan.budgets[-1] >= num_pool:
    raise ValueError(
      f"budgets: wanted fewer than the {num_pool} items of the pool, found "
      f"{plan.budgets[-1]}"
    )
  rows = []
  for seed in range(plan.draws):
    repeated = seed < plan.seeds
    arms = plan.arms if repeated else [(NO_ENCODER, RANDOM)]
    rows += [Row(*arm, budget, seed) for arm in arms for budget in plan.budgets]
    if repeated:
      rows.append(Row(NO_ENCODER, FULL, num_pool, seed))
  return rows


def recorded(plan: Plan) -> dict:
  """What must not change between two commands on one directory."""
  encoding = dataclasses.asdict(plan.encoding)
  return {"encoding": {k: _plain(v) for k, v in encoding.items()}}


def _plain(value):
  """As JSON gives it back."""
  return list(value) if isinstance(value, tuple) else value
