"""Which way to train is best with few labels, at equal processor seconds.

  python -m experiments.benchmarks.recipes --data=Task04_Hippocampus \\
    --labels=8,24,48 --seconds=20 --seeds=3
  python -m experiments.benchmarks.recipes --data=slices.npz --where=frame=1 \\
    --recipes=light --vary=learning_rate=2e-2,5e-2,1e-1
  python -m experiments.benchmarks.recipes --data=Task04_Hippocampus \\
    --recipes=light --vary="patch=24,40,24;32,48,32" --vary=ema=0,0.99 \\
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

import dataclasses
import functools
import itertools
from collections.abc import Callable

import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Column, Table

from alx.commands import command
from alx.runs.problem import problem as problems
from alx.runs.settings.config import Config, override
from alx.stats.intervals import mean_interval, paired_difference
from experiments.benchmarks import kept_fits, recipe_fits
from experiments.benchmarks.recipe_fits import Fitted

_AUGMENTED = "scaling=0.15", "shift=0.06", "tilt=20", "gamma=0.3"
# Fields of Config, as --set has them.
RECIPES = {
  "classic": ("recipe=classic",),
  "classic-unmirrored": ("recipe=classic", "flips=False"),
  "light": ("recipe=light",),
  "light-mirrored": ("recipe=light", "flips_by_labels=True"),
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
  table = Table(
    Column("recipe", overflow="fold"),
    *_COLUMNS,
    title=f"{given.data}, {_cost(given)}",
  )
  with command.ends(2, ValueError):
    kept, wanted = kept_fits.read(given.csv, Fitted, _of(given)), checked(given)
  steps = steps_by(given, wanted[0][1])
  for name, changes in wanted:
    fits_of(given, name, changes, kept, steps)
  first = _by_labels(kept, wanted[0][0], given.seeds)
  for name, _ in wanted:
    for count, fits in _by_labels(kept, name, given.seeds).items():
      table.add_row(name, str(count), *row(fits, first.get(count, [])))
  console.print(table)


_FEW = 3  # seeds from which on an interval is told
_COLUMNS = ["labels", "score", "each", "to the first"]
_COLUMNS += ["steps", "ms", "seconds"]


def named(given) -> list[tuple[str, tuple]]:
  """(name, assignments) of what the flags ask for."""
  if given.one_at_a_time:
    return one_at_a_time(given.recipes, given.vary)
  return recipes(given.recipes, given.vary)


def checked(given) -> list[tuple[str, tuple]]:
  """The same, of which all make sense: ValueError before the first fit."""
  found = named(given)
  for _, changes in found:
    _config(given, changes)
  return found


def _cost(given):
  if given.steps_of_first:
    return f"as long as {given.steps_of_first} steps of the first a fit"
  cost = f"{given.steps} steps" if given.steps else f"{given.seconds:g} s"
  return f"{cost} a fit"


def _of(given):
  """What all fits of a file have in common."""
  told = kept_fits.settings(given, "data", "where", "set", "validation")
  return f"{told}; {_cost(given)}"


def steps_by(given, first: tuple) -> Callable:
  """(config and data) -> steps of a fit, as the flags say."""
  if given.steps:
    return lambda known: given.steps
  if not given.steps_of_first:
    return lambda known: recipe_fits.steps_of(known, given.seconds)

  @functools.cache
  def probe():
    known = recipe_fits.validated(_config(given, first), given.validation)
    return recipe_fits.probe_of(known)

  number = given.steps_of_first
  return lambda other: recipe_fits.steps_alike(probe(), other, number)


def fits_of(
  given, name: str, changes: tuple, kept: list[Fitted], steps: Callable
) -> None:
  """Adds the fits of a recipe that are missing."""
  known = recipe_fits.validated(_config(given, changes), given.validation)
  done = {one[:3] for one in kept}
  counts = _counts(given.labels, len(problems.split_of(*known).pool))
  wanted = itertools.product(counts, range(given.seeds))
  missing = [(n, seed) for n, seed in wanted if (name, n, seed) not in done]
  if not missing:
    return
  training = recipe_fits.compiled(known, steps(known), _encoder_in(changes))
  for count, seed in missing:
    kept.append(recipe_fits.fit(training, count, seed, name))
    kept_fits.write(given.csv, kept, _of(given))


def _by_labels(fits, name, seeds):
  """Number of labels -> the fits of a recipe, by seed."""
  found = {}
  for one in sorted(fits, key=lambda one: one[1:3]):
    if one.recipe == name and one.seed < seeds:
      found.setdefault(one.labels, []).append(one)
  return found


def _counts(texts, of_pool):
  """Sizes of labelled sets; "all" is that of the pool."""
  return [of_pool if t == "all" else int(t) for t in texts]


def row(fits: list[Fitted], first: list[Fitted]) -> list[str]:
  """The cells of a recipe's fits, in pairs with those of the first one."""
  scores = np.array([one.score for one in fits])
  mean = f"{scores.mean():.3f}"
  if len(scores) >= _FEW:
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
  """Mean difference in pairs, with its interval where there are enough."""
  if len(scores) != len(first) or (scores == first).all():
    return ""
  if len(scores) < _FEW:
    return f"{(scores - first).mean():+.3f}"
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


if __name__ == "__main__":
  define_flags()
  app.run(main)
