"""Arms against a baseline, and each against each, corrected for number."""

from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report.arms import Arm, of_seeds, stacked

ALPHA = 0.05


class Gap(NamedTuple):
  """An arm minus a baseline, runs of the same seeds.

  The p-values are Holm's over all arms held against this baseline.
  """

  arm: Arm
  last: stats.Interval  # of the metric with the arm's last labels
  area: stats.Interval  # of the area under the curve, over the budget
  p_last: float
  p_area: float


class Duels(NamedTuple):
  """Every arm against every other, after the first round."""

  arms: tuple[Arm, ...]  # A
  wins: np.ndarray  # [A, A] rounds in which row beats column
  rounds: int
  ranks: stats.Interval  # [A] mean rank over rounds, 1 is best


def gaps(arms: list[Arm], base: Arm) -> list[Gap]:
  """Every other arm that shares seeds and its last labels with the baseline."""
  pairs = [(arm, *_pairs(arm, base)) for arm in arms if arm is not base]
  known = [pair for pair in pairs if pair[1] is not None]
  p_last = stats.holm([_p(last) for _, last, _ in known])
  p_area = stats.holm([_p(area) for _, _, area in known])
  return [
    Gap(
      arm,
      stats.paired_difference(*last),
      stats.paired_difference(*area),
      float(p),
      float(q),
    )
    for (arm, last, area), p, q in zip(known, p_last, p_area, strict=True)
  ]


def against_baselines(arms: list[Arm]) -> list[tuple[Arm, list[Gap]]]:
  """Each baseline with its `gaps`, which may be none."""
  return [(base, gaps(arms, base)) for base in arms if base.is_baseline]


def _p(pair):
  return stats.t_test(stats.paired(*pair))


def _pairs(arm, base):
  """((a, b) with the last labels, (a, b) over the labels), or Nones."""
  at = np.flatnonzero(base.labels == arm.labels[-1])
  shared = [seed for seed in arm.seeds if seed in base.seeds]
  if not len(at) or not shared:
    return None, None
  a, b = of_seeds(arm, shared), of_seeds(base, shared)
  upto = slice(0, at[0] + 1)
  if not np.array_equal(arm.labels, base.labels[upto]):
    unknown = np.full(len(shared), np.nan)
    return (a[:, -1], b[:, at[0]]), (unknown, unknown)
  areas = _areas(arm.labels, a), _areas(arm.labels, b[:, upto])
  return (a[:, -1], b[:, at[0]]), areas


def _areas(labels, scores):
  return np.array([stats.area_under_budget_curve(labels, s) for s in scores])


def duels(arms: list[Arm]) -> Duels | None:
  """None unless three arms or more share two seeds and all their labels.

  Wins are paired t-tests of every two arms in every round, Holm's correction
  over all of them (Ash et al. 2020, section 4, without a correction).
  """
  shared = set.intersection(*(set(a.seeds) for a in arms)) if arms else ()
  alike = all(np.array_equal(a.labels, arms[0].labels) for a in arms)
  rounds = len(arms[0].labels) - 1 if arms else 0
  if len(arms) < 3 or len(shared) < 2 or not alike or not rounds:
    return None
  scores = stacked(arms)[:, 1:]
  wins = stats.pairwise_wins(scores, ALPHA, stats.holm).wins * rounds
  means = stats.ranks(scores).mean(1)
  ranks = stats.bounded_interval(means, (1, len(arms)), axis=1)
  return Duels(tuple(arms), wins.round().astype(int), rounds, ranks)
