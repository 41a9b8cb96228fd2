"""One run: the rounds of one acquisition and one seed, killed or not."""

import pathlib
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import BY_NAME
from alx.checkpoint import Checkpoints
from alx.loop import Loop, LoopState, draw_start, make_loop, pad_items
from alx.pool import init_pool, mark_labelled
from alx.settings import Asking
from experiments import pictures, store
from experiments.config import Config
from experiments.problem import Problem, evaluate


class Saved(NamedTuple):
  """What a checkpoint holds: images and labels are looked up again."""

  key: jax.Array
  round: jax.Array
  pool: object
  params: object
  scores: jax.Array
  asked: jax.Array  # [width] int32, the items of the next round


def run_rounds(
  problem: Problem,
  config: Config,
  name: str,
  seed: int,
  folder: pathlib.Path,
  report_stage,
) -> None:
  """Runs, or goes on with, the rounds of one acquisition and one seed.

  Args:
    problem: data on the device.
    config: resolved.
    name: a row of `BY_NAME`.
    seed: of the starting set, the initial weights, the batches, the dropout.
    folder: where curve.csv, picks.csv, pictures and checkpoints go.
    report_stage: called with (round, what is being done).
  """
  loop = _make_loop(problem, config, name)
  checkpoints = Checkpoints(folder / "checkpoints")
  state, asked, done = _resume(problem, config, loop, seed, checkpoints)
  for table in ("curve.csv", "times.csv"):
    store.keep_rounds(folder / table, done)
  store.keep_rounds(folder / "picks.csv", done + 1 if done else 0)
  if done == 0:
    _record_picks(problem, folder, 0, asked, None)
  for number in range(done, config.rounds + 1):
    state, asked = _one_round(
      problem, config, loop, state, asked, number, folder, name, report_stage
    )
    saved = Saved(
      state.key, state.round, state.pool, state.params, state.scores, asked
    )
    report_stage(number, "saving")
    checkpoints.save(number + 1, saved._asdict())
  checkpoints.close()


def _make_loop(problem: Problem, config: Config, name: str) -> Loop:
  asking = Asking(config.query, config.block, config.samples, config.warm)
  return make_loop(problem.learner, BY_NAME[name], asking)


def _resume(problem, config, loop, seed, checkpoints):
  """(state, items to tell, finished rounds) from the newest checkpoint."""
  labels = problem.labels
  num_items, width = labels.shape[0], max(config.start, config.query)
  key = jax.random.key(seed)
  state = loop.init(key, problem.images, jax.eval_shape(lambda: labels[0]))
  first = draw_start(key, num_items, config.start)
  asked = pad_items(first, width, num_items)
  blank = Saved(
    state.key, state.round, state.pool, state.params, state.scores, asked
  )
  found = checkpoints.restore(blank._asdict())
  if found is None:
    return state, asked, 0
  done, saved = found[0], Saved(**found[1])
  known = jnp.zeros_like(labels)
  order = saved.pool.order
  known = known.at[order].set(labels[order], mode="drop")
  state = state._replace(
    key=saved.key,
    round=saved.round,
    pool=type(state.pool)(*saved.pool),
    params=saved.params,
    scores=saved.scores,
    labels=known,
  )
  return state, saved.asked, done


def _one_round(
  problem, config, loop, state, asked, number, folder, name, report_stage
):
  """Tell, test, ask; writes the round's rows. Returns (state, items)."""
  num_items = problem.labels.shape[0]
  clock = _Clock()
  report_stage(number, "training")
  state = loop.tell(state, asked, problem.labels[asked])
  jax.block_until_ready(state.params)
  clock.lap("seconds_train")
  report_stage(number, "testing")
  row = _curve_row(problem, state, number)
  clock.lap("seconds_test")
  if number < config.rounds:
    report_stage(number, "asking")
    items, state = loop.ask(state)
    asked = pad_items(items, asked.shape[0], num_items)
    jax.block_until_ready(asked)
    clock.lap("seconds_score")
    report_stage(number, "drawing pictures")
    _record_picks(problem, folder, number + 1, asked, state.scores)
    pictures.save(problem, config, state, items, name, folder, number + 1)
  store.append_rows(folder / "curve.csv", [row])
  store.append_rows(folder / "times.csv", [clock.row(number)])
  return state, asked


class _Clock:
  """Seconds since the last lap, by name."""

  def __init__(self):
    self.laps = dict.fromkeys(
      ("seconds_train", "seconds_test", "seconds_score"), 0.0
    )
    self.last = time.monotonic()

  def lap(self, name):
    now = time.monotonic()
    self.laps[name], self.last = now - self.last, now

  def row(self, number):
    laps = {name: f"{value:.3f}" for name, value in self.laps.items()}
    return {"round": number, **laps}


def _curve_row(problem: Problem, state: LoopState, number: int) -> dict:
  """Round, labels and metrics; floats in full, so that resumes compare."""
  row = evaluate(problem, state.params)
  numbers = {
    name: value if isinstance(value, int) else f"{value:.9g}"
    for name, value in row.items()
  }
  return {"round": number, "labels": int(state.pool.count), **numbers}


def _record_picks(problem, folder, number, asked, scores):
  """Appends the ids of a round's items to picks.csv."""
  items = np.asarray(asked)
  items = items[items < problem.labels.shape[0]]
  scores = np.full(len(items), np.nan) if scores is None else scores
  rows = [
    {
      "round": number,
      "rank": rank,
      "id": problem.dataset.ids[problem.split.pool[item]],
      "score": f"{float(score):.9g}",
    }
    for rank, (item, score) in enumerate(
      zip(items, np.asarray(scores), strict=True)
    )
  ]
  store.append_rows(folder / "picks.csv", rows)


def run_full(
  problem: Problem,
  config: Config,
  seed: int,
  folder: pathlib.Path,
  report_stage,
) -> None:
  """Trains once on every pool label: what all the labels would give."""
  if store.read_rows(folder / "curve.csv"):
    return
  num_items = problem.labels.shape[0]
  key_init, key_fit = jax.random.split(
    jax.random.fold_in(jax.random.key(seed), 3)
  )
  pool = mark_labelled(
    init_pool(num_items), jnp.arange(num_items, dtype=jnp.int32)
  )
  report_stage(0, "training")
  params, _ = problem.learner.fit(
    key_fit,
    problem.learner.init(key_init),
    problem.images,
    problem.labels,
    pool,
  )
  report_stage(0, "testing")
  row = {"round": 0, "labels": num_items} | evaluate(problem, params)
  store.append_rows(folder / "curve.csv", [row])
