"""Which way to train is best with few labels, at equal processor seconds.

  python -m experiments.benchmarks.recipes --data=Task04_Hippocampus \
    --labels=8,24,48 --seconds=20 --seeds=3
  python -m experiments.benchmarks.recipes --data=slices.npz --where=frame=1 \
    --recipes=light --vary=learning_rate=2e-2,5e-2,1e-1
  python -m experiments.benchmarks.recipes --data=Task04_Hippocampus \
    --recipes=light --vary="patch=24,40,24;32,48,32" --vary=ema=0,0.99

Every fit takes the same processor seconds of this process, compiling and
testing apart: a step is timed first, and the schedule ends when the seconds do.
With schedule=converged a fit may end before. --steps compiles half as much
and says what a step costs.
Sets of labels are random, the same for all recipes. What is tested on is a
validation part of the pool: test items are looked at with --validation=0 alone,
for the last number, when nothing is chosen by it any more. Pin the process to
one core (`taskset -c 1`) for seconds that mean something elsewhere.
"""

import dataclasses
import itertools
import time
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.data.dataset import Dataset
from alx.pool import init_pool, mark_labelled
from alx.runs.problem import problem as problems
from alx.runs.problem import reading
from alx.runs.settings.config import Config, override
from alx.stats.intervals import mean_interval
from alx.training.learner import steps_made

_AUGMENTED = "scaling=0.15", "shift=0.06", "tilt=20", "gamma=0.3"
# Fields of Config, as --set has them.
RECIPES = {
  "classic": ("recipe=classic",),
  "classic-unmirrored": ("recipe=classic", "flips=False"),
  "light": ("recipe=light",),
  "light-unmirrored": ("recipe=light", "flips=False"),
  "light-augmented": ("recipe=light", *_AUGMENTED),
  "light-averaged": ("recipe=light", "ema=0.99"),
  "light-deep": ("recipe=light", "deep_supervision=True"),
  "light-converged": ("recipe=light", "schedule=converged"),
}
# What each factor is called in --vary, with values that are worth a look.
FACTORS = {
  "mirroring": "flips=True,False",
  "mirroring where labels allow it": "flips_by_labels=False,True",
  "optimiser": "optimizer=adam,sgd,muon",
  "rate": "learning_rate=1e-2,2e-2,5e-2",
  "schedule": "schedule=warmup_cosine,cosine,polynomial,converged",
  "batch": "batch=2,4,8",
  "patch": "patch=24,40,24;32,48,32",
  "convolutions per level": "up_convolutions=1,2",
  "skips": "skips=add,concat",
  "dropout": "dropout=0,0.1,0.2",
  "norm": "norm=group,instance",
  "average of weights": "ema=0,0.99",
  "deep supervision": "deep_supervision=False,True",
  "foreground": "class_aware=0,0.33,0.7",
  "rotation": "tilt=0,10,20",
  "scaling": "scaling=0,0.15",
  "shift": "shift=0,0.06",
  "gamma": "gamma=0,0.3",
  "intensity": "intensity=0,0.1",
  "loss": "dice=batch,item,none",
  "warm start": "warm=False,True",
  "precision": "precision=float32,bfloat16",
}
_TIMED = 10  # steps


class Fitted(NamedTuple):
  """One fit."""

  score: float  # Dice or AUC on the validation part
  steps: int
  ms: float  # processor milliseconds of a step
  seconds: float  # processor seconds of the fit


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("data", "phantom", "As of alx run.")
  flags.DEFINE_string("where", "", "As of alx run.")
  flags.DEFINE_list(
    "labels", ["8", "24"], "Sizes of the labelled sets, or all of the pool."
  )
  flags.DEFINE_float("seconds", 20.0, "Of a fit.", lower_bound=0.1)
  flags.DEFINE_integer(
    "steps", 0, "Of a fit, in the place of seconds.", lower_bound=0
  )
  flags.DEFINE_integer("seeds", 3, "Labelled sets and weights.", lower_bound=1)
  flags.DEFINE_integer(
    "validation",
    *(30, "Items of the pool to score on; 0: the test items."),
    lower_bound=0,
  )
  flags.DEFINE_list("recipes", list(RECIPES), f"Of {'; '.join(RECIPES)}.")
  flags.DEFINE_multi_string(
    "vary",
    [],
    "field=value,value: each recipe with each value; repeatable. Values that "
    "have commas are divided by ;. For instance "
    + " or ".join(FACTORS.values()),
  )
  flags.DEFINE_multi_string(
    "set", [], "field=value, for every recipe, as of alx run."
  )


def main(argv: list[str]) -> None:
  """Prints a row for each recipe and number of labels."""
  del argv
  given = flags.FLAGS
  console = Console(markup=False, emoji=False, highlight=False)
  cost = f"{given.steps} steps" if given.steps else f"{given.seconds:g} s"
  table = Table(*_COLUMNS, title=f"{given.data}, {cost} a fit")
  for name, changes in recipes(given.recipes, given.vary):
    known = validated(_config(given, changes), given.validation)
    steps = given.steps or steps_of(known, given.seconds)
    training = compiled(known, steps)
    for count in _counts(given.labels, training.task):
      fits = [fit(training, count, seed) for seed in range(given.seeds)]
      table.add_row(name, str(count), *row(fits))
  console.print(table)


_COLUMNS = ["recipe", "labels", "score", "each", "steps", "ms", "seconds"]


def _counts(texts, task):
  """Sizes of labelled sets; "all" is that of the pool."""
  return [len(task.labels) if t == "all" else int(t) for t in texts]


def row(fits: list[Fitted]) -> list[str]:
  """The cells of a recipe's fits."""
  scores = np.array([one.score for one in fits])
  mean = f"{scores.mean():.3f}"
  if len(scores) > 1:
    found = mean_interval(scores)
    mean += f" ({found.low:.3f} to {found.high:.3f})"
  return [
    mean,
    " ".join(f"{score:.3f}" for score in scores),
    f"{np.median([one.steps for one in fits]):.0f}",
    f"{np.median([one.ms for one in fits]):.0f}",
    f"{np.median([one.seconds for one in fits]):.1f}",
  ]


def recipes(names: list[str], vary: list[str]) -> list[tuple[str, tuple]]:
  """(name, assignments) of every recipe with every value.

  Raises:
    ValueError: for a name that is none.
  """
  unknown = sorted(set(names) - set(RECIPES))
  if unknown:
    raise ValueError(f"recipes: no {unknown[0]!r}; there are {list(RECIPES)}")
  fields = [text.partition("=")[::2] for text in vary]
  choices = [[f"{f}={v}" for v in _values(values)] for f, values in fields]
  return [
    (", ".join((name, *values)), _replaced(RECIPES[name], values))
    for name in names
    for values in itertools.product(*choices)
  ]


def _values(text):
  """What is between the commas, or the semicolons if there is one."""
  return text.split(";" if ";" in text else ",")


def _replaced(assignments, values):
  """Assignments with later ones in the place of those of the same field."""
  fields = dict(text.partition("=")[::2] for text in (*assignments, *values))
  return tuple(f"{field}={value}" for field, value in fields.items())


def _config(given, changes):
  config = Config(data=given.data, where=given.where, full=True)
  changes = _replaced(tuple(given.set), changes)
  return dataclasses.replace(override(config, changes), acquisition=())


class Ready(NamedTuple):
  """A recipe with its data and its compiled fit."""

  task: problems.Problem
  warm: bool  # from a fit to half of the labels


def steps_of(known: tuple[Config, Dataset], seconds: float) -> int:
  """How many steps of a fit so many processor seconds allow."""
  probe = _problem(known, _TIMED)
  pool = labelled(len(probe.labels), 1, 0)
  for _ in range(2):  # the first compiles
    tried = train(probe, jax.random.key(0), pool)
  share = 0.5 if known[0].warm else 1.0  # of the seconds: there are two fits
  return max(1, round(share * seconds * tried.steps / tried.seconds))


def compiled(known: tuple[Config, Dataset], steps: int) -> Ready:
  """The recipe with a program for fits of so many steps."""
  return Ready(with_program(_problem(known, steps)), known[0].warm)


def with_program(task: problems.Problem) -> problems.Problem:
  """The problem with its fit compiled."""
  pool = labelled(len(task.labels), 1, 0)
  arguments = _arguments(task, jax.random.key(0), pool)
  program = task.learner.fit.lower(*arguments).compile()
  return task._replace(learner=task.learner._replace(fit=program))


def fit(training: Ready, count: int, seed: int) -> Fitted:
  """Trains on `count` random labels, and scores.

  A warm start is from a fit to the first half of them, in half of the seconds.
  """
  task, before = training.task, None
  key = jax.random.key(seed)
  if training.warm:
    half = labelled(len(task.labels), max(1, count // 2), seed)
    before = train(task, jax.random.fold_in(key, 1), half)
  found = train(
    task, key, labelled(len(task.labels), count, seed), before and before.params
  )
  predicted = problems.predict_test(task, found.params)
  score = next(iter(problems.metrics_of(task, predicted).values()))
  seconds = found.seconds + (before.seconds if before else 0.0)
  ms = 1e3 * found.seconds / found.steps
  return Fitted(score, found.steps, ms, seconds)


def validated(config: Config, validation: int) -> tuple[Config, Dataset]:
  """The pool alone, with a validation part in the place of the test part.

  With a validation part of 0 items it is the data set as it is.
  """
  dataset = reading.load_dataset(config, None)
  config = problems.resolve(config, dataset, baselines=False)
  if not validation:
    return config, dataset
  pool = problems.split_of(config, dataset).pool
  held = np.random.default_rng(0).permutation(len(pool))[:validation]
  parts = np.zeros(len(pool), np.int8)
  parts[held] = 2
  return config, _take(dataset, pool)._replace(split=parts)


def _take(dataset, items):
  """Some items of a data set."""

  def of(values):
    return None if values is None else tuple(values[i] for i in items)

  changed = "ids", "images", "labels", "spacing_mm", "groups"
  return dataset._replace(**{n: of(getattr(dataset, n)) for n in changed})


def _problem(known, steps):
  config, dataset = known
  return problems.make_problem(
    dataclasses.replace(config, steps=steps), dataset
  )


def labelled(num_items: int, count: int, seed: int):
  """A pool of which so many random items are labelled; one set in another."""
  drawn = np.random.default_rng(seed).permutation(num_items)[:count]
  return mark_labelled(init_pool(num_items), jnp.asarray(drawn, jnp.int32))


def _arguments(task, key, pool):
  key_init, key_fit = jax.random.split(key)
  params = task.learner.init(key_init)
  return key_fit, params, task.images, task.labels, pool


class Trained(NamedTuple):
  """One fit, not tested."""

  params: Any
  steps: int
  seconds: float  # of the processor


def train(
  task: problems.Problem, key: jax.Array, pool: Any, start: Any = None
) -> Trained:
  """One fit, from the parameters `start` or from scratch."""
  key, params, *data = _arguments(task, key, pool)
  arguments = jax.block_until_ready((key, start or params, *data))
  begun = time.process_time()
  params, history = jax.block_until_ready(task.learner.fit(*arguments))
  seconds = time.process_time() - begun
  return Trained(params, int(steps_made(history)), seconds)


if __name__ == "__main__":
  define_flags()
  app.run(main)
