"""The one fit to all labels of the pool: what all of them would give."""

import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx.devices.distributed import from_first
from alx.pool import init_pool, mark_labelled
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.disk.names import MODEL
from alx.runs.disk.records import (
  Clock,
  case_rows,
  check_params,
  check_predicted,
  record_predictions,
)
from alx.runs.problem.fitted import mirrored_column
from alx.runs.problem.job import Job
from alx.runs.problem.predictions import metrics_of, predict_pool, predict_test
from alx.runs.units.budgets import all_labels
from alx.training.descent.converged import has_converged
from alx.training.learner import steps_made


def run_full(job: Job) -> None:
  """Trains once on every pool label: what all the labels would give."""
  problem = job.problem
  done = bool(store.read_rows(job.folder / "curve.csv"))
  if from_first(np.int32(done)):
    return
  num_items = problem.labels.shape[0]
  key_init, key_fit = jax.random.split(
    jax.random.fold_in(jax.random.key(job.seed), 3)
  )
  pool = mark_labelled(
    init_pool(num_items), jnp.arange(num_items, dtype=jnp.int32)
  )
  job.show(0, "training")
  start, clock = problem.learner.init(key_init), Clock()
  fit = problem.fit_all or problem.learner.fit
  params, history = fit(key_fit, start, problem.images, problem.labels, pool)
  check_params(job, params, 0)
  clock.lap("seconds_train")
  job.show(0, "testing")
  predicted = predict_test(problem, params)
  clock.lap("seconds_test")
  check_predicted(f"{job.folder}: the fit to all labels", predicted)
  keep_model(job.folder, params)
  labels = all_labels(problem, job.config)
  row = {"round": 0, "labels": labels} | metrics_of(problem, predicted)
  store.keep_rounds(job.folder, 0)
  cases = case_rows(problem, predicted, 0)
  times = {"round": 0, **clock.laps, "steps": int(steps_made(history))}
  times |= mirrored_column(job, problem.images, problem.labels, pool)
  if problem.fit_all or job.config.schedule == "converged":
    times["converged"] = int(has_converged(history))
  store.append_rows(job.folder / "times.csv", [times])
  store.append_rows(job.folder / "cases.csv", cases)
  record_predictions(
    *(job, 0, predicted, lambda: predict_pool(problem, params)),
    np.ones(len(problem.split.pool), bool),
  )
  store.write_rows(job.folder / "curve.csv", [row])


def keep_model(folder: pathlib.Path, params: Any) -> None:
  """The one fit to all labels has no rounds to go on with, but a model.

  Args:
    folder: of the run.
    params: of its model.
  """
  kept = Checkpoints(folder / MODEL, keep=1)
  kept.save(1, {"params": params})
  kept.close()
