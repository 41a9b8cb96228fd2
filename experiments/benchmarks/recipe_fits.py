"""One fit of a recipe: on random labels, in counted steps, timed and scored."""

import dataclasses
import time
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.dataset import Dataset
from alx.pool import init_pool, mark_labelled
from alx.runs.problem import predictions, reading
from alx.runs.problem import problem as problems
from alx.runs.settings.config import Config
from alx.training.learner import steps_made
from experiments.benchmarks import recipe_starts

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
  other = probe_of(known)
  pool = labelled(len(probe.labels), 1, 0)
  ratios = []
  for turn in range(_TURNS + 1):  # the first one warms up
    both = [train(x, jax.random.key(turn), pool) for x in (probe, other)]
    ratios.append(both[0].seconds / both[1].seconds)
  return _share(known, steps * float(np.median(ratios[1:])))


def probe_of(known: tuple[Config, Dataset]) -> problems.Problem:
  """The recipe with a program for fits of a few steps, to be timed."""
  return with_program(_problem(known, _TIMED))


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
  predicted = predictions.predict_test(task, found.params)
  score = next(iter(predictions.metrics_of(task, predicted).values()))
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
