"""Writes what a cold-start study found: tables, curves, one page."""

import pathlib

import numpy as np
from rich.console import Console
from rich.table import Table as ConsoleTable

from alx import report
from alx.report import words
from alx.report.arms import Arm
from alx.report.figures import curves
from alx.report.tables import settings
from alx.runs.compare import Comparison
from alx.runs.disk import store
from alx.runs.problem.headline import PUBLISHED
from experiments.cold import conclusions, tables
from experiments.cold import words as told
from experiments.cold.coverage import coverage_rows
from experiments.cold.features import Features
from experiments.cold.plan import NO_ENCODER, Plan
from experiments.cold.results import collect, summary_rows

_QUESTION = (
  "Before a model has seen a label: which images should be labelled first, and "
  "do sets chosen by features that need no label train better models than "
  "random sets of the same size?"
)
_FAILURES = (  # below the table; instead of it
  (
    "Means below random, the farthest first.",
    "No arm has a mean below random.",
  ),
  (
    "Single models, the farthest behind the random set of their seed first.",
    "No single model is behind the random set of its seed.",
  ),
  (
    "First labels that lack a class.",
    "Every set of first labels shows every class.",
  ),
)


def write(
  ready: Comparison, plan: Plan, features: Features, console: Console
) -> pathlib.Path:
  """Reads the finished rows, writes everything, returns where the page is.

  Raises:
    ValueError: for damaged files.
  """
  problem = ready.problem
  metric = PUBLISHED[problem.dataset.task][0]
  counts = len(problem.split.pool), len(problem.dataset.class_names)
  results = collect(ready.workdir, plan, metric, *counts)
  covered = coverage_rows(ready, plan, features)
  pictures = {encoder: _curve(results, encoder) for encoder in plan.encoders}
  _write_files(ready.workdir, results, covered, pictures)
  _print(results, console)
  return report.write_article(
    ready.workdir / "report.html",
    told.title(ready),
    conclusions.summary(results),
    _sections(ready, results, covered, pictures),
  )


def _curve(results, encoder):
  """A PNG: the methods on one encoder, and the baselines."""
  arms = [arm for arm in results.plan.arms if arm[0] in (NO_ENCODER, encoder)]
  return curves.learning_curves(
    [_arm(results, *arm) for arm in arms],
    results.full(),
    results.num_pool,
    results.metric,
  )


def _arm(results, encoder, method):
  budgets = results.plan.budgets
  scores = [results.scores(encoder, method, budget) for budget in budgets]
  labels = np.array(budgets, np.float64)
  return Arm(method, (), results.plan.seeds, labels, np.stack(scores, 1))


def _write_files(workdir, results, covered, pictures):
  store.write_rows(workdir / "rows.csv", _flat(results))
  store.write_rows(workdir / "summary.csv", summary_rows(results))
  store.write_rows(workdir / "coverage.csv", covered)
  for encoder, png in pictures.items():
    store.write_bytes(workdir / f"curve_{encoder}.png", png)


def _flat(results):
  """rows.csv: everything of a row but the ids, in one set of columns."""
  found = [
    {k: v for k, v in record.items() if k != "ids"}
    for record in results.records.values()
  ]
  columns = dict.fromkeys(name for row in found for name in row)
  return [{name: row.get(name) for name in columns} for row in found]


def _sections(ready, results, covered, pictures):
  concluded = conclusions.conclusions(ready, results)
  return [
    report.Section("Question", (_QUESTION,)),
    report.Section("Data", told.data(ready)),
    report.Section("Protocol", told.protocol(ready, results)),
    _results_section(results, pictures),
    _coverage_section(results, covered),
    _failures_section(results),
    report.Section("What can and cannot be concluded", concluded),
    _settings_section(ready.config),
  ]


def _results_section(results, pictures):
  plan, found = results.plan, []
  for budget in plan.budgets:
    found.append((tables.in_pairs(results, budget), told.pairs_note(budget)))
    note = told.beside_note(plan, budget)
    found.append((tables.beside(results, budget), note))
  shown = tuple(
    report.Picture(png, told.curve_caption(plan, encoder))
    for encoder, png in pictures.items()
  )
  paragraphs = (told.full_sentence(results),)
  return report.Section("Results", paragraphs, shown, tuple(found))


def _coverage_section(results, covered):
  found = [
    (tables.coverage(results, covered, name), told.coverage_note(name))
    for name in results.plan.encoders
  ]
  note = (
    f"Classes among the first labels, of {results.num_classes}; mean over "
    "seeds."
  )
  found.append((tables.classes(results), note))
  return report.Section("Coverage of the pool", tables=tuple(found))


def _failures_section(results):
  kinds = [
    (tables.worst_arms(results.lines), *_FAILURES[0]),
    (tables.worst_rows(results), *_FAILURES[1]),
    (tables.missing_classes(results), *_FAILURES[2]),
  ]
  shown = tuple((table, note) for table, note, _ in kinds if table.rows)
  absent = tuple(line for table, _, line in kinds if not table.rows)
  return report.Section("Failure cases", absent, tables=shown)


def _settings_section(config):
  fields = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in vars(config).items()
  }
  found = ((settings(fields), ""), (settings(store.versions()), ""))
  return report.Section("Settings and versions", tables=found)


def _print(results, console):
  """Means by arm and budget."""
  name, seeds = results.metric_name, results.plan.seeds
  console.print(f"\ntest {name}, mean ± sd, seeds: {seeds}")
  table = ConsoleTable()
  for name in ("first labels", *map(str, results.plan.budgets)):
    table.add_column(name, justify="right")
  for name, cells in _cells(results).items():
    table.add_row(name, *cells)
  console.print(table)
  console.print(told.full_sentence(results))


def _cells(results) -> dict[str, list[str]]:
  found = {}
  for line in results.lines:
    cell = f"{words.number(line.score.mean)} ± {words.number(line.sd)}"
    found.setdefault(line.name, []).append(cell)
  return found
