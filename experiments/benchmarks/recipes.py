"""Which way to train is best with few labels, at equal processor seconds.

  python -m experiments.benchmarks.recipes --data=Task04_Hippocampus \
    --labels=8,24,48 --seconds=20 --seeds=3
  python -m experiments.benchmarks.recipes --data=slices.npz --where=frame=1 \
    --recipes=light --vary=learning_rate=2e-2,5e-2,1e-1
  python -m experiments.benchmarks.recipes --data=Task04_Hippocampus \
    --recipes=light --vary="patch=24,40,24;32,48,32" --vary=ema=0,0.99 \
    --one_at_a_time --csv=factors.csv

Every fit takes the same processor seconds of this process, compiling and
testing apart: a step is timed first, and the schedule ends when the seconds do.
With schedule=converged a fit may end before. --steps compiles half as much
and says what a step costs. --steps_of_first is for busy machines: each recipe
is timed in turns with the first one, and fits take as long as those. The csv
is gone on with: fits that it has are not made again. encoder=autoencoder or
simclr starts from the weights of a network that saw the whole pool without
labels, once for a seed and not in the seconds.
Sets of labels are random, the same for all recipes. What is tested on is a
validation part of the pool: test items are looked at with --validation=0 alone,
for the last number, when nothing is chosen by it any more. Pin the process to
one core (`taskset -c 1`) for seconds that mean something elsewhere.
"""

import csv
import dataclasses
import itertools
import os
import pathlib
import time
from collections.abc import Callable
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
from alx.stats.intervals import mean_interval, paired_difference
from alx.training.learner import steps_made
from experiments.benchmarks import recipe_starts

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
  "mirroring per axis": "flip_axes=0,1,2",
  "optimiser": "optimizer=adam&learning_rate=1e-2,sgd&learning_rate=5e-2,muon",
  "rate": "learning_rate=1e-2,2e-2,5e-2",
  "schedule": "schedule=warmup_cosine,cosine,polynomial,converged",
  "batch": "batch=2,4,8",
  "patch": "patch=24,40,24;32,48,32",
  "convolutions per level, up": "up_convolutions=1,2",
  "convolutions per level, down": "down_convolutions=1,2",
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
  "start of the encoder": "encoder=autoencoder,simclr",
  "precision": "precision=float32,bfloat16",
}
_TIMED = 10  # steps
_TURNS = 5


class Fitted(NamedTuple):
  """One fit."""

  recipe: str
  labels: int
  seed: int
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
  flags.DEFINE_integer(
    "steps_of_first",
    *(0, "Of a fit of the first recipe; fits of others take as long."),
    lower_bound=0,
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
    "have commas are divided by ;, fields that go together joined by &. For "
    "instance " + " or ".join(FACTORS.values()),
  )
  flags.DEFINE_bool(
    "one_at_a_time",
    *(False, "The recipe itself, then each value of each --vary alone."),
  )
  flags.DEFINE_string("csv", "", "Fits are added to this file, and read there.")
  flags.DEFINE_multi_string(
    "set", [], "field=value, for every recipe, as of alx run."
  )


def main(argv: list[str]) -> None:
  """Prints a row for each recipe and number of labels."""
  del argv
  given = flags.FLAGS
  console = Console(markup=False, emoji=False, highlight=False)
  table = Table(*_COLUMNS, title=f"{given.data}, {_cost(given)}")
  kept, of = read(given.csv), named(given)
  steps = steps_by(given, of[0][1])
  for name, changes in of:
    fits_of(given, name, changes, kept, steps)
  first = _by_labels(kept, of[0][0], given.seeds)
  for name, _ in of:
    for count, fits in _by_labels(kept, name, given.seeds).items():
      table.add_row(name, str(count), *row(fits, first[count]))
  console.print(table)


_COLUMNS = ["recipe", "labels", "score", "each", "to the first"]
_COLUMNS += ["steps", "ms", "seconds"]


def named(given) -> list[tuple[str, tuple]]:
  """(name, assignments) of what the flags ask for."""
  if given.one_at_a_time:
    return one_at_a_time(given.recipes, given.vary)
  return recipes(given.recipes, given.vary)


def _cost(given):
  if given.steps_of_first:
    return f"as long as {given.steps_of_first} steps of the first a fit"
  cost = f"{given.steps} steps" if given.steps else f"{given.seconds:g} s"
  return f"{cost} a fit"


def steps_by(given, first: tuple) -> Callable:
  """(config and data) -> steps of a fit, as the flags say."""
  if given.steps:
    return lambda known: given.steps
  if not given.steps_of_first:
    return lambda known: steps_of(known, given.seconds)
  known = validated(_config(given, first), given.validation)
  probe = with_program(_problem(known, _TIMED))
  return lambda other: steps_alike(probe, other, given.steps_of_first)


def fits_of(
  given, name: str, changes: tuple, kept: list[Fitted], steps: Callable
) -> None:
  """Adds the fits of a recipe that are missing."""
  known = validated(_config(given, changes), given.validation)
  of_pool = int((known[1].split != 2).sum() if given.validation else 0)
  done = {one[:3] for one in kept}
  counts = [int(t) if t != "all" else of_pool for t in given.labels]
  if given.validation and all(
    (name, n, s) in done for n in counts for s in range(given.seeds)
  ):
    return
  training = compiled(known, steps(known), _encoder_in(changes))
  for count in _counts(given.labels, training.task):
    for seed in range(given.seeds):
      if (name, count, seed) in done:
        continue
      kept.append(fit(training, count, seed, name))
      write(given.csv, kept)


def read(path: str) -> list[Fitted]:
  """The fits of a csv; none where there is no file."""
  if not path or not os.path.exists(path):
    return []
  kinds = Fitted.__annotations__.values()
  with open(path, newline="", encoding="utf-8") as file:
    _, *rows = csv.reader(file)
  return [
    Fitted(*(kind(x) for kind, x in zip(kinds, row, strict=True)))
    for row in rows
  ]


def write(path: str, fits: list[Fitted]) -> None:
  """All fits, in one step."""
  if not path:
    return
  part = pathlib.Path(f"{path}.part")
  with open(part, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows([Fitted._fields, *fits])
  part.replace(path)


def _by_labels(fits, name, seeds):
  """Number of labels -> the fits of a recipe, by seed."""
  found = {}
  for one in sorted(fits, key=lambda one: one[1:3]):
    if one.recipe == name and one.seed < seeds:
      found.setdefault(one.labels, []).append(one)
  return found


def _counts(texts, task):
  """Sizes of labelled sets; "all" is that of the pool."""
  return [len(task.labels) if t == "all" else int(t) for t in texts]


def row(fits: list[Fitted], first: list[Fitted]) -> list[str]:
  """The cells of a recipe's fits, in pairs with those of the first one."""
  scores = np.array([one.score for one in fits])
  mean = f"{scores.mean():.3f}"
  if len(scores) > 1:
    found = mean_interval(scores)
    mean += f" ({found.low:.3f} to {found.high:.3f})"
  return [
    mean,
    " ".join(f"{score:.3f}" for score in scores),
    _against(scores, np.array([one.score for one in first])),
    f"{np.median([one.steps for one in fits]):.0f}",
    f"{np.median([one.ms for one in fits]):.0f}",
    f"{np.median([one.seconds for one in fits]):.1f}",
  ]


def _against(scores, first):
  """Mean difference in pairs with its interval; nothing of one seed."""
  if len(scores) != len(first) or len(scores) < 2 or (scores == first).all():
    return ""
  found = paired_difference(scores, first)
  return f"{found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def one_at_a_time(names: list[str], vary: list[str]) -> list[tuple[str, tuple]]:
  """Every recipe itself, then with each value of each field alone."""
  found = recipes(names, [])
  for text in vary:
    found += recipes(names, [text])
  return found


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
  return text.removesuffix(";").split(";" if ";" in text else ",")


def _replaced(assignments, values):
  """Assignments with later ones in the place of those of the same field."""
  values = [one for text in values for one in text.split("&")]
  fields = dict(text.partition("=")[::2] for text in (*assignments, *values))
  return tuple(f"{field}={value}" for field, value in fields.items())


def _config(given, changes):
  config = Config(data=given.data, where=given.where, full=True)
  changes = _replaced(tuple(given.set), changes)
  changes = fields_of(changes)
  return dataclasses.replace(override(config, changes), acquisition=())


_ENCODER = "encoder="


def fields_of(changes: tuple) -> list[str]:
  """Those that are of a Config."""
  return [c for c in changes if not c.startswith(_ENCODER)]


def _encoder_in(changes):
  """The encoder that a recipe starts from; "": none."""
  found = [c for c in changes if c.startswith(_ENCODER)]
  return found[-1].removeprefix(_ENCODER) if found else ""


class Ready(NamedTuple):
  """A recipe with its data and its compiled fit."""

  task: problems.Problem
  config: Config
  encoder: str  # that a fit starts from; "": none


def steps_of(known: tuple[Config, Dataset], seconds: float) -> int:
  """How many steps of a fit so many processor seconds allow."""
  probe = _problem(known, _TIMED)
  pool = labelled(len(probe.labels), 1, 0)
  for _ in range(2):  # the first compiles
    tried = train(probe, jax.random.key(0), pool)
  return _share(known, seconds * tried.steps / tried.seconds)


def _share(known, steps):
  """Of so many steps those of one fit: a warm start is from another one."""
  return max(1, round(steps * (0.5 if known[0].warm else 1.0)))


def steps_alike(
  probe: problems.Problem, known: tuple[Config, Dataset], steps: int
) -> int:
  """How many steps take as long as so many of the probe, timed in turns."""
  other = with_program(_problem(known, _TIMED))
  pool = labelled(len(probe.labels), 1, 0)
  ratios = []
  for turn in range(_TURNS + 1):  # the first one warms up
    both = [train(x, jax.random.key(turn), pool) for x in (probe, other)]
    ratios.append(both[0].seconds / both[1].seconds)
  return _share(known, steps * float(np.median(ratios[1:])))


def compiled(
  known: tuple[Config, Dataset], steps: int, encoder: str = ""
) -> Ready:
  """The recipe with a program for fits of so many steps."""
  return Ready(with_program(_problem(known, steps)), known[0], encoder)


def with_program(task: problems.Problem) -> problems.Problem:
  """The problem with its fit compiled."""
  pool = labelled(len(task.labels), 1, 0)
  arguments = _arguments(task, jax.random.key(0), pool)
  program = task.learner.fit.lower(*arguments).compile()
  return task._replace(learner=task.learner._replace(fit=program))


def fit(training: Ready, count: int, seed: int, name: str) -> Fitted:
  """Trains on `count` random labels, and scores.

  A warm start is from a fit to the first half of them, in half of the seconds.
  """
  task, before = training.task, None
  key = jax.random.key(seed)
  begin = _grafted(training, key, seed) if training.encoder else None
  if training.config.warm:
    half = labelled(len(task.labels), max(1, count // 2), seed)
    before = train(task, jax.random.fold_in(key, 1), half)
  found = train(
    task,
    key,
    labelled(len(task.labels), count, seed),
    before.params if before else begin,
  )
  predicted = problems.predict_test(task, found.params)
  score = next(iter(problems.metrics_of(task, predicted).values()))
  seconds = found.seconds + (before.seconds if before else 0.0)
  ms = 1e3 * found.seconds / found.steps
  return Fitted(name, count, seed, float(score), found.steps, ms, seconds)


def _grafted(training, key, seed):
  """The params that a fit with this key draws, with those of an encoder."""
  task, config, encoder = training
  down = (config.down_convolutions or 2) if task.labels.ndim > 1 else 1
  encoder = recipe_starts.encoder_params(task.images, config, encoder, seed)
  params = task.learner.init(jax.random.split(key)[0])
  return recipe_starts.grafted(params, encoder, len(config.widths), down)


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
