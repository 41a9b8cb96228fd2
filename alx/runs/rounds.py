"""One run: the rounds of one acquisition and one seed, killed or not."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from alx.devices.distributed import assert_same_selection, is_shared
from alx.loop import (
  Loop,
  LoopState,
  pad_items,
)
from alx.pool import PoolState
from alx.runs import pictures
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.disk.records import (
  Clock,
  Diverged,
  case_rows,
  check_params,
  check_picks,
  curve_row,
  open_folder,
  record_next,
  record_picks,
  record_predictions,
  record_round,
)
from alx.runs.problem import signals
from alx.runs.problem.fitted import mirrored_column, steps_column
from alx.runs.problem.job import Job
from alx.runs.problem.predictions import predict_pool, predict_test
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.settings.stopping import labels_after
from alx.runs.starts import first_items
from alx.runs.together import Fits
from alx.runs.units.asked import (
  begins_told,
  hidden_of,
  items_labelled,
  known_of,
  num_asked,
  set_of,
)
from alx.runs.units.budgets import affordable, spent_row


class Saved(NamedTuple):
  """What a checkpoint holds: images and labels are looked up again."""

  key: jax.Array
  round: jax.Array
  pool: PoolState
  params: object
  scores: jax.Array


class Told(NamedTuple):
  """A fitted and tested state with its rows for the tables."""

  state: Any  # of the loop
  row: dict  # of curve.csv
  laps: dict  # of times.csv
  cases: list[dict]  # of cases.csv
  signals: dict | None = None  # of signals.csv, where a stop rule reads it
  predict: Callable | None = None  # of the last round: writes it for a job


def run_rounds(
  job: Job, loop: Loop, first: Told | None, fits: Fits | None = None
) -> Told | None:
  """Runs, or goes on with, the rounds of one acquisition and one seed.

  Args:
    job: what to run.
    loop: of the acquisition.
    first: round 0 of this seed, if another acquisition has done it: it is the
      same for all of them.
    fits: of other acquisitions of this seed; None: none are known.

  Returns:
    Round 0 for the next acquisition, or None if it was not done here.

  Raises:
    Diverged: if the model gives too few items a score that is a number.
  """
  checkpoints = Checkpoints(job.folder / "checkpoints")
  state, done = _resume(job, loop, checkpoints)
  open_folder(job, done)
  fits = None if done else fits  # what was asked before is not at hand
  all_asked = []
  for number in range(done, job.config.rounds + 1):
    state = state._replace(key=key_of(job, number))
    state, asked, laps = _ask(job, loop, state, number)
    all_asked.append(asked)
    if number == 0 and first is not None:
      told = first
      record_again(job, told)
    else:
      same = fits and fits.after(job.name, all_asked, state, job.problem)
      told = _tell_and_test(job, loop, state, asked, number, same)
    if fits:
      fits.keep(job.name, all_asked, told.state)
    if number == 0:
      first = told
    state = told.state
    job.show(number, "saving")
    spent = spent_row(job.problem, job.config, state.pool)
    record_round(
      *(job, number, laps | told.laps, told.row, told.cases, told.signals),
      spent,
    )
    checkpoints.save(number + 1, _saved(state)._asdict())
  checkpoints.close()
  ask_next(job, state, loop.ask)
  return first


def ask_next(job: Job, state: Any, ask: Callable) -> None:
  """Writes what to label next, which nobody answers here.

  Nothing where the labels that there are were not the starting set.

  Args:
    job: of the run.
    state: after its rounds.
    ask: of a loop.
  """
  if job.config.start_with != LABELLED:
    return
  number = job.config.rounds + 1
  job.show(job.config.rounds, "asking")
  asked, state = ask(state._replace(key=key_of(job, number)))
  keep_next(job, asked, state.scores)


def keep_next(job: Job, asked: jax.Array, scores: jax.Array) -> None:
  """Writes what to label next, which nobody answers here."""
  check_picks(job, asked, job.config.rounds + 1)
  record_next(job, asked, scores)


def key_of(job: Job, number: int) -> jax.Array:
  """The key of a round: the seed's own, or one first round for all seeds."""
  if number == 0:
    return start_key(job.config, job.seed)
  return jax.random.key(job.seed)


def start_key(config: Config, seed: int) -> jax.Array:
  """The key of the starting set and the first model of a seed."""
  return jax.random.key(0 if config.shared_start else seed)


def _resume(job: Job, loop: Loop, checkpoints: Checkpoints):
  """(state, finished rounds) from the newest checkpoint."""
  labels = job.problem.labels
  label_like = jax.eval_shape(lambda: labels[0])
  state = loop.init(key_of(job, 0), job.problem.images, label_like)
  found = checkpoints.restore(_saved(state)._asdict())
  if found is None:
    return with_begun(job.problem, state), 0
  saved = Saved(**found[1])
  known = known_of(job.problem, saved.pool)
  return state._replace(labels=known, **saved._asdict()), found[0]


def with_begun(problem: Any, state: LoopState) -> LoopState:
  """A first state with the labels that the data arrived with."""
  if not begins_told(problem):
    return state
  return state._replace(labels=known_of(problem, state.pool))


def _saved(state: LoopState) -> Saved:
  return Saved(*(getattr(state, name) for name in Saved._fields))


def _ask(job, loop, state, number):
  """The round's items, recorded: (state, items [width], seconds)."""
  config, clock = job.config, Clock()
  num_items = num_asked(job.problem)
  job.show(number, "asking")
  if number == 0:
    items = first_items(job.problem, config, state.key)
    items, _ = affordable(job.problem, config, items, state.pool)
  else:
    items, state = loop.ask(state)
    check_picks(job, items, number)
    items, state = within_budget(job, items, state)
  asked = pad_items(items, max(config.start, config.query), num_items)
  jax.block_until_ready(asked)
  _check_same_on_all(job, asked, number)
  clock.lap("seconds_score")
  record_asked(job, state, items, number)
  return state, asked, clock.laps


def within_budget(job: Job, items: jax.Array, state: Any) -> tuple:
  """(items that the budget buys, the state with their scores in order)."""
  items, scores = affordable(
    job.problem, job.config, items, state.pool, state.scores
  )
  return items, state._replace(scores=scores)


def _check_same_on_all(job, asked, number):
  """Raises Diverged where several processes ask for other items."""
  if not is_shared():
    return
  try:
    assert_same_selection(np.asarray(asked))
  except RuntimeError as error:
    raise Diverged(f"{job.folder}: in round {number} {error}") from error


def record_asked(job: Job, state: Any, items: jax.Array, number: int) -> None:
  """What the round asked for: the table and, of a model's choice, pictures."""
  record_picks(job, number, items, state.scores if number else None)
  if number and job.config.pictures:
    job.show(number, "drawing pictures")
    pictures.save(job, state, items, number)


def _tell_and_test(job, loop, state, asked, number, same=None) -> Told:
  """Looks the labels up, fits the model, tests it.

  `same` is the state with a fit that is there already.
  """
  clock = Clock()
  before = state.params
  job.show(number, "training")
  state = same or loop.tell(state, asked, hidden_of(job.problem, asked))
  told = tested(job, state, number, clock)
  mirrored = mirrored_column(
    *(job, state.images, state.labels, state.pool, set_of(job.problem))
  )
  told = told._replace(laps=told.laps | mirrored)
  return with_signals(job, told, before, number, signals.of_pool)


def tested(
  job: Job, state: Any, number: int, clock: Clock, tells_pool: bool = True
) -> Told:
  """Tests the model of a state that was told its labels since the last lap.

  After the last round it predicts the pool, too; not one that is streamed.
  """
  jax.block_until_ready(state.params)
  clock.lap("seconds_train")
  check_params(job, state.params, number)
  job.show(number, "testing")
  predicted = predict_test(job.problem, state.params)
  row = curve_row(job.problem, predicted, state.pool.labelled, number)
  if job.config.budget:
    row["labels"] = labels_after(job.config, number)
  cases = case_rows(job.problem, predicted, number)
  told = Told(state, row, {}, cases)
  if number == job.config.rounds:
    pool = partial(predict_pool, job.problem, state.params)
    labelled = items_labelled(job.problem, state.pool)
    rest = number, predicted, pool if tells_pool else None, labelled
    told = told._replace(predict=lambda job: record_predictions(job, *rest))
  record_again(job, told)
  clock.lap("seconds_test")
  return told._replace(laps=clock.laps | steps_column(job, state.steps))


def record_again(job: Job | Sequence[Job], told: Any) -> None:
  """What the last round predicts, for a job that has the model of another.

  Args:
    job: or those of seeds together.
    told: of the round; its `predict` writes it.
  """
  if told.predict is not None:
    told.predict(job)


def with_signals(
  job: Job, told: Told, before: Any, number: int, ask: Callable
) -> Told:
  """Adds what stop rules read of the pool, if there is such a rule.

  Args:
    job: of the run.
    told: of the round.
    before: params of the model before it.
    number: of the round.
    ask: (problem, (params before, after), block) -> `signals.Said`.
  """
  if not signals.wanted(job.config.stop):
    return told
  clock, state = Clock(), told.state
  said = ask(job.problem, (before, state.params), job.config.block)
  labelled = items_labelled(job.problem, state.pool)
  row = signals.row_of(said, labelled, is_first=not number)
  clock.lap("seconds_pool")
  return told._replace(signals=row | clock.laps)
