"""Learning curves over what labels cost, all seeds at the same costs."""

from collections.abc import Sequence

import numpy as np

from alx.report import arms as numbers
from alx.report.arms import Arm, NeededRow
from alx.report.costs.kinds import Cost, told
from alx.report.read import Study


def by_cost(arms: Sequence[Arm], cost: Cost) -> list[Arm]:
  """The arms that tell a cost, with `labels` that are of it.

  Rounds of two seeds differ in what they cost. So scores are read off straight
  lines between the rounds of a seed, at the costs that rounds of any method
  have in the mean over its seeds: [S, G] at G common costs. Before an arm
  begins it has no score, after its end it keeps the last one.
  """
  arms = [arm for arm in arms if told(arm, cost.column)]
  if not arms:
    return []
  means = [_means(arm, cost.column) for arm in arms]
  common = np.unique(np.concatenate(means))
  return [
    arm._replace(
      labels=common,
      scores=_scores(arm, cost.column, common),
      cost=cost.column,
      end=float(own[-1]),
    )
    for arm, own in zip(arms, means, strict=True)
  ]


def _means(arm, column):
  """[rounds] what each costs, mean over seeds."""
  return np.mean([run.spending(column) for run in arm.runs], 0)


def _scores(arm, column, common):
  means = _means(arm, column)
  at = np.minimum(common, means[-1])
  rows = [
    np.interp(at, run.spending(column), scores)
    for run, scores in zip(arm.runs, arm.scores, strict=True)
  ]
  return np.where(common < means[0], np.nan, np.stack(rows))


def within(arm: Arm) -> Arm:
  """An arm of `by_cost` from where it begins to where it ends."""
  begin = _means(arm, arm.cost)[0]
  kept = (arm.labels >= begin) & (arm.labels <= arm.end)
  return arm._replace(labels=arm.labels[kept], scores=arm.scores[:, kept])


def needed(
  study: Study, arms: Sequence[Arm], costs: Sequence[Cost]
) -> list[NeededRow]:
  """As `arms.needed`, for each cost; the goals are on the same curves."""
  found = []
  for cost in costs:
    rows = numbers.needed(study, by_cost(arms, cost))
    found += [row._replace(arm=within(row.arm)) for row in rows]
  return found
