"""The published table of Kim et al. 2024, and what follows from it."""

import csv
import pathlib

import numpy as np

from alx import stats
from alx.stats import LabelsNeeded, Summary
from experiments.kim.needed import relative
from experiments.kim.tables import ALPHA

TABLE = pathlib.Path(__file__).parents[1] / "published" / "kim2024.csv"
PATIENTS = 125


def table() -> dict[str, tuple[np.ndarray, Summary]]:
  """(labels [R], Summary [R]) of the arms, the last one with all labels."""
  with open(TABLE, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  out = {}
  for name in dict.fromkeys(row["arm"] for row in rows):
    mine = [row for row in rows if row["arm"] == name]
    columns = [[float(r[c]) for r in mine] for c in ("n", "mean", "sd")]
    labels, mean, sd = map(np.array, columns)
    out[name] = labels, Summary(mean, sd, PATIENTS)
  return out


def needed() -> dict[str, LabelsNeeded]:
  """First and stable labels of the arms, p computed again."""
  arms = table()
  _, (mean, sd, count) = arms.pop("full_data")
  full = Summary(mean[0], sd[0], count)
  return {
    name: stats.first_passing(
      labels, stats.equivalent_to_full(summary, full, ALPHA).p < ALPHA
    )
    for name, (labels, summary) in arms.items()
  }


def to_random() -> dict[str, LabelsNeeded]:
  """The same as shares of what random needs."""
  arms = needed()
  return {name: relative(one, arms["random"]) for name, one in arms.items()}
