"""What the runs of a budget found, next to what was published."""

import pathlib
from typing import NamedTuple

from alx.report import arms as sides
from alx.report import comparisons
from alx.report.arms import Arm
from alx.report.comparisons import Gap
from alx.report.read import Study, number, read_study
from experiments.survey import published
from experiments.survey.benchmarks import Table
from experiments.survey.plan import Plan

FOLDED = "larger of AUC and 1 − AUC"  # takes the place of auc under parity


class Outcome(NamedTuple):
  """One budget."""

  budget: str
  study: Study  # its metric is that of the benchmark
  measured: dict[str, list[Arm]]  # the same runs by each measure of a table
  tables: dict[str, list[dict]]  # rows next to the published ones, by table
  about: dict[str, Table]
  gaps: dict[str, list[Gap]]  # to random, by measure
  original: bool  # the data are those of the published numbers
  stopped: str  # why the runs ended before their end, or ""

  @property
  def arms(self) -> list[Arm]:
    """By the metric of the benchmark."""
    return self.measured[self.study.metric]


def read(
  plan: Plan, budget: str, folder: pathlib.Path, stopped: str = ""
) -> Outcome:
  """Reads the run directory of a budget, finished or not.

  Args:
    plan: what was run.
    budget: one of the plan's.
    folder: its run directory.
    stopped: why the runs ended before their end.
  """
  study = read_study(folder)
  columns = {}
  if "folded_auc" in plan.deviations:
    study, columns = _folded(study), {"auc": FOLDED}
  about = {
    table.id: table._replace(column=columns.get(table.column, table.column))
    for table in plan.benchmark.tables[budget]
  }
  original = published.is_original(plan, study)
  studies = {t.column: by_metric(study, t.column) for t in about.values()}
  arms = {c: sides.make_arms(found) for c, found in studies.items()}
  metric = columns.get(plan.benchmark.metric, plan.benchmark.metric)
  return Outcome(
    budget,
    studies[metric],
    arms,
    {
      name: published.beside(studies[table.column], table, original)
      for name, table in about.items()
    },
    about,
    {column: _gaps(found) for column, found in arms.items()},
    original,
    stopped,
  )


def _gaps(arms):
  """Every other arm minus random, as far as they can be paired."""
  base = sides.find(arms, "random")
  return [] if base is None else comparisons.gaps(arms, base)


def by_metric(study: Study, column: str) -> Study:
  """The same study, judged by another column of its curves."""
  return study._replace(dataset=study.dataset | {"metric": column})


def _folded(study):
  """With a column max(AUC, 1 - AUC) in every row."""

  def fold(run):
    aucs = [number(row.get("auc")) for row in run.rows]
    rows = [
      row | {FOLDED: str(max(auc, 1 - auc))}
      for row, auc in zip(run.rows, aucs, strict=True)
    ]
    return run._replace(rows=tuple(rows))

  return study._replace(
    runs=tuple(map(fold, study.runs)), full=tuple(map(fold, study.full))
  )
