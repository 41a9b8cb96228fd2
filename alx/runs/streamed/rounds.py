"""The rounds of one acquisition and seed on a pool that is not in memory."""

import shutil
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.sources.prefetch import prefetch
from alx.loop import pad_items
from alx.loop.pool_loop import (
  Labelled,
  PoolLoop,
  fill_slots,
  make_pool_loop,
  make_room,
  put_rows,
  put_units,
  slots_of,
)
from alx.loop.pool_scan import describe_pool
from alx.loop.unit_labels import labelled_items
from alx.pool import init_pool, labelled_of, mark_labelled
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.disk.records import Clock, check_picks, open_folder, record_round
from alx.runs.problem import loops, signals
from alx.runs.problem.fitted import mirrored_column
from alx.runs.problem.job import Job
from alx.runs.problem.problem import Problem
from alx.runs.rounds import (
  Told,
  ask_next,
  key_of,
  record_again,
  record_asked,
  tested,
  with_signals,
  within_budget,
)
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.starts import first_items
from alx.runs.streamed.pool import RowSource
from alx.runs.units.asked import begins_told, num_asked, set_of
from alx.runs.units.budgets import affordable, spent_row
from alx.units import whole_items


def loop_for(problem: Problem, config: Config, name: str) -> PoolLoop:
  """The loop of one acquisition; asks what that of `loops.loop_for` asks."""
  return loops.loop_for(problem, config, name, make_pool_loop)


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
  open_folder(job, done)
  is_asked = done <= job.config.rounds or job.config.start_with == LABELLED
  labelled = _read_labelled(job, state) if is_asked else None
  for number in range(done, job.config.rounds + 1):
    state = state._replace(key=key_of(job, number))
    state, items, laps = _ask(job, loop, state, number, progress, labelled)
    clock = Clock()
    labelled = _reveal(job, labelled, items, state.pool)
    if number > 0 or first is None:
      told = _tell_and_test(job, loop, state, items, labelled, number, clock)
    else:
      told = first
      record_again(job, told)
    if number == 0:
      first = told
    state = told.state
    job.show(number, "saving")
    record_round(
      *(job, number, laps | told.laps, told.row, told.cases, told.signals),
      spent_row(job.problem, job.config, state.pool),
    )
    checkpoints.save(number + 1, _saved(state))
  checkpoints.close()
  scan = _scan_of(job, progress)
  ask_next(job, state, partial(loop.ask, scan=scan, labelled=labelled))
  shutil.rmtree(job.folder / "scan", ignore_errors=True)
  return first


def _resume(job, loop, checkpoints):
  """(state, finished rounds) from the newest checkpoint."""
  state = loop.init(key_of(job, 0), num_asked(job.problem))
  found = checkpoints.restore(_saved(state))
  return (state, 0) if found is None else (state._replace(**found[1]), found[0])


def _saved(state):
  """What a checkpoint holds: the rows of its round have the steps."""
  tree = state._asdict()
  del tree["steps"]
  return tree


def _read_labelled(job, state) -> Labelled:
  """Room for all the labels of the run, with those of the state in it."""
  config, problem = job.config, job.problem
  image = RowSource(problem.images).rows(0, 1)
  label = jax.ShapeDtypeStruct((1, *problem.labels.shape[1:]), np.uint8)
  row, units = Labelled(image, label), set_of(problem)
  most = config.start + config.rounds * config.query
  if begins_told(problem):
    most = len(units.begun)
  capacity = min(most, len(problem.split.pool))
  room, nothing = make_room(capacity, row, units), init_pool(num_asked(problem))
  if not state.round:
    return room  # round 0 fills it, also with what has arrived
  return _reveal(job, room, labelled_of(state.pool), nothing)


def _reveal(job, labelled, asked, before) -> Labelled:
  """Reads images and labels of what was asked for into their slots.

  Args:
    job: of the run.
    labelled: the slots; they are used up.
    asked: items or units; N or U is padding.
    before: the pool, not told of them yet.
  """
  problem = job.problem
  units = set_of(problem) or whole_items(len(problem.split.pool))
  both = RowSource(Labelled(problem.images, problem.labels))
  labels = RowSource(Labelled(None, problem.labels))
  if begins_told(problem):
    pool = mark_labelled(before, jnp.asarray(asked, jnp.int32))
    found = labelled_items(pool, units)
    rows = prefetch(lambda n: both.rows(n, n + 1), labelled_of(found).tolist())
    return put_rows(labelled, rows, 0)

  def read(slot):
    source = both if slot.is_new else labels
    return slot, source.rows(slot.item, slot.item + 1)

  slots = fill_slots(units, labelled_of(before), asked)
  return put_units(labelled, units, prefetch(read, slots))


def _ask(job, loop, state, number, progress, labelled):
  """The round's items, recorded: (state, items [k], seconds)."""
  problem, config, clock = job.problem, job.config, Clock()
  job.show(number, "asking")
  if number == 0:
    items = first_items(problem, config, state.key)
    items, _ = affordable(problem, config, items, state.pool)
  else:
    items, state = loop.ask(state, _scan_of(job, progress), labelled)
    check_picks(job, items, number)
    items, state = within_budget(job, items, state)
  jax.block_until_ready(items)
  clock.lap("seconds_score")
  record_asked(job, state, items, number)
  return state, items, clock.laps


def _scan_of(job, progress):
  """What describes all items, see `PoolLoop`."""
  return partial(
    describe_pool,
    source=RowSource(job.problem.images),
    block=job.config.block,
    workdir=job.folder / "scan",  # begun anew for another round
    tag=job.name,
    progress=progress,
  )


def _tell_and_test(job, loop, state, items, labelled, number, clock) -> Told:
  """Fits the model on what is labelled now, tests it."""
  config = job.config
  width = max(config.start, config.query)
  asked = pad_items(items, width, num_asked(job.problem))
  job.show(number, "training")
  before = state.params
  state = loop.tell(state, asked, labelled)
  told = tested(job, state, number, clock, tells_pool=False)
  capacity, units = labelled.labels.shape[0], set_of(job.problem)
  slots = slots_of(state.pool, capacity, units)
  mirrored = mirrored_column(job, *labelled, slots)
  told = told._replace(laps=told.laps | mirrored)
  images = job.problem.images._replace(regions=None)
  read = partial(signals.of_stream, source=RowSource(images))
  return with_signals(job, told, before, number, read)
