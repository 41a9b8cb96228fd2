"""How far arms lie apart that must be equal, ours and the published ones."""

import numpy as np

from alx import stats
from alx.report.arms import stacked
from experiments.survey.published import published
from experiments.survey.results import Outcome


def noise(outcome: Outcome) -> list[str]:
  """The noise floor of a classification of two classes; else nothing.

  Means over the pixels of a map rank otherwise, even with two classes.
  """
  about = outcome.study.dataset
  num_classes = len(about.get("class_names") or ())
  if about.get("task") != "classification" or num_classes != 2:
    return []
  ours = _ours(outcome.arms)
  lines = [f"Here. {_floor(ours)}"] if ours.size else []
  for name in outcome.tables:
    theirs = _theirs(name)
    if theirs.size:
      lines.append(f"In table {name}. {_floor(theirs)}")
  return lines


def _ours(arms):
  """[arms, rounds, seeds] of two or more arms that must be equal, or empty.

  Without the first labels, which all arms share.
  """
  equal = [arm for arm in arms if arm.name in stats.EQUAL_IF_BINARY]
  lengths = {len(arm.labels) for arm in equal}
  if len(equal) < 2 or len(lengths) > 1:
    return np.array([])
  return stacked(equal)[:, 1:]


def _theirs(table):
  """[arms, rounds, 1] of the published arms that must be equal."""
  rows = [row for row in published(table) if row["mean"]]
  by_name = [
    [float(row["mean"]) for row in rows if row["method"] == name]
    for name in stats.EQUAL_IF_BINARY
  ]
  return np.array([means for means in by_name if means])[..., None]


def _floor(scores):
  return stats.noise_line(stats.noise_floor(scores), "")
