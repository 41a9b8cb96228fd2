"""What the labels of each method came to in the end, and what they taught."""

from collections.abc import Sequence

import numpy as np

from alx import stats
from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import Arm
from alx.report.costs.kinds import Cost, told
from alx.report.read import Study
from alx.report.tables import Table

POOL = "whole_pool"  # of dataset.json: what all labels of the pool come to


def table(study: Study, arms: Sequence[Arm], costs: Sequence[Cost]) -> Table:
  """A row for each method: means over seeds, with the last labels."""
  arms = [arm for arm in arms if told(arm, "voxels")]
  columns = [_column(study, arms, cost) for cost in costs]
  answers = _answers(study)
  if answers:
    head = f"{answers} labelled", [_amounts(arm, "units") for arm in arms]
    columns = [head, *columns]
  columns += [_foreground(study, arms), _right(arms)]
  columns.append(_efficiencies(study, arms))
  kept = [(head, cells) for head, cells in columns if any(cells)]
  names = [words.plain(arm.name) for arm in arms]
  return Table(
    ["", *(head for head, _ in kept)],
    [[n, *(c[i] for _, c in kept)] for i, n in enumerate(names)],
  )


def _answers(study):
  """What is answered, where it is neither an item nor a slice."""
  return study.unit if study.unit in ("boxes", "superpixels") else ""


def _column(study, arms, cost):
  whole = _whole(study).get(cost.column)
  return cost.name, [_amounts(arm, cost.column, whole) for arm in arms]


def _whole(study):
  found = study.dataset.get(POOL)
  found = found if isinstance(found, dict) else {}
  return {k: n for k, n in found.items() if isinstance(n, int) and n > 0}


def _last(arm, column):
  return float(np.mean([run.spending(column)[-1] for run in arm.runs]))


def _amounts(arm, column, whole=None):
  if not told(arm, column):
    return words.NOTHING
  mean = _last(arm, column)
  mean = round(mean) if mean >= 10 else mean
  text = words.amount(mean)
  return f"{text}\n{_share(mean / whole)} of all" if whole else text


def _share(value):
  percent = 100 * value
  digits = 0 if percent >= 10 or float(percent).is_integer() else 1
  return f"{percent:.{digits}f}%"


def _foreground(study, arms):
  """What of the structures that are looked for has a label."""
  whole = _whole(study).get("foreground_voxels")
  if not whole:
    return "", []
  shares = [_last(arm, "foreground_voxels") / whole for arm in arms]
  texts = [_share(x) if np.isfinite(x) else words.NOTHING for x in shares]
  return "of all foreground", texts


def _right(arms):
  known = [_last(arm, "label_accuracy") for arm in arms]
  texts = [_share(x) if np.isfinite(x) else "" for x in known]
  return "labels that are right", texts


def _efficiencies(study, arms):
  found = efficiencies(study, arms)
  texts = [words.amount(found[a.name]) if a.name in found else "" for a in arms]
  return "foreground efficiency", texts


def efficiencies(study: Study, arms: Sequence[Arm]) -> dict[str, float]:
  """Foreground efficiency by method; {} where it cannot be known.

  That takes all foreground of the pool, counted, and a model of all labels
  that is better than the others, see `arms.reference`.
  """
  whole = _whole(study).get("foreground_voxels")
  arms = [arm for arm in arms if told(arm, "foreground_voxels")]
  full, kind = numbers.reference(study, list(arms))
  if not whole or kind != "full" or not arms:
    return {}
  points = {
    arm.name: np.stack(
      [
        [run.spending("foreground_voxels") / whole for run in arm.runs],
        arm.scores,
      ]
    ).reshape(2, -1)
    for arm in arms
  }
  return stats.foreground_efficiencies(points, full)
