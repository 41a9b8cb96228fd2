"""From the words of a command to the settings of its runs."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from alx.runs.settings import arms, stopping
from alx.runs.settings.checks import all_among, among
from alx.runs.settings.config import Config, absolute, override
from experiments.survey import deviations
from experiments.survey.benchmarks import BENCHMARKS, SIZES, Benchmark

PRESETS = ("clean", "parity")


class Plan(NamedTuple):
  """What a command is to do."""

  name: str  # of the benchmark
  size: str
  preset: str
  deviations: tuple[str, ...]  # that were asked for, in the order of the list
  configs: dict[str, Config]  # by budget
  optional: bool  # a budget that the pool cannot pay for is passed over

  @property
  def benchmark(self) -> Benchmark:
    """Its settings and tables."""
    return BENCHMARKS[self.name]

  @property
  def data(self) -> str:
    """Folder or file, the same for all budgets."""
    return next(iter(self.configs.values())).data


def make_plan(
  name: str,
  data: str,
  size: str = "cpu",
  preset: str = "clean",
  *,
  methods: Sequence[str] = (),
  seeds: int = 0,
  max_per_group: int = 0,
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
    methods: texts as in `alx.acquisition.grammar`; random is added. (): the
      size's own.
    seeds: 0: the size's own.
    max_per_group: items of one patient in a round; 0: any number.
    deviate: exactly these deviations, whatever the preset; None: the preset's.
    budgets: (): all that the pool can pay for.
    assignments: texts field=value for any field of Config, at last.

  Raises:
    ValueError: for a name that is not known, or a wrong value.
  """
  among("benchmark", name, BENCHMARKS)
  among("size", size, SIZES)
  among("preset", preset, PRESETS)
  benchmark = BENCHMARKS[name]
  all_among("budgets", budgets, benchmark.budgets)
  chosen = _deviations(name, preset, deviate)
  if not data:
    raise ValueError(f"{name} wants --data=PATH")
  methods = arms.canonical(methods) or _methods(benchmark, size)
  given = _given(data, methods, seeds) | {"max_per_group": max_per_group}
  configs = {}
  for budget in budgets or _usual(benchmark, size):
    config = _config(benchmark, size, budget, given)
    config = deviations.apply(config, chosen, name)
    configs[budget] = absolute(override(config, assignments))
    stopping.refuse(configs[budget])
  return Plan(name, size, preset, chosen, configs, not budgets)


def _deviations(name, preset, deviate):
  """In the order of the list, whatever the order they were asked for in."""
  known = deviations.of_benchmark(name)
  if deviate is None:
    return known if preset == "parity" else ()
  for deviation in deviate:
    among("deviate", deviation, known)
  return tuple(n for n in known if n in deviate)


def _given(data, methods, seeds):
  """What the command decides, whatever the benchmark."""
  names = tuple(dict.fromkeys(("random", *methods)))
  fields = {"data": data, "acquisition": names}
  return fields | ({"seeds": seeds} if seeds else {})


def _methods(benchmark, size):
  """What a size runs unless told otherwise."""
  if size == "smoke":
    return ("entropy", "k_center")
  if size == "cpu":
    return benchmark.few
  return (*benchmark.methods, *benchmark.more)


def _usual(benchmark, size):
  """All budgets; the first will do to see that everything works."""
  names = list(benchmark.budgets)
  return names[:1] if size == "smoke" else names


def _config(benchmark, size, budget, given):
  fields = benchmark.fields | benchmark.sizes[size]
  if not pathlib.Path(given["data"]).is_dir():  # an .npz has the extents it has
    fields = fields | {"image_size": 0}
  labels = benchmark.budgets[budget]
  fields |= {
    "start": labels,
    "query": labels,
    "steps": benchmark.steps[size][budget],
  }
  return dataclasses.replace(Config(recipe="classic"), **fields | given)
