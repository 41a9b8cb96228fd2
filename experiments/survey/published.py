"""The survey's tables, and the runs of a budget tested against them."""

import csv
import importlib.resources
import pathlib

import numpy as np

from alx import stats
from alx.data.tables import picture_table
from alx.report import arms as sides
from alx.report.read import Study
from experiments.survey.benchmarks import Table
from experiments.survey.plan import Plan

FULL, INITIAL = "full", "initial"
SEEDS = 5  # of every published mean
GARBLED = "ocr"  # flag of a number that is hard to read in the source
LONGER = "longer"  # of a published fit of more than twice our steps
ABSENCES = ("missed", "invented")  # what has no distance
_UNKNOWN = float("nan")


def published(table: str) -> list[dict[str, str]]:
  """The rows of a published table; empty: not printed there."""
  text = importlib.resources.files("experiments") / "published" / "survey.csv"
  with text.open(encoding="utf-8", newline="") as file:
    return [row for row in csv.DictReader(file) if row["table"] == table]


def is_original(plan: Plan, study: Study) -> bool:
  """Whether the data are those that the published numbers are of."""
  about, folder = study.dataset, pathlib.Path(plan.data)
  spare = study.config.get("spare_classes") or 0
  num_classes = len(about.get("class_names") or ()) - spare
  if plan.name == "acdc":
    return num_classes == 4 and about.get("num_pool") == 656
  if not folder.is_dir():  # the small pictures of MedMNIST
    return False
  if plan.name == "nct":
    return num_classes == 9 and about.get("split_by") == "given"
  return num_classes == 2 and picture_table.is_folder(folder)


def is_comparable(study: Study, table: Table) -> bool:
  """Whether ours are in the published unit: mm, in volumes, for distances."""
  is_volume = len(study.config.get("patch") or ()) == 3
  in_mm = study.dataset.get("distance_unit") == "mm"
  return not table.is_distance or (is_volume and in_mm)


def beside(study: Study, table: Table, tested: bool = True) -> list[dict]:
  """A row per method and number of labels, ours or theirs or both.

  Welch's test from means and standard deviations, both of no difference and
  of one within the table's bound; p-values after Holm over the table. Nothing
  is tested where the units differ, or where the published number is garbled.

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
  if (FULL, "all") in theirs and _is_short(study, table):
    theirs[FULL, "all"]["flag"] = LONGER
  rows = [
    _row(table, *key, ours.get(key), theirs.get(key))
    for key in dict.fromkeys((*ours, *theirs))
  ]
  if table.is_distance:
    rows = _with_absences(rows, study)
  tested = tested and is_comparable(study, table)
  known = [tested and row["flag"] != GARBLED for row in rows]
  return _compared(rows, table, np.array(known))


def _is_short(study, table):
  """Whether our fit on all labels is far shorter than the published one."""
  return 2 * full_steps(study) < table.full_steps


def full_steps(study: Study) -> int:
  """Steps of our fit on all labels; of a round where it did not say."""
  made = [run.column("steps")[-1] for run in study.full]
  known = [steps for steps in made if np.isfinite(steps)]
  return round(np.median(known)) if known else study.config.get("steps") or 0


def _with_absences(rows, study):
  """The rows with the mean number of structures that have no distance."""
  counts = {}
  for column in ABSENCES:
    about = study._replace(dataset=study.dataset | {"metric": column})
    counts[column] = _scores(about, 1.0)
  return [
    row
    | {
      column: float(stats.summarize(found[key]).mean)
      if (key := (row["method"], row["labels"])) in found
      else _UNKNOWN
      for column, found in counts.items()
    }
    for row in rows
  ]


def _ours(study, table):
  """Scores [seeds] by (method, labels)."""
  return _scores(study, table.scale)


def _scores(study, scale):
  found = {}
  for arm in sides.make_arms(study):
    for labels, scores in zip(arm.labels, arm.scores.T, strict=True):
      at_start = labels == arm.labels[0]
      key = (INITIAL if at_start else arm.name, f"{labels:g}")
      found.setdefault(key, scale * scores)
  if study.full:
    scores = [run.column(study.metric)[-1] for run in study.full]
    found[FULL, "all"] = scale * np.array(scores)
  return found


def _theirs(table):
  return {
    (row["method"], row["labels"]): row
    for row in published(table.id)
    if row["mean"]
  }


def _row(table, method, labels, ours, theirs):
  scores = np.array([]) if ours is None else ours
  interval, sample = stats.mean_interval(scores), stats.summarize(scores)
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


def _compared(rows, table, known):
  """The rows with the comparison, where it is known."""
  found = stats.compare_with_published(*_summaries(rows, known), table.bound)
  found = found._replace(
    p=stats.holm(found.p), p_equivalent=stats.holm(found.p_equivalent)
  )
  verdicts = np.where(np.isnan(found.p), "", stats.verdict(found))
  names = ("difference", "difference_low", "difference_high", "p", "p_within")
  values = zip(*found, strict=True)
  return [
    row
    | dict(zip(names, map(float, numbers), strict=True))
    | {"verdict": str(verdict)}
    for row, numbers, verdict in zip(rows, values, verdicts, strict=True)
  ]


def _summaries(rows, known):
  """Ours and theirs; unknown ones are not tested."""

  def column(name):
    return np.array([row[name] for row in rows], np.float64)

  theirs = np.where(known, column("published_mean"), _UNKNOWN)
  seeds = np.full(len(rows), SEEDS)
  return (
    stats.Summary(column("mean"), column("sd"), column("seeds")),
    stats.Summary(theirs, column("published_sd"), seeds),
  )
