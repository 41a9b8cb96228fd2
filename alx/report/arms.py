"""Runs of one acquisition side by side, and the numbers drawn from them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from alx import stats
from alx.metrics.summaries import measures
from alx.report.read import Run, Study

SHARES = (0.90, 0.95, 1.00)
FEWEST_SEEDS = 3  # of two a test has one degree of freedom
_DRAWS = 2000  # resampled sets of seeds


def of_enough(found: Any, seeds: int) -> Any:
  """An interval (low, high) without ends where seeds are too few for one."""
  if seeds >= FEWEST_SEEDS:
    return found
  nothing = np.full_like(np.asarray(found.low, float), np.nan)[()]
  return found._replace(low=nothing, high=nothing)


class Arm(NamedTuple):
  """The runs of an acquisition that reached its last round."""

  name: str
  runs: tuple[Run, ...]
  started: int  # runs with at least one round
  labels: np.ndarray  # [rounds], labelled items
  scores: np.ndarray  # [seeds, rounds], the metric
  metric: str = ""  # its column; "": more is better
  cost: str = ""  # the column of spent.csv that `labels` are of; "": of none
  end: float | None = None  # of its `labels`, where it kept its score from then

  @property
  def seeds(self) -> tuple[int, ...]:
    """One for each row of `scores`."""
    return tuple(run.seed for run in self.runs)

  @property
  def is_baseline(self) -> bool:
    """Whether others are compared with it."""
    return self.name in stats.BASELINES

  @property
  def better(self) -> int:
    """1 where more is better, -1 where less is."""
    return better(self.metric)

  @property
  def gains(self) -> np.ndarray:
    """[seeds, rounds] the scores with the sign that makes more better."""
    return self.better * self.scores

  def last(self, column: str) -> np.ndarray:
    """[seeds] a column at the last round."""
    return np.array([run.column(column)[-1] for run in self.runs])


class Needed(NamedTuple):
  """Labels to reach a target; None: not within the labels of the run.

  Of an arm by its cost that cost, which need not be whole.
  """

  first: float | None
  stable: float | None


class NeededRow(NamedTuple):
  """One acquisition and one target of the table of labels needed."""

  share: float
  kind: str  # of what: "random", its final score, or "full"
  target: float
  arm: Arm
  mean: Needed  # on the mean curve
  by_seed: tuple[Needed, ...]
  saved: tuple[float | None, float | None]  # %, against random, first, stable
  needs: tuple[stats.Censored, ...]  # labels of both rules; () below 3 seeds
  savings: tuple[stats.Censored, ...]  # shares, against the same seeds; or ()


def make_arms(study: Study) -> list[Arm]:
  """Baselines first, then in the order of the settings.

  A baseline that chose what random chose is no arm, see `twins`.
  """
  same = twins(study)
  wanted = [*stats.BASELINES, *(study.config.get("acquisition") or ())]
  names = {run.acquisition for run in study.runs}
  order = [n for n in dict.fromkeys(wanted) if n in names]
  order += sorted(names - set(order))
  return [_make_arm(name, study) for name in order if name not in same]


def twins(study: Study) -> tuple[str, ...]:
  """Baselines that chose the same items as random in every round and seed."""
  ran = {run.acquisition for run in study.runs}
  others = [name for name in stats.BASELINES[1:] if name in ran]
  base = _choices(study, stats.BASELINES[0]) if others else {}
  return tuple(n for n in others if base and _choices(study, n) == base)


def _choices(study, name):
  """What each seed asked for, round by round."""
  runs = [run for run in study.runs if run.acquisition == name]
  return {
    run.seed: sorted((p.get("round", ""), p.get("id", "")) for p in run.picks)
    for run in runs
    if run.picks
  }


def _make_arm(name, study):
  runs = [run for run in study.runs if run.acquisition == name]
  last = max(len(run.rows) for run in runs)
  whole = tuple(sorted((r for r in runs if len(r.rows) == last), key=_seed))
  labels = np.mean([run.column("labels") for run in whole], 0)
  return Arm(
    *(name, whole, len(runs), labels),
    *(_scores(whole, study.metric), study.metric),
  )


def _scores(runs, metric):
  return np.stack([run.column(metric) for run in runs])


def by_metric(arm: Arm, metric: str) -> Arm:
  """The same runs with the scores of another column."""
  return arm._replace(scores=_scores(arm.runs, metric), metric=metric)


def _seed(run):
  return run.seed


def columns(study: Study) -> list[str]:
  """Every column of any curve.csv."""
  runs = (*study.runs, *study.full)
  return list(dict.fromkeys(c for run in runs for r in run.rows for c in r))


def better(metric: str) -> int:
  """1 where more of it is better, -1 where less is."""
  found = measures.measure_of(metric)
  return found.better if found else 1


def bounds_of(metric: str) -> tuple[float, float]:
  """What it can be; a score, if it is not known."""
  found = measures.measure_of(metric)
  return (found.low, found.high) if found else (-np.inf, np.inf)


def band(scores: np.ndarray, metric: str = "") -> stats.Interval:
  """Mean, low and high of [seeds, rounds], each [rounds]."""
  return stats.bounded_interval(scores, bounds_of(metric))


def last_gain(arm: Arm) -> float:
  """The mean gain at the last round, below any other if it is unknown."""
  last = band(arm.gains).mean[-1]
  return last if np.isfinite(last) else -np.inf


def stacked(arms: list[Arm]) -> np.ndarray:
  """[arms, rounds, seeds] gains in the seeds that all have; equal rounds."""
  seeds = sorted(set.intersection(*(set(arm.seeds) for arm in arms)))
  return np.stack([arm.better * of_seeds(arm, seeds).T for arm in arms])


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
  return band(np.array(scores), study.metric)


def reference(study: Study, arms: list[Arm]) -> tuple[float, str]:
  """The score of all labels, and whether shares of it may be counted.

  Returns:
    (score, "full"); "weak" where it is no better than some method with fewer
    labels, so that it is not what all labels can give; "error" where 0 is
    best, of which there are no shares; (NaN, "none") without such a model.
  """
  full = full_interval(study)
  if full is None or not np.isfinite(full.mean):
    return float("nan"), "none"
  score = float(full.mean)
  if better(study.metric) < 0:
    return score, "error"
  lasts = [band(arm.scores).mean[-1] for arm in arms]
  weak = any(last >= score for last in lasts)
  return score, "weak" if weak else "full"


def needed(study: Study, arms: list[Arm]) -> list[NeededRow]:
  """Rows by target, then by acquisition.

  Up to random's final mean score, where it was run, then to shares of the
  score of all labels, where that deserves it, see `reference`.
  """
  full, kind = reference(study, arms)
  base = find(arms, "random")
  targets = []
  if base is not None:
    final = float(band(base.scores).mean[-1])
    targets += [(1.0, "random", final)] if np.isfinite(final) else []
  if kind == "full":
    targets += [(share, "full", share * full) for share in SHARES]
  return [_needed_row(*target, arm, base) for target in targets for arm in arms]


def _needed_row(share, kind, target, arm, baseline):
  mean = needed_of_mean(arm, target)
  goal = arm.better * target
  by_seed = tuple(_count(arm, s, goal) for s in arm.gains)
  against = Needed(None, None)
  if baseline is not None:
    against = needed_of_mean(baseline, target)
  saved = tuple(map(_saved, mean, against))
  intervals = _intervals(target, arm, baseline)
  return NeededRow(share, kind, target, arm, mean, by_seed, saved, *intervals)


def _intervals(target, arm, baseline):
  """(needs, savings) by resampling seeds; two seeds say nothing."""
  if len(arm.seeds) < FEWEST_SEEDS:
    return (), ()
  needs = stats.labels_needed_interval(
    arm.labels, arm.gains, arm.better * target, num_draws=_DRAWS
  )
  paired = baseline is not None and arm is not baseline
  if not paired or arm.seeds != baseline.seeds:
    return needs, ()
  if not np.array_equal(arm.labels, baseline.labels) or arm.labels[0] <= 0:
    return needs, ()
  return needs, stats.label_saving_interval(
    *(arm.labels, arm.gains, baseline.gains, arm.better * target),
    num_draws=_DRAWS,
    most=baseline.end,
  )


def needed_of_mean(arm: Arm, target: float) -> Needed:
  """Labels at which its mean curve is as good as a score."""
  return _count(arm, band(arm.gains).mean, arm.better * target)


def _count(arm, scores, target):
  found = stats.labels_needed(arm.labels, scores, target)
  kind = float if arm.cost else int
  return Needed(*(kind(x) if np.isfinite(x) else None for x in found))


def _saved(count, against):
  if not count or not against:
    return None
  return 100 * (1 - count / against)


def budget_mean(arm: Arm) -> stats.Interval:
  """Over the budget: the area under each seed's curve, see `stats.curves`."""
  areas = [stats.area_under_budget_curve(arm.labels, s) for s in arm.scores]
  return band(np.array(areas), arm.metric)
