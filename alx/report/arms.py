"""Runs of one acquisition side by side, and the numbers drawn from them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report.read import Run, Study

SHARES = (0.90, 0.95, 1.00)
_DRAWS = 2000  # resampled sets of seeds


class Arm(NamedTuple):
  """The runs of an acquisition that reached its last round."""

  name: str
  runs: tuple[Run, ...]
  started: int  # runs with at least one round
  labels: np.ndarray  # [rounds], labelled items
  scores: np.ndarray  # [seeds, rounds], the metric

  @property
  def seeds(self) -> tuple[int, ...]:
    """One for each row of `scores`."""
    return tuple(run.seed for run in self.runs)

  @property
  def is_baseline(self) -> bool:
    """Whether others are compared with it."""
    return self.name in stats.BASELINES

  def last(self, column: str) -> np.ndarray:
    """[seeds] a column at the last round."""
    return np.array([run.column(column)[-1] for run in self.runs])


class Needed(NamedTuple):
  """Labels to reach a target; None: not within the labels of the run."""

  first: int | None
  stable: int | None


class NeededRow(NamedTuple):
  """One acquisition and one target of the table of labels needed."""

  share: float
  target: float
  arm: Arm
  mean: Needed  # on the mean curve
  by_seed: tuple[Needed, ...]
  saved: tuple[float | None, float | None]  # %, against random, first, stable
  needs: tuple[stats.Censored, ...]  # labels of both rules; () below 3 seeds
  savings: tuple[stats.Censored, ...]  # shares, against the same seeds; or ()


def make_arms(study: Study) -> list[Arm]:
  """Baselines first, then in the order of the settings."""
  wanted = [*stats.BASELINES, *(study.config.get("acquisition") or ())]
  names = {run.acquisition for run in study.runs}
  order = [n for n in dict.fromkeys(wanted) if n in names]
  order += sorted(names - set(order))
  return [_make_arm(name, study) for name in order]


def _make_arm(name, study):
  runs = [run for run in study.runs if run.acquisition == name]
  last = max(len(run.rows) for run in runs)
  whole = tuple(sorted((r for r in runs if len(r.rows) == last), key=_seed))
  labels = np.mean([run.column("labels") for run in whole], 0)
  scores = np.stack([run.column(study.metric) for run in whole])
  return Arm(name, whole, len(runs), labels, scores)


def _seed(run):
  return run.seed


def columns(study: Study) -> list[str]:
  """Every column of any curve.csv."""
  runs = (*study.runs, *study.full)
  return list(dict.fromkeys(c for run in runs for r in run.rows for c in r))


def band(scores: np.ndarray) -> stats.Interval:
  """Mean, low and high of [seeds, rounds], each [rounds]."""
  return stats.mean_interval(scores)


def stacked(arms: list[Arm]) -> np.ndarray:
  """[arms, rounds, seeds] over the seeds that all have; equal rounds."""
  seeds = sorted(set.intersection(*(set(arm.seeds) for arm in arms)))
  return np.stack([of_seeds(arm, seeds).T for arm in arms])


def of_seeds(arm: Arm, seeds: Sequence[int]) -> np.ndarray:
  """[seeds, rounds] the scores of some of its seeds."""
  return arm.scores[[arm.seeds.index(seed) for seed in seeds]]


def find(arms: list[Arm], name: str) -> Arm | None:
  """The arm of that name."""
  return next((arm for arm in arms if arm.name == name), None)


def full_interval(study: Study) -> stats.Interval | None:
  """The metric of the models trained on every pool label."""
  if not study.full:
    return None
  scores = [run.column(study.metric)[-1] for run in study.full]
  return stats.mean_interval(np.array(scores))


def reference(study: Study, arms: list[Arm]) -> tuple[float, str]:
  """The score that labels are counted up to, and what it is."""
  full = full_interval(study)
  if full is not None and np.isfinite(full.mean):
    return float(full.mean), "full"
  baseline = find(arms, "random")
  if baseline is None:
    return float("nan"), "none"
  return float(band(baseline.scores).mean[-1]), "random"


def needed(study: Study, arms: list[Arm]) -> list[NeededRow]:
  """Rows by target, then by acquisition; none without a reference."""
  full, _ = reference(study, arms)
  if not np.isfinite(full):
    return []
  return [
    _needed_row(share, share * full, arm, find(arms, "random"))
    for share in SHARES
    for arm in arms
  ]


def _needed_row(share, target, arm, baseline):
  mean = _of_mean(arm, target)
  by_seed = tuple(_count(arm.labels, s, target) for s in arm.scores)
  against = Needed(None, None)
  if baseline is not None:
    against = _of_mean(baseline, target)
  saved = tuple(map(_saved, mean, against))
  intervals = _intervals(target, arm, baseline)
  return NeededRow(share, target, arm, mean, by_seed, saved, *intervals)


def _intervals(target, arm, baseline):
  """(needs, savings) by resampling seeds; two seeds say nothing."""
  if len(arm.seeds) < 3:
    return (), ()
  needs = stats.labels_needed_interval(
    arm.labels, arm.scores, target, num_draws=_DRAWS
  )
  paired = baseline is not None and arm is not baseline
  if not paired or arm.seeds != baseline.seeds:
    return needs, ()
  if not np.array_equal(arm.labels, baseline.labels):
    return needs, ()
  return needs, stats.label_saving_interval(
    arm.labels, arm.scores, baseline.scores, target, num_draws=_DRAWS
  )


def _of_mean(arm, target):
  return _count(arm.labels, band(arm.scores).mean, target)


def _count(labels, scores, target):
  found = stats.labels_needed(labels, scores, target)
  return Needed(_whole(found.first), _whole(found.stable))


def _whole(value):
  return int(value) if np.isfinite(value) else None


def _saved(count, against):
  if not count or not against:
    return None
  return 100 * (1 - count / against)


def budget_mean(arm: Arm) -> stats.Interval:
  """Over the budget: the area under each seed's curve, see `stats.curves`."""
  areas = [stats.area_under_budget_curve(arm.labels, s) for s in arm.scores]
  return stats.mean_interval(np.array(areas))
