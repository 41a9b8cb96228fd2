"""What the runs of a budget found, next to what was published."""

import csv
import importlib.resources
import pathlib
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report import arms as sides
from alx.report.arms import Arm
from alx.report.read import Study, read_study
from experiments.survey.benchmarks import Table
from experiments.survey.plan import Plan

FULL, INITIAL = "full", "initial"
SEEDS = 5  # of every published mean
_UNKNOWN = float("nan")


class Outcome(NamedTuple):
  """One budget."""

  budget: str
  study: Study  # its metric is that of the benchmark
  arms: list[Arm]  # by that metric
  tables: dict[str, list[dict]]  # rows next to the published ones, by table
  about: dict[str, Table]


def published(table: str) -> list[dict[str, str]]:
  """The rows of a published table; empty: not printed there."""
  text = importlib.resources.files("experiments") / "published" / "survey.csv"
  with text.open(encoding="utf-8", newline="") as file:
    return [row for row in csv.DictReader(file) if row["table"] == table]


def read(plan: Plan, budget: str, folder: pathlib.Path) -> Outcome:
  """Reads the run directory of a budget, finished or not."""
  study = read_study(folder)
  if "folded_auc" in plan.deviations:
    study = _folded(study)
  about = plan.benchmark.tables[budget]
  found = {
    t.id: beside(_by(study, t.column), t, not plan.is_stand_in) for t in about
  }
  study = _by(study, plan.benchmark.metric)
  arms = sides.make_arms(study)
  return Outcome(budget, study, arms, found, {t.id: t for t in about})


def _by(study, column):
  """The same study, judged by another column of its curves."""
  return study._replace(dataset=study.dataset | {"metric": column})


def _folded(study):
  """max(AUC, 1 - AUC) in every row."""

  def fold(run):
    rows = [
      row | {"auc": str(max(float(row["auc"]), 1 - float(row["auc"])))}
      for row in run.rows
    ]
    return run._replace(rows=tuple(rows))

  return study._replace(
    runs=tuple(map(fold, study.runs)), full=tuple(map(fold, study.full))
  )


def beside(study: Study, table: Table, tested: bool = True) -> list[dict]:
  """A row per method and number of labels, ours or theirs or both.

  Welch's test from means and standard deviations, both of no difference and
  of one within the table's bound; p-values after Holm over the table. Where
  the units differ (distances without spacing) nothing is tested.

  Args:
    study: whose metric is the column of the table.
    table: what stands in it.
    tested: False: other data, of which no test says anything.

  Returns:
    Rows with ours (mean, sd, seeds, ends of the 95% interval), theirs (mean,
    sd), the difference ours - theirs with its interval, two p and a verdict;
    NaN is unknown.
  """
  ours, theirs = _ours(study, table), _theirs(table)
  rows = [
    _row(table, *key, ours.get(key), theirs.get(key))
    for key in dict.fromkeys((*ours, *theirs))
  ]
  same_unit = (
    study.dataset.get("distance_unit") == "mm" or not table.is_distance
  )
  return _test(rows, table, tested and same_unit)


def _ours(study, table):
  """Scores [seeds] by (method, labels)."""
  found = {}
  for arm in sides.make_arms(study):
    for labels, scores in zip(arm.labels, arm.scores.T, strict=True):
      at_start = labels == arm.labels[0]
      key = (INITIAL if at_start else arm.name, f"{labels:g}")
      found.setdefault(key, table.scale * scores)
  if study.full:
    scores = [run.column(table.column)[-1] for run in study.full]
    found[FULL, "all"] = table.scale * np.array(scores)
  return found


def _theirs(table):
  return {
    (row["method"], row["labels"]): row
    for row in published(table.id)
    if row["mean"]
  }


def _row(table, method, labels, ours, theirs):
  interval = stats.mean_interval(np.array([]) if ours is None else ours)
  sample = stats.summarize(np.array([]) if ours is None else ours)
  theirs = theirs or {}
  return {
    "table": table.id,
    "method": method,
    "labels": labels,
    "mean": float(sample.mean),
    "sd": float(sample.sd),
    "seeds": int(sample.count),
    "low": float(interval.low),
    "high": float(interval.high),
    "published_mean": float(theirs.get("mean") or _UNKNOWN),
    "published_sd": float(theirs.get("sd") or _UNKNOWN),
    "flag": theirs.get("flag", ""),
  }


def _test(rows, table, tested):
  """Adds the comparison to the rows."""

  def column(name):
    return np.array([row[name] for row in rows], np.float64)

  theirs = column("published_mean") if tested else np.full(len(rows), np.nan)
  found = stats.compare_with_published(
    stats.Summary(column("mean"), column("sd"), column("seeds")),
    stats.Summary(theirs, column("published_sd"), np.full(len(rows), SEEDS)),
    table.bound,
  )
  found = found._replace(
    p=stats.holm(found.p), p_equivalent=stats.holm(found.p_equivalent)
  )
  words = np.where(np.isnan(found.p), "", stats.verdict(found))
  names = ("difference", "difference_low", "difference_high", "p", "p_within")
  values = zip(*found, strict=True)
  return [
    row
    | dict(zip(names, map(float, numbers), strict=True))
    | {"verdict": str(word)}
    for row, numbers, word in zip(rows, values, words, strict=True)
  ]


def against_random(outcome: Outcome) -> list[dict]:
  """Every other method minus random, paired by seed, at the end and over all.

  "last" is the last round, "area" the mean height of the curve over the
  labels. t intervals; p after Holm over the methods.
  """
  base = sides.find(outcome.arms, "random")
  others = [arm for arm in outcome.arms if arm is not base]
  rows = []
  for over, value in (("last", _last), ("area", _area)):
    pairs = [_paired(arm, base, value) for arm in others]
    found = [stats.paired(*pair) for pair in pairs]
    adjusted = stats.holm(np.array([stats.t_test(f) for f in found]))
    rows += [
      _difference_row(arm, over, difference, p)
      for arm, difference, p in zip(others, found, adjusted, strict=True)
    ]
  return rows


def _last(arm):
  return arm.scores[:, -1]


def _area(arm):
  areas = [stats.area_under_budget_curve(arm.labels, s) for s in arm.scores]
  return np.array(areas)


def _paired(arm, base, value):
  """Values of the seeds that both have, if both curves are as long."""
  if base is None or len(base.labels) != len(arm.labels):
    return np.array([]), np.array([])
  shared = [seed for seed in arm.seeds if seed in base.seeds]
  rows = [[a.seeds.index(seed) for seed in shared] for a in (arm, base)]
  return value(arm)[rows[0]], value(base)[rows[1]]


def _difference_row(arm, over, difference, p):
  low, high = stats.t_interval(difference)
  return {
    "method": arm.name,
    "over": over,
    "difference": float(difference.value),
    "low": float(low),
    "high": float(high),
    "p": float(p),
  }


def noise(outcome: Outcome) -> list[str]:
  """The noise floor of a task with two classes, ours and the published one."""
  if len(outcome.study.dataset.get("class_names") or ()) != 2:
    return []
  equal = [a for a in outcome.arms if a.name in stats.EQUAL_IF_BINARY]
  lines = []
  seeds = set.intersection(*(set(a.seeds) for a in equal)) if equal else ()
  if len(equal) > 1 and seeds and len({len(a.labels) for a in equal}) == 1:
    rows = [[a.seeds.index(s) for s in sorted(seeds)] for a in equal]
    scores = [a.scores[r, 1:].T for a, r in zip(equal, rows, strict=True)]
    lines.append("Here. " + _floor(np.stack(scores)))
  for table in outcome.about.values():
    means = _published_means(table)
    if means.size:
      lines.append(f"In table {table.id}. " + _floor(means))
  return lines


def _published_means(table):
  """[arms, rounds, 1] of the arms that must be equal."""
  rows = [r for r in published(table.id) if r["mean"]]
  by_name = [
    [float(r["mean"]) for r in rows if r["method"] == name]
    for name in stats.EQUAL_IF_BINARY
  ]
  return np.array([x for x in by_name if x])[..., None]


def _floor(scores):
  floor = stats.noise_floor(scores)
  line = stats.noise_line(floor, "")
  if floor.largest_gap == 0:
    line += (
      " Equal choices are trained with equal keys here, so they end equal: the "
      "noise shows only between seeds."
    )
  return line
