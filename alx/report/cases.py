"""Test cases one by one: how far arms lie apart over patients."""

import numpy as np

from alx import stats
from alx.report.arms import Arm
from alx.report.read import Run, number
from alx.training.evaluation import nan_mean


def over_patients(arm: Arm, base: Arm) -> stats.Estimate | None:
  """Arm minus baseline in mean foreground Dice, with the arm's last labels.

  A BCa bootstrap over patients: each is drawn with all its cases and all
  seeds, so the trainings are taken as they are. A case whose patient is not
  known is one by itself.

  Returns:
    None where cases.csv has no case with a Dice of the same seed in both.
  """
  pairs = [pair for runs in _shared(arm, base) for pair in _paired(*runs)]
  known = [pair for pair in pairs if np.isfinite(pair[:2]).all()]
  if not known:
    return None
  a, b, patients = zip(*known, strict=True)
  return stats.bootstrap_difference(np.array(a), np.array(b), patients)


def patient_scores(run: Run, number_of_round: str) -> dict[str, float]:
  """Mean foreground Dice of each patient, over its cases with one.

  A case whose patient is not known is one by itself.

  Args:
    run: with its cases.
    number_of_round: as the tables write it.
  """
  found = {}
  for row in run.cases:
    if row.get("round") == number_of_round:
      name = row.get("patient") or row["id"]
      found.setdefault(name, []).append(_mean(row))
  return {name: nan_mean(np.array(dice)) for name, dice in found.items()}


def _shared(arm, base):
  """Pairs of (run, labels) of the same seed."""
  labels = arm.labels[-1]
  others = dict(zip(base.seeds, base.runs, strict=True))
  return [
    ((run, labels), (others[run.seed], labels))
    for run in arm.runs
    if run.seed in others
  ]


def _paired(one, other):
  """(Dice, Dice, patient) of every case that both have."""
  a, b = _dice(*one), _dice(*other)
  return [(a[case][0], b[case][0], a[case][1]) for case in a if case in b]


def _dice(run: Run, labels: float):
  """By case its mean foreground Dice with so many labels, and its patient."""
  rounds = {r["round"] for r in run.rows if number(r["labels"]) == labels}
  rows = [row for row in run.cases if row.get("round") in rounds]
  return {
    row["id"]: (_mean(row), row.get("patient") or row["id"]) for row in rows
  }


def _mean(row):
  dice = [number(v) for name, v in row.items() if name.startswith("dice_")]
  return nan_mean(np.array(dice))
