"""From the words of a command to the settings of its runs."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from experiments.config import Config, override
from experiments.survey import deviations
from experiments.survey.benchmarks import BENCHMARKS, SIZES, Benchmark

PRESETS = ("clean", "parity")


class Plan(NamedTuple):
  """What a command is to do."""

  name: str  # of the benchmark
  size: str
  preset: str
  deviations: tuple[str, ...]  # that are on
  configs: dict[str, Config]  # by budget
  optional: bool  # a budget that the pool cannot pay for is passed over

  @property
  def benchmark(self) -> Benchmark:
    """Its settings and tables."""
    return BENCHMARKS[self.name]

  @property
  def is_stand_in(self) -> bool:
    """Whether other pictures stand in for the published ones."""
    data = next(iter(self.configs.values())).data
    return self.name != "acdc" and not pathlib.Path(data).is_dir()


def make_plan(
  name: str,
  data: str,
  size: str = "cpu",
  preset: str = "clean",
  *,
  methods: Sequence[str] = (),
  seeds: int = 0,
  deviate: Sequence[str] | None = None,
  budgets: Sequence[str] = (),
  assignments: Sequence[str] = (),
) -> Plan:
  """The settings of every budget.

  Args:
    name: of the benchmark.
    data: folder or .npz file.
    size: one of `SIZES`.
    preset: one of `PRESETS`: no deviation, or all of the benchmark's.
    methods: of `alx.acquisition.BY_NAME`; random is added. (): the size's own.
    seeds: 0: the size's own.
    deviate: exactly these deviations, whatever the preset; None: the preset's.
    budgets: (): all that the pool can pay for.
    assignments: texts field=value for any field of Config, at last.

  Raises:
    ValueError: for a name that is not known, or a wrong value.
  """
  _among("benchmark", name, BENCHMARKS)
  _among("size", size, SIZES)
  _among("preset", preset, PRESETS)
  benchmark = BENCHMARKS[name]
  for budget in budgets:
    _among("budgets", budget, benchmark.budgets)
  if not data:
    raise ValueError(f"{name} wants --data=PATH")
  chosen = deviations.of_benchmark(name) if preset == "parity" else ()
  chosen = tuple(chosen if deviate is None else deviate)
  methods = methods or _methods(benchmark, size)
  given = {
    "data": data,
    "acquisition": tuple(dict.fromkeys(("random", *methods))),
  }
  if seeds:
    given["seeds"] = seeds
  configs = {
    budget: override(
      deviations.apply(
        _config(benchmark, data, size, budget, given), chosen, name, budget
      ),
      assignments,
    )
    for budget in budgets or _usual(benchmark, size)
  }
  return Plan(name, size, preset, chosen, configs, not budgets)


def _methods(benchmark, size):
  """What a size runs unless told otherwise."""
  if size == "smoke":
    return ("entropy", "k_center")
  return benchmark.methods if size == "paper" else benchmark.few


def _usual(benchmark, size):
  """All budgets; the first will do to see that everything works."""
  names = list(benchmark.budgets)
  return names[:1] if size == "smoke" else names


def _config(benchmark, data, size, budget, given):
  fields = benchmark.fields | benchmark.sizes[size]
  if not pathlib.Path(data).is_dir():  # an .npz has the extents it has
    fields = fields | {"image_size": 0}
  labels = benchmark.budgets[budget]
  fields |= {
    "start": labels,
    "query": labels,
    "steps": benchmark.steps[size][budget],
  }
  return dataclasses.replace(Config(), **fields | given)


def _among(flag, value, known):
  if value not in known:
    raise ValueError(f"{flag}: {value!r} is not one of {', '.join(known)}")
