"""Table 3 of Kim et al. 2024 from the Dice of every patient."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.stats import LabelsNeeded, Summary, summarize
from alx.training.evaluation import nan_mean
from experiments.kim.found import (
  Found,
  Scores,
  find_arm,
  full_over_seeds,
  over_seeds,
  shared_seeds,
)

ALPHA = 0.05


class Tested(NamedTuple):
  """An arm against all labels, round by round; NaN: cannot be tested."""

  patients: Summary  # each [R]
  difference: np.ndarray  # [R] to all labels
  low: np.ndarray  # [R] of its 90 % interval
  high: np.ndarray  # [R]
  p: np.ndarray  # [R] of Welch's form
  p_paired: np.ndarray  # [R]
  bound: float
  needed: LabelsNeeded


def bound_of(full: np.ndarray) -> float:
  """Twice the self-equivalence bound of the patients [P]; NaN: no spread."""
  whole = summarize(full)
  if not whole.sd > 0:
    return np.nan
  return float(2 * stats.self_equivalence_bound(whole, ALPHA))


def against_full(
  labels: np.ndarray, dice: np.ndarray, full: np.ndarray
) -> Tested:
  """Two one-sided tests of every round against all labels.

  Args:
    labels: [R].
    dice: [R, P] of the patients.
    full: [P] of the same patients with all labels.
  """
  summary, bound = summarize(dice, -1), bound_of(full)
  welch = stats.tost(stats.welch(summary, summarize(full)), bound, ALPHA)
  apart = stats.paired(dice, np.broadcast_to(full, dice.shape), -1)
  p, p_paired = (
    np.where(np.isnan(bound), np.nan, found.p)
    for found in (welch, stats.tost(apart, bound, ALPHA))
  )
  needed = stats.first_passing(labels, np.nan_to_num(p, nan=1.0) < ALPHA)
  interval = welch.difference, welch.low, welch.high
  return Tested(summary, *interval, p, p_paired, bound, needed)


def arm_against_full(found: Found, arm: Scores, seeds: Sequence[int]) -> Tested:
  """The same of the patients' means over some seeds that both have."""
  full = full_over_seeds(found, seeds)
  return against_full(arm.labels, over_seeds(arm, seeds), full)


def table_3(found: Found) -> list[dict]:
  """The table in the form of the paper, each patient the mean over seeds.

  An arm is held against all labels over the seeds that both have; one without
  such a seed is not there.
  """
  rows = []
  for arm in found.arms:
    seeds = shared_seeds(found, arm)
    if seeds:
      tested = arm_against_full(found, arm, seeds)
      count = {"seeds": len(seeds)}
      rows += [row | count for row in _rows_of(arm, tested, found)]
  full = full_over_seeds(found, tuple(found.full))
  return [*rows, _full_row(full, found) | {"seeds": len(found.full)}]


def table_3_by_seed(found: Found) -> list[dict]:
  """The same of every seed by itself, against all labels of that seed."""
  rows = []
  for arm in found.arms:
    for seed in shared_seeds(found, arm):
      tested = arm_against_full(found, arm, (seed,))
      rows += [{"seed": seed} | row for row in _rows_of(arm, tested, found)]
  for seed, full in found.full.items():
    rows.append({"seed": seed} | _full_row(full, found))
  return rows


def _rows_of(arm, tested, found):
  rounds = zip(
    arm.labels, *tested.patients, *tested[1:6], strict=True
  )  # of one round: labels, mean, sd, patients, difference ... p_paired
  return [
    _row(arm.name, found, n, mean, sd, count)
    | {
      "first_equivalent": int(n == tested.needed.first),
      "p": f"{p:.4g}",
      "p_paired": f"{paired:.4g}",
      "difference": f"{difference:.4f}",
      "low_90": f"{low:.4f}",
      "high_90": f"{high:.4f}",
      "bound": f"{tested.bound:.4f}",
    }
    for n, mean, sd, count, difference, low, high, p, paired in rounds
  ]


def _row(name, found, n, mean, sd, count):
  return {
    "arm": name,
    "n": int(n),
    "percent": f"{100 * n / found.num_pool:.1f}",
    "mean": f"{mean:.4f}",
    "sd": f"{sd:.4f}",
    "patients": int(count),
  }


def _full_row(full, found):
  absent = ("first_equivalent", "p", "p_paired")
  more = ("difference", "low_90", "high_90")
  row = _row("full_data", found, found.num_pool, *summarize(full))
  empty = dict.fromkeys((*absent, *more), "")
  return row | empty | {"bound": f"{bound_of(full):.4f}"}


def figure_2(found: Found) -> list[dict]:
  """What the figure draws: mean, median, standard error over patients."""
  arms = [(arm.name, arm.labels, arm.seeds, arm.dice) for arm in found.arms]
  full = np.stack(list(found.full.values()))[:, None]
  arms.append(("full_data", [found.num_pool], tuple(found.full), full))
  return [
    {"labels": int(n), "arm": name, "seed": seed, **_of_patients(scores)}
    for name, labels, seeds, dice in arms
    for seed, rounds in zip(seeds, dice, strict=True)
    for n, scores in zip(labels, rounds, strict=True)
  ]


def _of_patients(dice):
  mean, sd, count = summarize(dice)
  known = dice[~np.isnan(dice)]
  values = {
    "mean": mean,
    "median": np.median(known) if count else np.nan,
    "se": sd / np.sqrt(max(count, 1)),
  }
  return {k: f"{x:.4f}" for k, x in values.items()} | {"patients": int(count)}


class Gap(NamedTuple):
  """An arm minus random at the last round, Dice."""

  arm: Scores
  patients: stats.Estimate  # bootstrap, each with all volumes and seeds
  seeds: stats.Interval  # t over seeds of the mean over volumes
  p: float  # of the seeds, Holm's over all arms


def minus_random(found: Found) -> list[Gap]:
  """Every arm that shares seeds and the last budget with random."""
  baseline = find_arm(found, "random")
  if baseline is None:
    return []
  gaps = [
    _gap(arm, baseline, found.groups)
    for arm in found.arms
    if arm is not baseline
    and set(arm.seeds) & set(baseline.seeds)
    and arm.labels[-1] == baseline.labels[-1]
  ]
  p = stats.holm([gap.p for gap in gaps])
  return [gap._replace(p=float(q)) for gap, q in zip(gaps, p, strict=True)]


def _gap(arm, baseline, patients):
  """With the p-value of this arm alone."""
  shared = [seed for seed in arm.seeds if seed in baseline.seeds]
  a, b = (
    x.dice[[x.seeds.index(seed) for seed in shared], -1]
    for x in (arm, baseline)
  )
  groups = np.tile(patients, len(shared))
  patients = stats.bootstrap_difference(a.ravel(), b.ravel(), groups)
  known = ~np.isnan(a - b)
  means = [nan_mean(np.where(known, x, np.nan), axis=1) for x in (a, b)]
  seeds = stats.paired_difference(*means)
  p = stats.t_test(stats.paired(*means))
  return Gap(arm, patients, seeds, float(p))
