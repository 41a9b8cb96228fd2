"""What went wrong in the runs of a budget, in sentences."""

import math
from collections.abc import Iterator

from alx.report import words
from alx.report.read import Run
from experiments.survey.benchmarks import LOST
from experiments.survey.results import Outcome

_MOST = 12  # sentences of one kind


def failures(outcome: Outcome) -> list[str]:
  """Why it was stopped, lost classes, guesses, undefined numbers, gaps."""
  study = outcome.study
  runs = (*study.runs, *study.full)
  spare = study.config.get("spare_classes") or 0
  num_classes = len(study.dataset.get("class_names") or ()) - spare
  lost = [line for run in runs for line in _lost(run)]
  guessed = [line for run in runs for line in _guessed(run, num_classes)]
  return [
    *([f"Stopped: {outcome.stopped}."] if outcome.stopped else []),
    *_shortened(lost),
    *_shortened(guessed),
    *_undefined(runs, num_classes),
    *_left_out(runs),
    *_shortened(study.missing),
  ]


def _shortened(lines):
  """The first lines, each once, and how many more there are."""
  lines = list(dict.fromkeys(lines))
  more = [f"And {len(lines) - _MOST} more."] if lines[_MOST:] else []
  return lines[:_MOST] + more


def _lost(run: Run) -> Iterator[str]:
  """Fits without one of the classes."""
  for row in run.rows:
    for column, value in row.items():
      if column.startswith("dice_") and float(value) < LOST:
        yield (
          f"{_where(run, row)}: the fit lost {column.removeprefix('dice_')} "
          f"(Dice {words.number(float(value))}, below {LOST:g})."
        )


def _guessed(run: Run, num_classes: int) -> Iterator[str]:
  """Classifiers that are no better than naming one class."""
  for row in run.rows:
    text = row.get("balanced_accuracy")
    if text and float(text) <= 1 / num_classes + 0.01:
      yield (
        f"{_where(run, row)}: no better than a single answer (balanced "
        f"accuracy {words.number(float(text))})."
      )


def _where(run, row):
  name = words.plain(run.acquisition)
  if row["round"] == "0" and name != "full":  # all methods share that fit
    name = "first labels"
  return f"{name}, seed {run.seed}, {row['labels']} labels"


def _undefined(runs, num_classes):
  """How often a number had to be left out of a mean."""
  for column, what in (
    ("undefined_surface", "surface distance was undefined and left out of ASD"),
    ("undefined_dice", "Dice was undefined"),
  ):
    found = [r for run in runs for r in run.rows if float(r.get(column) or 0)]
    count = sum(int(row[column]) for row in found)
    total = sum(
      int(row["test_cases"]) * (num_classes - 1)
      for run in runs
      for row in run.rows
      if column in row
    )
    if count:
      yield (
        f"In {count} of {total} pairs of a test case and a class, over all "
        f"fits, the {what} because the prediction or the truth had none."
      )
  yield from _absent(runs)
  scores = [row["auc"] for run in runs for row in run.rows if row.get("auc")]
  unknown = sum(not math.isfinite(float(v)) for v in scores)
  if unknown:
    yield f"{unknown} of {len(scores)} AUC were undefined."


def _absent(runs):
  """Structures that only the truth or only the prediction has."""
  rows = [row for run in runs for row in run.rows if row.get("missed")]
  missed, invented = (
    sum(int(row[column]) for row in rows) for column in ("missed", "invented")
  )
  if missed or invented:
    yield (
      f"Structures of a test case that were missed: {missed}, and invented: "
      f"{invented}, over all fits."
    )


def _left_out(runs):
  """Slices that the surface distance of their volume knows nothing of."""
  column = "undefined_surface_items"
  rows = [row for run in runs for row in run.rows if row.get(column)]
  count = sum(int(row[column]) for row in rows)
  if count:
    yield (
      f"Without a surface distance, and left out of the mean of their volume: "
      f"{count / len(rows):.0f} pairs of a slice and a class in the mean fit."
    )
