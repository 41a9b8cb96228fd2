"""Writes what a cold-start study found: tables, curves, one page."""

import pathlib

import numpy as np
from rich.console import Console
from rich.table import Table as ConsoleTable

from alx import report
from alx.report import curves, words
from alx.report.arms import Arm
from alx.report.tables import settings
from experiments import compare, store
from experiments.cold import tables as cold_tables
from experiments.cold import words as cold_words
from experiments.cold.plan import NO_ENCODER, RANDOM, Plan, expand
from experiments.cold.results import Results, collect, summary_rows
from experiments.cold.rows import Features, coverage_rows
from experiments.compare import Comparison


def write(
  ready: Comparison,
  plan: Plan,
  features: Features,
  console: Console,
) -> pathlib.Path:
  """Reads the finished rows, writes everything, returns where the page is."""
  workdir, problem = ready.workdir, ready.problem
  rows = expand(plan, len(problem.split.pool))
  metric = compare.describe_data(problem)[0]["metric"]
  num_classes = len(problem.dataset.class_names)
  results = collect(workdir, plan, rows, metric, num_classes)
  covered = coverage_rows(ready, plan, features)
  store.write_rows(workdir / "rows.csv", _flat(results))
  store.write_rows(workdir / "summary.csv", summary_rows(results))
  if covered:
    store.write_rows(workdir / "coverage.csv", covered)
  _print(results, console)
  return report.write_article(
    workdir / "report.html",
    cold_words.title(ready),
    cold_words.summary(results),
    _sections(ready, results, covered),
  )


def _flat(results):
  """rows.csv: everything of a row but the ids, in one set of columns."""
  found = [
    {k: v for k, v in record.items() if k != "ids"}
    for record in results.records.values()
  ]
  columns = dict.fromkeys(name for row in found for name in row)
  return [{name: row.get(name) for name in columns} for row in found]


def _sections(ready, results, covered):
  fields = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in vars(ready.config).items()
  }
  return [
    report.Section("Data", cold_words.data(ready)),
    report.Section("Protocol", cold_words.protocol(ready, results)),
    _results_section(ready, results),
    _coverage_section(results, covered),
    _failures_section(results),
    report.Section(
      "What can and cannot be concluded",
      cold_words.conclusions(ready, results),
    ),
    report.Section(
      "Settings and versions",
      tables=(
        (settings(fields), ""),
        (settings(store.versions()), ""),
      ),
    ),
  ]


def _results_section(ready, results):
  tables = [
    (
      cold_tables.of_budget(results, budget),
      f"{budget} labels. Percentile: where a model stands among those of "
      f"{results.plan.draws} random sets, mean over seeds; 50 is no better "
      "than random.",
    )
    for budget in results.plan.budgets
  ]
  pictures = [
    _curve(ready.workdir, results, encoder) for encoder in results.plan.encoders
  ]
  paragraph = cold_words.full_sentence(results)
  return report.Section("Results", (paragraph,), tuple(pictures), tuple(tables))


def _curve(workdir, results, encoder):
  """The picture of one encoder, also kept as a file."""
  methods = [(NO_ENCODER, RANDOM)]
  methods += [arm for arm in results.plan.arms if arm[0] == encoder]
  arms = [_arm(results, *arm) for arm in methods]
  png = curves.learning_curves(
    arms, results.full(), results.num_pool, results.metric
  )
  store.write_bytes(workdir / f"curve_{encoder}.png", png)
  return report.Picture(png, cold_words.curve_caption(results, encoder))


def _arm(results: Results, encoder, method):
  budgets = results.plan.budgets
  scores = [results.scores(encoder, method, budget) for budget in budgets]
  labels = np.array(budgets, np.float64)
  return Arm(method, (), results.plan.seeds, labels, np.stack(scores, 1))


def _coverage_section(results, covered):
  tables = [
    (
      cold_tables.coverage(results, covered, encoder),
      f"{encoder}: mean distance of the pool's items to the nearest labelled "
      "one, as a multiple of that of the random set of the seed. Below 1 the "
      "pool is covered better.",
    )
    for encoder in results.plan.encoders
  ]
  tables.append(
    (
      cold_tables.classes(results),
      f"Classes among the first labels, of {results.num_classes}; mean over "
      "seeds.",
    )
  )
  return report.Section("Coverage of the pool", tables=tuple(tables))


def _failures_section(results):
  kinds = [
    (
      cold_tables.worst_arms(results.lines),
      "Means below random, the farthest first.",
      "No arm has a mean below random.",
    ),
    (
      cold_tables.worst_rows(results),
      "Single models, the farthest behind the random set of their seed first.",
      "No single model is behind the random set of its seed.",
    ),
    (
      cold_tables.missing_classes(results),
      "First labels that lack a class.",
      "Every set of first labels shows every class.",
    ),
  ]
  shown = tuple((table, note) for table, note, _ in kinds if table.rows)
  absent = tuple(line for table, _, line in kinds if not table.rows)
  return report.Section("Failure cases", absent, tables=shown)


def _print(results: Results, console: Console) -> None:
  """Means by arm and budget."""
  metric = words.LABELS.get(results.metric, results.metric)
  budgets = results.plan.budgets
  console.print(f"\ntest {metric}, mean ± sd, seeds: {results.plan.seeds}")
  table = ConsoleTable()
  for name in ("first labels", *map(str, budgets)):
    table.add_column(name, justify="right")
  for name, cells in _cells(results).items():
    table.add_row(name, *cells)
  console.print(table)
  console.print(cold_words.full_sentence(results))


def _cells(results) -> dict[str, list[str]]:
  found = {}
  for line in results.lines:
    cell = f"{words.number(line.score.mean)} ± {words.number(line.sd)}"
    found.setdefault(line.name, []).append(cell)
  return found
