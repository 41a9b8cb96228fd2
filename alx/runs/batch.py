"""The rounds of one acquisition for many seeds at once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition.grammar import folder_of
from alx.devices.seeds import has_convolutions, over_seeds
from alx.loop import Loop, LoopState, loops_of, pad_items, turn_of
from alx.loop.unit_labels import items_of
from alx.pool import PoolState
from alx.runs import pictures
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.disk.records import (
  Clock,
  case_rows,
  check_params,
  check_picks,
  curve_row,
  open_folder,
  record_picks,
  record_predictions,
  record_round,
)
from alx.runs.memory import room
from alx.runs.problem import signals
from alx.runs.problem.fitted import (
  mirrored_column,
  steps_column,
  tells_mirrored,
)
from alx.runs.problem.job import Job
from alx.runs.problem.predictions import held_out, predict_pool
from alx.runs.problem.problem import Problem
from alx.runs.rounds import keep_next, key_of, record_again
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.settings.stopping import labels_after
from alx.runs.starts import first_items
from alx.runs.units.asked import (
  begins_told,
  items_labelled,
  known_of,
  num_asked,
  set_of,
)
from alx.runs.units.budgets import affordable, spent_row


class Seeds(NamedTuple):
  """What R seeds know between two questions; their images are shared."""

  key: jax.Array  # [R] key
  round: jax.Array  # [R] int32
  pool: PoolState  # with a leading axis R
  labels: jax.Array  # [R, N, *sp] uint8 or [R, N] int32
  params: object
  scores: jax.Array  # [R, k]
  steps: jax.Array  # [R] int32, of the last fit


class Programs(NamedTuple):
  """Compiled over the seeds, each once."""

  ask: Callable  # (Seeds, images) -> (items [R, k], scores [R, k])
  tell: Callable  # ((Seeds, items), images, hidden labels) -> Seeds
  test: Callable  # (params, *held_out(problem)) -> predictions
  say: Callable  # ((params before, params after), images) -> signals.Said


class Told(NamedTuple):
  """Fitted and tested seeds with their rows for the tables."""

  seeds: Seeds
  rows: list[dict]
  laps: list[dict]
  cases: list[list[dict]]
  signals: list[dict | None]
  predict: Callable | None  # of the last round: writes it for jobs


def pays_off(problem: Problem, num_seeds: int) -> bool:
  """Whether seeds at once beat one after the other: not convolutions on a CPU.

  There a seed by itself is as fast, and kept round by round by itself.
  """
  if num_seeds < 2:
    return False
  devices = jax.local_devices()
  if len(devices) > 1 or devices[0].platform != "cpu":
    return True
  params = jax.eval_shape(problem.learner.init, jax.random.key(0))
  return not has_convolutions(problem.predict_test, params, *held_out(problem))


def programs_of(
  problem: Problem, loop: Loop, other: Programs | None, config: Config
) -> Programs:
  """The programs of one acquisition.

  All but the question are those of `other`, of another acquisition on the same
  problem, if there is one: they are compiled once.
  """
  units = set_of(problem)

  def tell(seed_and_items, images, hidden):
    seed, items = seed_and_items
    told = items if units is None else items_of(units, items)
    state = loop.tell(_with_images(seed, images), items, hidden[told])
    return _without_images(state)

  if other:
    return other._replace(ask=_ask_of(loop))
  say = signals.program_of(
    problem.learner, len(problem.dataset.class_names), config.block
  )
  look = room.looking(room.about(config), jax.local_devices())
  tell = over_seeds(tell, look=look)
  others = map(over_seeds, (problem.predict_test, say))
  return Programs(_ask_of(loop), tell, *others)


def _ask_of(loop):
  """The questions of all seeds, which are in one round, by whose turn it is."""

  def over(one):
    def ask(seed, images):
      items, state = one.ask(_with_images(seed, images))
      return items, state.scores

    return over_seeds(ask)

  asks = {one: over(one) for one in loops_of(loop)}

  def ask(seeds, images):
    return asks[turn_of(loop, seeds.round)](seeds, images)

  return ask


def run_batch(
  jobs: Sequence[Job], loop: Loop, programs: Programs, first: Told | None
) -> Told | None:
  """Runs, or goes on with, the rounds of one acquisition for many seeds.

  Args:
    jobs: R of one acquisition, of consecutive seeds.
    loop: of the acquisition.
    programs: of the same.
    first: round 0 of these seeds, if another acquisition has done it.

  Returns:
    Round 0 for the next acquisition, or None if it was not done here.

  Raises:
    Diverged: if a model gives too few items a score that is a number.
  """
  job, root = jobs[0], jobs[0].folder.parent.parent
  name = f"{folder_of(job.name)}-seeds{job.seed}-{jobs[-1].seed}"
  checkpoints = Checkpoints(root / "batches" / name)
  seeds, done = _resume(jobs, loop, checkpoints)
  for one in jobs:
    open_folder(one, done)
  for number in range(done, job.config.rounds + 1):
    keys = jnp.stack([key_of(job, number) for job in jobs])
    seeds = seeds._replace(key=keys)
    seeds, asked, laps = _ask(jobs, programs, seeds, number)
    if number > 0 or first is None:
      told = _tell_and_test(jobs, programs, seeds, asked, number)
    else:
      told = first
      record_again(jobs, told)
    if number == 0:
      first = told
    seeds = told.seeds
    job.show(number, "saving")
    rows = zip(
      jobs, told.laps, told.rows, told.cases, told.signals, strict=True
    )
    for place, (one, laps_told, row, cases, said) in enumerate(rows):
      spent = spent_row(one.problem, one.config, _one(seeds.pool, place))
      record_round(one, number, laps | laps_told, row, cases, said, spent)
    checkpoints.save(number + 1, _saved(seeds))
  checkpoints.close()
  if job.config.start_with == LABELLED:
    _ask_next(jobs, programs, seeds)
  return first


def _ask_next(jobs, programs, seeds):
  """Writes what to label next by each seed."""
  keys = jnp.stack([key_of(job, job.config.rounds + 1) for job in jobs])
  images = jobs[0].problem.images
  asked, scores = programs.ask(seeds._replace(key=keys), images)
  for job, items, told in zip(jobs, asked, scores, strict=True):
    keep_next(job, items, told)


def _resume(jobs, loop, checkpoints):
  """(seeds, finished rounds) from the newest checkpoint."""
  problem = jobs[0].problem
  labels = problem.labels
  label_like = jax.eval_shape(lambda: labels[0])
  keys = jnp.stack([key_of(job, 0) for job in jobs])

  def init(key):
    return _without_images(loop.init(key, problem.images, label_like))

  seeds = over_seeds(init)(keys)
  found = checkpoints.restore(_saved(seeds))
  if found is None and not begins_told(problem):
    return seeds, 0
  done = 0
  if found is not None:
    seeds, done = seeds._replace(**found[1]), found[0]

  if problem.units is None:
    known = jax.vmap(lambda pool: known_of(problem, pool))(seeds.pool)
  else:
    pools = [_one(seeds.pool, place) for place in range(len(jobs))]
    known = jnp.stack([known_of(problem, pool) for pool in pools])
  return seeds._replace(labels=known), done


def _saved(seeds):
  """What a checkpoint holds: labels are looked up again."""
  tree = seeds._asdict()
  del tree["labels"], tree["steps"]
  return tree


def _with_images(seed, images):
  return LoopState(images=images, **seed._asdict())


def _without_images(state):
  return Seeds(*(getattr(state, name) for name in Seeds._fields))


def _ask(jobs, programs, seeds, number):
  """The round's items, recorded: (seeds, items [R, width], seconds)."""
  job, clock = jobs[0], Clock(len(jobs))
  config, num_items = job.config, num_asked(job.problem)
  job.show(number, "asking")
  if number == 0:
    items = [first_items(job.problem, config, key) for key in seeds.key]
    items, scores = jnp.stack(items), None
  else:
    items, scores = programs.ask(seeds, job.problem.images)
  if number:
    for one, picked in zip(jobs, np.asarray(items), strict=True):
      check_picks(one, picked, number)
  if config.budget:
    items, scores = _within_budget(job, seeds, items, scores)
  if number:
    seeds = seeds._replace(scores=scores)
  found = np.asarray(items)
  clock.lap("seconds_score")
  scores = np.asarray(seeds.scores)
  for place, one in enumerate(jobs):
    record_picks(one, number, found[place], scores[place] if number else None)
  if number and config.pictures:
    job.show(number, "drawing pictures")
    state = _with_images(_one(seeds, 0), job.problem.images)
    pictures.save(job, state, items[0], number)
  width = max(config.start, config.query)
  return (
    seeds,
    jnp.stack([pad_items(x, width, num_items) for x in items]),
    clock.laps,
  )


def _within_budget(job, seeds, items, scores):
  """What the budget of each seed buys: (items [R, k], scores [R, k])."""
  of = [None] * len(items) if scores is None else scores
  bought = [
    affordable(job.problem, job.config, x, _one(seeds.pool, place), of[place])
    for place, x in enumerate(items)
  ]
  items, of = zip(*bought, strict=True)
  return jnp.stack(items), None if scores is None else jnp.stack(of)


def _one(seeds, place):
  return jax.tree.map(lambda x: x[place], seeds)


def _tell_and_test(jobs, programs, seeds, asked, number) -> Told:
  """Looks the labels up, fits the models, tests them."""
  job, clock = jobs[0], Clock(len(jobs))
  problem = job.problem
  job.show(number, "training")
  before = seeds.params
  seeds = programs.tell((seeds, asked), problem.images, problem.labels)
  jax.block_until_ready(seeds.params)
  clock.lap("seconds_train")
  fitted = jax.tree.map(np.asarray, seeds.params)
  for place, one in enumerate(jobs):
    check_params(one, _one(fitted, place), number)
  job.show(number, "testing")
  predicted = programs.test(seeds.params, *held_out(problem))
  predicted, pools = jax.tree.map(np.asarray, (predicted, seeds.pool.labelled))
  rows = [
    curve_row(problem, _one(predicted, place), pools[place], number)
    for place in range(len(jobs))
  ]
  if job.config.budget:
    count = labels_after(job.config, number)
    rows = [row | {"labels": count} for row in rows]
  cases = [
    case_rows(problem, _one(predicted, place), number)
    for place in range(len(jobs))
  ]
  predict = None  # what it holds is kept for the next acquisition
  if number == job.config.rounds:
    predict = partial(
      _record_predictions,
      programs=programs,
      seeds=seeds,
      predicted=predicted,
      number=number,
    )
    predict(jobs)
  clock.lap("seconds_test")
  laps = [
    clock.laps | _fit_columns(job, seeds, place) for place in range(len(jobs))
  ]
  said = _signals(jobs, programs, before, seeds, number)
  return Told(seeds, rows, laps, cases, said, predict)


def _fit_columns(job, seeds, place):
  steps = steps_column(job, seeds.steps[place])
  if not tells_mirrored(job.config):
    return steps
  pool, labels = _one((seeds.pool, seeds.labels), place)
  return steps | mirrored_column(
    *(job, job.problem.images, labels, pool, set_of(job.problem))
  )


def _record_predictions(jobs, programs, seeds, predicted, number):
  """Of the last round, the pool by all seeds at once."""
  problem = jobs[0].problem
  pool = predict_pool(problem, seeds.params, programs.test)
  for place, one in enumerate(jobs):
    record_predictions(
      *(one, number, _one(predicted, place)),
      partial(_one, pool, place),
      items_labelled(problem, _one(seeds.pool, place)),
    )


def _signals(jobs, programs, before, seeds, number):
  """What stop rules read of the pool, for each seed; Nones without such."""
  if not signals.wanted(jobs[0].config.stop):
    return [None] * len(jobs)
  clock = Clock(len(jobs))
  images = jobs[0].problem.images
  said = programs.say((before, seeds.params), images)
  said = jax.tree.map(np.asarray, said)
  rows = [
    signals.row_of(
      _one(said, place),
      items_labelled(jobs[0].problem, _one(seeds.pool, place)),
      is_first=not number,
    )
    for place in range(len(jobs))
  ]
  clock.lap("seconds_pool")
  return [row | clock.laps for row in rows]
