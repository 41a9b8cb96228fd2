"""What is written down of a round, and when it is not worth going on."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from alx.acquisition.grammar import folder_of
from alx.report.read import ARM
from alx.runs.disk import reasons, store
from alx.runs.problem import predictions
from alx.runs.problem.cases import case_names
from alx.runs.problem.job import Job, once
from alx.runs.problem.predictions import classes_seen, metrics_of
from alx.runs.problem.problem import Problem
from alx.runs.units.asked import name_of, num_asked
from alx.runs.units.partly import NEXT
from alx.training import evaluation


class Diverged(Exception):
  """A model whose predictions are not numbers any more."""


class Clock:
  """Seconds from lap to lap, by name, shared among the seeds at work."""

  def __init__(self, num_seeds: int = 1):
    self.laps = {}
    self._num_seeds = num_seeds
    self._last = time.monotonic()

  def lap(self, name: str) -> None:
    """Ends a lap that began with the last one."""
    now = time.monotonic()
    self.laps[name] = f"{(now - self._last) / self._num_seeds:.3f}"
    self._last = now


def open_folder(job: Job, done: int) -> None:
  """The folder as it was after `done` rounds, see `store.keep_rounds`.

  Where its name cannot say of which acquisition it is, a file does.

  Raises:
    ValueError: if it is of another one, or a finished round is not there.
  """
  if folder_of(job.name) != job.name:
    about = {"acquisition": job.name}
    store.check_same(job.folder / ARM, about, set())
    store.write_json(job.folder / ARM, about)
  store.keep_rounds(job.folder, done)


def curve_row(problem: Problem, predicted, labelled, number: int) -> dict:
  """Round, labels and metrics; floats in full, so that resumes compare.

  Args:
    problem: that is tested on.
    predicted: of the test items.
    labelled: [N] bool, what the model was trained on.
    number: of the round.
  """
  check_predicted(f"the fit of round {number}", predicted)
  seen = classes_seen(problem, labelled)
  row = metrics_of(problem, predicted, seen)
  row |= {} if seen is None else {"classes_seen": seen}
  numbers = {
    name: value if isinstance(value, int) else f"{value:.9g}"
    for name, value in row.items()
  }
  return {"round": number, "labels": int(np.sum(labelled)), **numbers}


def case_rows(problem: Problem, predicted, number: int) -> list[dict]:
  """The Dice of each test case, a row each; none for a classification.

  With its patient, where patients are known.
  """
  dataset = problem.dataset
  if dataset.task != "segmentation":
    return []
  names = case_names(dataset, problem.split.test)
  cases, dice = evaluation.case_dice(predicted, names)
  columns = [f"dice_{name}" for name in dataset.class_names[1:]]
  patients = {}
  if dataset.groups:
    groups = [dataset.groups[i] for i in problem.split.test]
    patients = {n: {"patient": g} for n, g in zip(names, groups, strict=True)}
  return [
    {"round": number, "id": case}
    | patients.get(case, {})
    | {c: f"{float(x):.9g}" for c, x in zip(columns, row[1:], strict=True)}
    for case, row in zip(cases, dice, strict=True)
  ]


def check_picks(job: Job, items, number: int) -> None:
  """The budget was checked: a missing item is a score that is no number."""
  found = int((items < num_asked(job.problem)).sum())
  wanted = 1 if job.config.budget else job.config.query
  units = job.problem.units
  if found < wanted and units is not None and units.set.start is not None:
    raise Diverged(
      f"{job.folder}: in round {number} {found} of {wanted} boxes are left "
      "that overlap none with a label: ask for fewer, or for boxes without a "
      "stride"
    )
  if found < wanted:
    raise Diverged(
      f"{job.folder}: in round {number} {job.name} could score {found} of "
      f"{wanted} items; the model gives no numbers: lower "
      "learning_rate"
    )


def check_params(job: Job, params, number: int) -> None:
  """A net that is no numbers any more says nothing, or always the same."""
  check_fit(f"{job.folder}: in round {number} the fit of {job.name}", params)


def check_fit(what: str, params) -> None:
  """The same of any fit, told by `what`."""
  leaves = jax.tree.leaves(params)
  if not all(np.isfinite(np.asarray(leaf)).all() for leaf in leaves):
    raise Diverged(f"{what} ended without numbers: lower learning_rate")


def check_predicted(what: str, predicted) -> None:
  """Weights may be numbers, and what they predict too large to be one."""
  leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(predicted)]
  if not all(np.isfinite(leaf).all() for leaf in leaves):
    raise Diverged(f"{what} predicts no numbers: lower learning_rate")


def record_round(
  job: Job,
  number: int,
  laps: dict,
  row: dict,
  cases: list[dict],
  signals: dict | None = None,
  spent: dict | None = None,
) -> None:
  """Appends a finished round to its tables; with the curve it counts."""
  times = job.folder / "times.csv"
  lap = as_begun(store.read_rows(times), {"round": number, **laps})
  store.append_rows(times, [lap])
  store.append_rows(job.folder / "cases.csv", cases)
  if signals:
    row_of_pool = {"round": number, **signals}
    store.append_rows(job.folder / "signals.csv", [row_of_pool])
  if spent:
    store.append_rows(job.folder / "spent.csv", [{"round": number, **spent}])
  curve = job.folder / "curve.csv"
  store.append_rows(curve, [as_begun(store.read_rows(curve), row)])


def as_begun(before: Sequence[dict], row: dict) -> dict:
  """The row with the columns of rows that were begun with fewer, or others.

  A run of before a measure was known goes on without it.
  """
  if not before:
    return row
  return {column: row.get(column, "") for column in before[0]}


def record_picks(job: Job, number: int, items, scores) -> None:
  """Appends what a round asked for to picks.csv, each with what it is.

  Of an item its class, once the label is told; its group, where groups are
  known; and the item with a label that is most like it, see `reasons.nearest`.
  """
  path = job.folder / "picks.csv"
  scores = np.full(len(items), np.nan) if scores is None else scores
  asked, ranked = _ranked(job.problem, items, scores)
  before = store.read_rows(path)
  abouts = _about(job.problem, asked, before)
  rows = [
    {"round": number, **row, **about}
    for row, about in zip(ranked, abouts, strict=True)
  ]
  store.append_rows(path, [as_begun(before, row) for row in rows])


def record_next(job: Job, items, scores) -> None:
  """Writes next.csv: what would be asked for now, which nobody has answered."""
  _, rows = _ranked(job.problem, items, scores)
  store.write_rows(job.folder / NEXT, rows)


def _ranked(problem, items, scores):
  """(items without empty slots, what all tables say of each)."""
  items, scores = np.asarray(items), np.asarray(scores)
  kept = np.flatnonzero(items < num_asked(problem))
  asked = [int(items[place]) for place in kept]
  rows = [
    {
      "rank": rank,
      "id": name_of(problem, item),
      "score": f"{float(scores[place]):.9g}",
    }
    for rank, (item, place) in enumerate(zip(asked, kept, strict=True))
  ]
  return asked, rows


def _about(problem, asked, before):
  """Further columns of each item; of units there are none."""
  if problem.units is not None:
    return [{}] * len(asked)
  dataset = problem.dataset
  items = [int(problem.split.pool[item]) for item in asked]
  return [
    {"class": reasons.shown(dataset, item)}
    | ({"group": dataset.groups[item]} if dataset.groups else {})
    | like
    for item, like in zip(items, _nearest(problem, items, before), strict=True)
  ]


def _nearest(problem, asked, before):
  """Columns of each item about the labelled one that is most like it."""
  dataset = problem.dataset
  if hasattr(dataset.images, "shapes"):  # on disk: only what is asked is read
    return [{}] * len(asked)
  likeness = once(problem, "likeness", lambda: reasons.Likeness(dataset))
  ids = (row.get("id") for row in before)
  labelled = [likeness.number[i] for i in ids if i in likeness.number]
  found = reasons.nearest(likeness, asked, labelled)
  if not found:
    return [{"nearest": "", "distance": ""}] * len(asked)
  return [
    {"nearest": dataset.ids[other], "distance": f"{apart:.6g}"}
    for other, apart in found
  ]


def record_predictions(
  job: Job,
  number: int,
  predicted: Any,
  pool: Callable | None,
  labelled: Any,
) -> None:
  """Writes predictions.csv, see `predictions.of_items`.

  Args:
    job: of the run.
    number: of the round, of which the last one is kept.
    predicted: of the test items.
    pool: () -> probabilities of the pool; None: nothing is told of it.
    labelled: [N] bool.
  """
  labelled = np.asarray(labelled)
  rows = predictions.of_items(job.problem, predicted, pool, labelled)
  path = job.folder / "predictions.csv"
  store.write_rows(path, [{"round": number, **row} for row in rows])
