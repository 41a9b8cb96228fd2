"""Where the time of one training step goes.

  python -m experiments.benchmarks.step_parts --config=screening
  python -m experiments.benchmarks.step_parts --data=Task04_Hippocampus
  python -m experiments.benchmarks.step_parts --data=slices.npz \\
    --where=frame=1 --set=batch=4

Each part is a compiled loop of --steps steps that does nothing else, on the
same data, network and optimiser as a fit of `alx run`; all take their turn in
every repeat, in one process, and a figure is the median.

  batch     drawn, cut and augmented
  forward   the loss of one batch, and not its gradient
  gradient  the loss and its gradient
  update    the optimiser, given a gradient
  fit       all of it, as the learner does it

What `fit` takes beyond batch, gradient and update is told as the rest: what
parts share, or lose by being apart, may make it negative. Seconds to compile
are those of each program by itself, without a cache.
"""

import dataclasses
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.commands import command
from alx.devices.processes import cores_here
from alx.pool import init_pool, mark_labelled
from alx.runs.problem import learning, reading
from alx.runs.problem import problem as problems
from alx.runs.settings import presets
from alx.runs.settings.config import Config, override
from alx.training.descent import fitting
from alx.training.descent.optimizers import make_optimizer
from alx.training.draw import count_draws, cut_batch, draw_items
from alx.training.mirrors import allowed_axes

_NEXT_TO_NOTHING = 1e-30  # makes a step need the one before it
_LABELLED = 16  # items of the pool, or all that there are


class Part(NamedTuple):
  """Something to time."""

  run: Callable  # () -> None, returns when its steps are done
  compiling: float  # seconds


class Step(NamedTuple):
  """What a fit is made of."""

  task: problems.Problem
  config: Config
  draws: Callable  # keys [steps] -> what is drawn, for as many batches
  batch_of: Callable  # what is drawn -> batch
  loss_of: Callable  # (params, batch, key) -> loss []
  optimizer: Any


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("config", "", "A preset, as of alx run.")
  flags.DEFINE_string("data", "", "As of alx run.")
  flags.DEFINE_string("where", "", "As of alx run.")
  flags.DEFINE_multi_string("set", [], "field=value, as of alx run.")
  flags.DEFINE_integer("steps", 20, "Of a turn.", lower_bound=1)
  flags.DEFINE_integer("repeats", 5, "Turns that count.", lower_bound=1)


def make_step(config: Config) -> Step:
  """The parts of a fit to the first items of the pool.

  Raises:
    ValueError: for fits that have other parts.
  """
  if config.schedule == "converged" or config.ensemble or config.accumulate > 1:
    raise ValueError(
      "wanted a fit of one network in so many whole steps, found "
      f"schedule={config.schedule}, ensemble={config.ensemble or 'none'}, "
      f"accumulate={config.accumulate}"
    )
  if config.unit != "whole":
    raise ValueError(f"wanted labels of whole items, found {config.unit}")
  dataset = reading.load_dataset(config, None)
  config = problems.resolve(config, dataset, baselines=False)
  task = problems.make_problem(config, dataset)
  training = learning.training_of(config, dataset)
  classes = len(dataset.class_names)
  pool = some_labelled(task)
  data = task.images, task.labels
  draws, axes = count_draws(task.labels, pool, classes), None
  if training.augment.by_labels:
    axes = allowed_axes(task.labels, task.images.real, pool, classes)
  model = learning.make_model(config, classes)

  def loss_of(params, batch, key):
    now = fitting.Now(key, jnp.float32(0), None)
    return fitting.loss_of_batch(params, now, batch, model, training)

  return Step(
    task,
    config,
    lambda keys: draw_items(keys, pool, draws, training),
    lambda drawn: (*cut_batch(drawn, *data, training, axes), None),
    loss_of,
    make_optimizer(training),
  )


def some_labelled(task: problems.Problem):
  """A pool whose first items are labelled."""
  count = len(task.labels)
  some = jnp.arange(min(_LABELLED, count), dtype=jnp.int32)
  return mark_labelled(init_pool(count), some)


def parts_of(step: Step, steps: int) -> dict[str, Part]:
  """By name; a run takes so many steps."""
  key = jax.random.key(0)
  keys = jax.random.split(key, steps)
  params = step.task.learner.init(key)
  drawn = jax.jit(step.draws)(keys)
  batch = jax.jit(step.batch_of)(jax.tree.map(lambda x: x[0], drawn))
  moments = step.optimizer.init(params)
  grads = jax.jit(jax.grad(step.loss_of))(params, batch, key)

  def batches(keys):
    def one(total, drawn):
      parts = jax.tree.leaves(step.batch_of(drawn))
      return total + sum(x.astype(jnp.float32).sum() for x in parts), None

    return jax.lax.scan(one, jnp.float32(0), step.draws(keys))

  def forward(keys, params):
    def one(params, key):
      loss = step.loss_of(params, batch, key)
      return jax.tree.map(lambda p: p + _NEXT_TO_NOTHING * loss, params), None

    return jax.lax.scan(one, params, keys)

  def gradient(keys, params):
    def one(params, key):
      return _moved(params, jax.grad(step.loss_of)(params, batch, key)), None

    return jax.lax.scan(one, params, keys)

  def update(keys, params, moments, grads):
    def one(state, _):
      params, moments = state
      now = jax.tree.map(lambda g, p: g + _NEXT_TO_NOTHING * p, grads, params)
      updates, moments = step.optimizer.update(now, moments, params)
      return (_moved(params, updates), moments), None

    return jax.lax.scan(one, (params, moments), keys)

  fit = learning.make_learner(
    dataclasses.replace(step.config, steps=steps), step.task.dataset
  ).fit
  data = step.task.images, step.task.labels, some_labelled(step.task)
  return {
    "batch": _compiled(batches, keys),
    "forward": _compiled(forward, keys, params),
    "gradient": _compiled(gradient, keys, params),
    "update": _compiled(update, keys, params, moments, grads),
    "fit": _compiled(fit, key, params, *data),
  }


def _moved(params, updates):
  return jax.tree.map(lambda p, u: p + _NEXT_TO_NOTHING * u, params, updates)


def _compiled(function, *arguments):
  begun = time.perf_counter()
  program = jax.jit(function).lower(*arguments).compile()
  seconds = time.perf_counter() - begun
  return Part(lambda: jax.block_until_ready(program(*arguments)), seconds)


def milliseconds(
  parts: dict[str, Part], steps: int, repeats: int
) -> dict[str, float]:
  """Of a step, medians over turns in which each part runs once."""
  found = {name: [] for name in parts}
  for turn in range(repeats + 1):  # the first one warms up
    for name, part in parts.items():
      begun = time.perf_counter()
      part.run()
      if turn:
        found[name].append(1e3 * (time.perf_counter() - begun) / steps)
  return {name: statistics.median(each) for name, each in found.items()}


def table_of(
  found: dict[str, float], parts: dict[str, Part], title: str
) -> Table:
  """Milliseconds, shares of the whole, and seconds to compile."""
  table = Table("part", "ms a step", "of a fit", "compiling, s", title=title)
  known = found["batch"] + found["gradient"] + found["update"]
  told = {
    "batch": found["batch"],
    "forward": found["forward"],
    "gradient": found["gradient"],
    "update": found["update"],
    "the rest": found["fit"] - known,
    "fit": found["fit"],
  }
  for name, value in told.items():
    compiling = f"{parts[name].compiling:.1f}" if name in parts else ""
    share = f"{value / found['fit']:.0%}"
    table.add_row(name, f"{value:.2f}", share, compiling)
  return table


def main(argv: list[str]) -> None:
  """Prints the table."""
  del argv
  given = flags.FLAGS
  if not given.data and not given.config:
    raise app.UsageError("--data or --config says of what, see --help")
  with command.ends(2, ValueError, OSError):
    config = presets.load(given.config) if given.config else Config()
    flagged = {"data": given.data, "where": given.where}
    flagged = [f"{k}={v}" for k, v in flagged.items() if v]
    step = make_step(override(config, [*flagged, *given.set]))
  parts = parts_of(step, given.steps)
  found = milliseconds(parts, given.steps, given.repeats)
  config = step.config
  title = (
    f"{config.data}: {config.model} {config.widths}, {config.batch} x "
    f"{config.patch}, {config.optimizer}; cores: {len(cores_here())}"
  )
  Console(markup=False, emoji=False, highlight=False).print(
    table_of(found, parts, title)
  )


if __name__ == "__main__":
  define_flags()
  app.run(main)
