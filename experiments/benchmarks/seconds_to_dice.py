"""Processor seconds until a fit reaches a Dice: ours, and a loop in torch.

  taskset -c 1 python -m experiments.benchmarks.seconds_to_dice \\
    --data=Task04_Hippocampus --labels=24 --csv=seconds.csv

For each budget a whole schedule fits inside: steps are the budget by the time
of a step, measured with all contenders taking turns in one process. Compiling
and testing are apart. Labelled sets and first weights are those of the seed,
the same for all; what is tested on is a validation part of the pool. The csv is
gone on with: fits that it has are not made again, and keep their step times.
Rates are chosen with seeds of their own: `--seeds=1 --first_seed=100
--contenders=torch:5e-3:2,torch:1e-2:2`.
"""

import dataclasses
import math
import statistics
from typing import NamedTuple

import jax
import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.data import patches
from alx.runs.problem import learning, predictions
from alx.runs.problem import problem as problems
from alx.runs.settings.config import Config, override
from alx.runs.settings.recipes import UNETS
from alx.stats.intervals import mean_interval
from experiments.benchmarks import (
  kept_fits,
  recipe_fits,
  torch_fits,
  torch_nets,
)
from experiments.benchmarks.torch_nets import torch

# Library, network and optimiser.
KINDS = {
  "ours": ("alx", "light_unet", "muon"),
  "ours-classic": ("alx", "unet", "adam"),
  "torch": ("torch", "unet", "adam"),
  "torch-light": ("torch", "light_unet", "muon"),
}
BEST = ["ours:5e-2:2", "torch:1e-2:2", "torch-light:5e-2:2"]
_TIMED = 20  # steps of a turn


class Contender(NamedTuple):
  """One way to train."""

  kind: str
  rate: float
  batch: int


class Row(NamedTuple):
  """One fit."""

  kind: str
  rate: float
  batch: int
  budget: float  # processor seconds
  seed: int
  steps: int
  ms: float  # of a step, when all contenders took turns
  seconds: float  # that the fit took by itself
  score: float


class Bench(NamedTuple):
  """The data with resolved settings, for any contender."""

  config: Config
  tasks: dict[str, problems.Problem]  # by network: it predicts for all
  labels: int


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("data", "phantom", "As of alx run.")
  flags.DEFINE_integer("labels", 24, "Labelled items.", lower_bound=1)
  flags.DEFINE_list("budgets", ["5", "10", "20", "40", "80"], "Seconds.")
  flags.DEFINE_list("targets", ["0.80", "0.83", "0.85"], "Dice.")
  flags.DEFINE_list("contenders", BEST, f"kind:rate:batch of {[*KINDS]}.")
  flags.DEFINE_integer("seeds", 3, "Labelled sets and weights.", lower_bound=1)
  flags.DEFINE_integer("first_seed", 0, "Of them.", lower_bound=0)
  flags.DEFINE_integer("validation", 30, "Items to score on.", lower_bound=1)
  flags.DEFINE_integer("turns", 5, "Timed turns per contender.", lower_bound=1)
  flags.DEFINE_string("csv", "", "Fits are added to this file.")
  flags.DEFINE_multi_string("set", [], "field=value, as of alx run.")


def main(argv: list[str]) -> None:
  """Makes the fits that are missing, and prints what all of these seeds say."""
  del argv
  given = flags.FLAGS
  if torch:
    torch.set_num_threads(1)
  contenders = [parse(text) for text in given.contenders]
  budgets = [float(text) for text in given.budgets]
  seeds = range(given.first_seed, given.first_seed + given.seeds)
  of = kept_fits.settings(given, "data", "labels", "validation", "set")
  rows = kept_fits.read(given.csv, Row, of)
  wanted = [(c, b, s) for s in seeds for b in budgets for c in contenders]
  missing = [w for w in wanted if w not in {key(row) for row in rows}]
  if missing:
    bench = make_bench(given)
    times = {row[:3:2]: row.ms for row in rows}
    new = {c[::2]: c for c, _, _ in missing if c[::2] not in times}
    times |= step_times(bench, list(new.values()), given.turns)
  for contender, budget, seed in missing:
    ms = times[contender[::2]]
    rows.append(fit(bench, contender, budget, seed, ms))
    kept_fits.write(given.csv, rows, of)
  asked = [r for r in rows if key(r)[0] in contenders and r.seed in seeds]
  console = Console(markup=False, emoji=False, highlight=False)
  for table in tables(asked, [float(t) for t in given.targets]):
    console.print(table)


def parse(text: str) -> Contender:
  """A contender out of kind:rate:batch.

  Raises:
    ValueError: for a kind that is none, or without its library.
  """
  kind, rate, batch = text.split(":")
  if kind not in KINDS:
    raise ValueError(f"contenders: no {kind!r}; there are {list(KINDS)}")
  if KINDS[kind][0] == "torch" and torch is None:
    raise ValueError(f"contenders: {kind} wants torch: pip install alx[bench]")
  return Contender(kind, float(rate), int(batch))


def key(row: Row) -> tuple:
  """(contender, budget, seed) of a fit."""
  return Contender(*row[:3]), row.budget, row.seed


def make_bench(given) -> Bench:
  """Reads the data once. All contenders have the rate of `rates_of`."""
  same = {"flips": False, "schedule": "warmup_cosine"}
  config = Config(data=given.data, recipe="light", **same)
  config = dataclasses.replace(override(config, given.set), acquisition=())
  config, dataset = recipe_fits.validated(config, given.validation)
  task = problems.make_problem(config, dataset)
  tasks = {}
  for model in UNETS:
    config = dataclasses.replace(config, model=model)
    learner = learning.make_learner(config, dataset)
    tasks[model] = problems.with_learner(task, learner, config.block)
  return Bench(config, tasks, given.labels)


def task_of(bench: Bench, contender: Contender, steps: int) -> problems.Problem:
  """The data with the learner of a contender."""
  _, model, optimizer = KINDS[contender.kind]
  config = dataclasses.replace(
    bench.config,
    model=model,
    optimizer=optimizer,
    learning_rate=contender.rate,
    batch=contender.batch,
    steps=steps,
  )
  task = bench.tasks[model]
  learner = learning.make_learner(config, task.dataset)
  return task._replace(learner=learner._replace(fit=jax.jit(learner.fit)))


def step_times(bench: Bench, contenders: list[Contender], turns: int) -> dict:
  """Median processor milliseconds of a step by (kind, batch), taking turns."""
  runs = [
    (c[::2], trainer(bench, c, task_of(bench, c, _TIMED), _TIMED))
    for c in contenders
  ]
  taken = {name: [] for name, _ in runs}
  for turn in range(turns + 1):
    for name, train in runs:
      _, seconds = train(0)
      if turn:  # the first one warms up
        taken[name].append(1e3 * seconds / _TIMED)
  return {name: statistics.median(each) for name, each in taken.items()}


def fit(
  bench: Bench, contender: Contender, budget: float, seed: int, ms: float
) -> Row:
  """Trains for a budget and scores on the validation part."""
  steps = max(1, round(1e3 * budget / ms))
  task = task_of(bench, contender, steps)
  params, seconds = trainer(bench, contender, task, steps)(seed)
  predicted = predictions.predict_test(task, params)
  score = next(iter(predictions.metrics_of(task, predicted).values()))
  return Row(*contender, budget, seed, steps, ms, seconds, score)


def trainer(bench, contender, task, steps):
  """seed -> (params, processor seconds), compiled where that is apart."""
  if KINDS[contender.kind][0] == "torch":
    return lambda seed: _train_torch(bench, contender, task, steps, seed)
  task = recipe_fits.with_program(task)

  def train(seed):
    pool = recipe_fits.labelled(len(task.labels), bench.labels, seed)
    found = recipe_fits.train(task, jax.random.key(seed), pool)
    return found.params, found.seconds

  return train


def _train_torch(bench, contender, task, steps, seed):
  """The same from the same first weights in torch."""
  config = bench.config
  _, model, optimizer = KINDS[contender.kind]
  params = task.learner.init(jax.random.split(jax.random.key(seed))[0])
  module = torch_nets.torch_unet(
    len(config.patch),
    config.widths,
    len(task.dataset.class_names),
    task.images.values.shape[-1],
    config.dropout,
    light=model == "light_unet",
  )
  torch_nets.load_params(module, params)
  recipe = torch_fits.Recipe(
    config.patch,
    contender.batch,
    contender.rate,
    optimizer,
    config.class_aware,
    config.intensity,
    config.clip,
  )
  data = _gathered(task, bench.labels, seed)
  seconds = torch_fits.fit(module, data, recipe, steps, seed)
  return torch_nets.params_of(module, params), seconds


def _gathered(task, labels, seed):
  """The labelled items as tensors."""
  pool = recipe_fits.labelled(len(task.labels), labels, seed)
  items = np.asarray(pool.order)[:labels]
  return torch_fits.gather(
    np.asarray(patches.as_float(task.images.values[items])),
    np.asarray(task.labels[items]),
    np.asarray(task.images.size)[items],
    len(task.dataset.class_names),
  )


def seconds_to(
  target: float, budgets: list[float], scores: list[float]
) -> float:
  """The least budget that reaches a score, between two on a log scale.

  Where the smallest one does, that one: a bound from above. inf: none does.
  """
  last = None
  for budget, score in zip(budgets, scores, strict=True):
    if score >= target:
      if last is None:
        return budget
      share = (target - last[1]) / (score - last[1])
      return last[0] * (budget / last[0]) ** share
    last = budget, score
  return math.inf


def curves(rows: list[Row]) -> dict:
  """Scores [budgets, seeds] by contender, of seeds that have every budget."""
  found = {}
  for contender in dict.fromkeys(Contender(*row[:3]) for row in rows):
    own = [row for row in rows if Contender(*row[:3]) == contender]
    budgets = sorted({row.budget for row in own})
    scores = {(row.budget, row.seed): row.score for row in own}
    seeds = [
      s
      for s in sorted({row.seed for row in own})
      if all((b, s) in scores for b in budgets)
    ]
    table = [[scores[b, s] for s in seeds] for b in budgets]
    found[contender] = budgets, seeds, np.array(table)
  return found


def tables(rows: list[Row], targets: list[float]) -> list[Table]:
  """What was measured, and the seconds to each target."""
  fits = Table("contender", "s", "steps", "ms", "took s", "Dice", "each")
  for contender, (budgets, seeds, scores) in curves(rows).items():
    for budget, each in zip(budgets, scores, strict=True):
      own = [r for r in rows if key(r)[:2] == (contender, budget)]
      fits.add_row(
        _name(contender),
        f"{budget:g}",
        str(own[0].steps),
        f"{own[0].ms:.1f}",
        f"{statistics.median([r.seconds for r in own]):.1f}",
        f"{each.mean():.3f}" if len(seeds) else "",
        " ".join(f"{score:.3f}" for score in each),
      )
  reached = Table("contender", "target", "s", "each", "geometric mean", "ratio")
  found = curves(rows)
  for target in targets:
    first = None
    for contender, curve in found.items():
      mean, each = reach(curve, target)
      first = first or mean
      reached.add_row(
        _name(contender),
        f"{target:g}",
        _shown(mean, curve[0]),
        " ".join(_shown(s, curve[0]) for s in each),
        _geometric(each),
        f"{first / mean:.2f}" if math.isfinite(first / mean) else "",
      )
  return [fits, reached]


def reach(curve: tuple, target: float) -> tuple[float, list[float]]:
  """Seconds until the mean over seeds, and each seed, reaches a target."""
  budgets, _, scores = curve
  mean = seconds_to(target, budgets, scores.mean(1))
  return mean, [seconds_to(target, budgets, own) for own in scores.T]


def _name(contender):
  return f"{contender.kind}:{contender.rate:g}:{contender.batch}"


def _shown(seconds, budgets):
  if math.isinf(seconds):
    return f"> {budgets[-1]:g}"
  return f"<= {seconds:g}" if seconds == budgets[0] else f"{seconds:.1f}"


def _geometric(each):
  """Mean over seeds and its 95% interval, on a log scale."""
  if len(each) < 2 or not all(map(math.isfinite, each)):
    return ""
  found = mean_interval(np.log(each))
  low, mean, high = np.exp([found.low, np.mean(np.log(each)), found.high])
  return f"{mean:.1f} ({low:.1f} to {high:.1f})"


if __name__ == "__main__":
  define_flags()
  app.run(main)
