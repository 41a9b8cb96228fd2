"""The rounds of one acquisition and seed on a pool that is not in memory."""

import functools
import shutil
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import numpy as np

from alx.acquisition import BY_NAME
from alx.checkpoint import Checkpoints
from alx.data.prefetch import prefetch
from alx.loop import draw_start, pad_items
from alx.parallel import replicate
from alx.pool_loop import (
  Labelled,
  PoolLoop,
  PoolLoopState,
  make_pool_loop,
  make_room,
  put_rows,
)
from alx.pool_scan import describe_pool
from alx.settings import Asking
from experiments import pictures, store
from experiments.config import Config
from experiments.job import Job
from experiments.learning import augment_of, spreads_passes
from experiments.problem import Problem, predict_test
from experiments.records import (
  Clock,
  case_rows,
  check_params,
  check_picks,
  curve_row,
  record_picks,
)
from experiments.rounds import key_of
from experiments.streamed_pool import RowSource


class Told(NamedTuple):
  """A fitted and tested state with its rows for the tables."""

  state: PoolLoopState
  row: dict  # of curve.csv
  laps: dict  # of times.csv
  cases: list[dict]  # of cases.csv


def loop_for(problem: Problem, config: Config, name: str) -> PoolLoop:
  """The loop of one acquisition; asks what that of `rounds.loop_for` asks."""
  distorts = config.distort and BY_NAME[name].needs == ("features",)
  asking = Asking(
    config.query,
    samples=config.samples,
    warm=config.warm,
    distort=augment_of(config) if distorts else None,
    distort_all=config.distort == "all",
  )
  loop = _loop_for(problem.learner, name, asking)
  return _on_all_devices(loop) if spreads_passes(config) else loop


@functools.lru_cache(maxsize=64)
def _loop_for(learner, name, asking):
  return make_pool_loop(learner, BY_NAME[name], asking)


def _on_all_devices(loop):
  """The loop with its state there, and a restored one with it."""

  def init(*args):
    return replicate(loop.init(*args))

  return loop._replace(init=init)


def run_rounds(
  job: Job, loop: PoolLoop, first: Told | None, progress: Callable | None
) -> Told | None:
  """Runs, or goes on with, the rounds; inside a round that was interrupted.

  Args:
    job: what to run; its problem is one of `streamed_pool`.
    loop: of the acquisition.
    first: round 0 of this seed, if another acquisition has done it.
    progress: called with (items described, N).

  Returns:
    Round 0 for the next acquisition, or None if it was not done here.

  Raises:
    Diverged: if the model gives too few items a score that is a number.
  """
  checkpoints = Checkpoints(job.folder / "checkpoints")
  state, done = _resume(job, loop, checkpoints)
  for table in store.TABLES:
    store.keep_rounds(job.folder / table, done)
  labelled = _read_labelled(job, state) if done <= job.config.rounds else None
  for number in range(done, job.config.rounds + 1):
    state = state._replace(key=key_of(job, number))
    state, items, laps = _ask(job, loop, state, number, progress)
    clock = Clock()
    labelled = _reveal(job, labelled, items, int(state.pool.count))
    if number > 0 or first is None:
      told = _tell_and_test(job, loop, state, items, labelled, number, clock)
    else:
      told = first
    if number == 0:
      first = told
    state = told.state
    job.show(number, "saving")
    times = {"round": number, **laps, **told.laps}
    store.append_rows(job.folder / "times.csv", [times])
    store.append_rows(job.folder / "cases.csv", told.cases)
    store.append_rows(job.folder / "curve.csv", [told.row])
    checkpoints.save(number + 1, state._asdict())
  checkpoints.close()
  shutil.rmtree(job.folder / "scan", ignore_errors=True)
  return first


def _resume(job, loop, checkpoints):
  """(state, finished rounds) from the newest checkpoint."""
  state = loop.init(key_of(job, 0), len(job.problem.split.pool))
  found = checkpoints.restore(state._asdict())
  return (state, 0) if found is None else (PoolLoopState(**found[1]), found[0])


def _read_labelled(job, state) -> Labelled:
  """Room for all the labels of the run, with those of the state in it."""
  config, problem = job.config, job.problem
  image = RowSource(problem.images).rows(0, 1)
  label = jax.ShapeDtypeStruct((1, *problem.labels.shape[1:]), np.uint8)
  capacity = config.start + config.rounds * config.query
  known = np.asarray(state.pool.order)[: int(state.pool.count)]
  return _reveal(job, make_room(capacity, Labelled(image, label)), known, 0)


def _reveal(job, labelled, items, slot) -> Labelled:
  """Reads images and labels of the items into the slots from `slot` on."""
  source = RowSource(Labelled(job.problem.images, job.problem.labels))

  def read(item):
    return source.rows(item, item + 1)

  rows = prefetch(read, np.asarray(items).tolist())
  return put_rows(labelled, rows, slot)


def _ask(job, loop, state, number, progress):
  """The round's items, recorded: (state, items [k], seconds)."""
  problem, config, clock = job.problem, job.config, Clock()
  job.show(number, "asking")
  if number == 0:
    items = draw_start(state.key, len(problem.split.pool), config.start)
  else:
    scan = partial(
      describe_pool,
      source=RowSource(problem.images),
      block=config.block,
      workdir=job.folder / "scan",  # begun anew for another round
      tag=job.name,
      progress=progress,
    )
    items, state = loop.ask(state, scan)
    check_picks(job, items, number)
  jax.block_until_ready(items)
  clock.lap("seconds_score")
  record_picks(job, number, items, state.scores if number else None)
  if number and config.pictures:
    job.show(number, "drawing pictures")
    pictures.save(job, state, items, number)
  return state, items, clock.laps


def _tell_and_test(job, loop, state, items, labelled, number, clock) -> Told:
  """Fits the model on what is labelled now, tests it."""
  config = job.config
  width = max(config.start, config.query)
  asked = pad_items(items, width, len(job.problem.split.pool))
  job.show(number, "training")
  state = loop.tell(state, asked, labelled)
  jax.block_until_ready(state.params)
  clock.lap("seconds_train")
  check_params(job, state.params, number)
  job.show(number, "testing")
  predicted = predict_test(job.problem, state.params)
  row = curve_row(job.problem, predicted, state.pool.count, number)
  cases = case_rows(job.problem, predicted, number)
  clock.lap("seconds_test")
  return Told(state, row, clock.laps, cases)
