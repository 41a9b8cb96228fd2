"""The tables of a budget: on the screen, as CSV, for the page."""

import math
import pathlib

from rich.console import Console
from rich.table import Table as Grid

from alx.report import words
from alx.report.tables import Table
from alx.runs.disk import store
from experiments.survey.noise import noise
from experiments.survey.published import (
  ABSENCES,
  FULL,
  GARBLED,
  INITIAL,
  LONGER,
)
from experiments.survey.results import Outcome

_NAMES = {INITIAL: "first labels", FULL: "all labels"}
MARKS = {GARBLED: "†", LONGER: "‡"}


def save(outcome: Outcome, workdir: pathlib.Path) -> None:
  """Writes T8a.csv and so on, and differences-BUDGET.csv."""
  for name, rows in outcome.tables.items():
    store.write_rows(workdir / f"{name}.csv", [_printed(r) for r in rows])
  rows = [
    row
    for column, gaps in outcome.gaps.items()
    for gap in gaps
    for row in _gap_rows(column, gap)
  ]
  if rows:
    path = workdir / f"differences-{outcome.budget}.csv"
    store.write_rows(path, [_printed(row) for row in rows])


def _gap_rows(column, gap):
  """Two rows: with the last labels, and over the budget."""
  for over, found, p in (
    ("last", gap.last, gap.p_last),
    ("area", gap.area, gap.p_area),
  ):
    yield {
      "measure": column,
      "method": gap.arm.name,
      "over": over,
      "difference": float(found.mean),
      "low": float(found.low),
      "high": float(found.high),
      "p": p,
    }


def _printed(row):
  """Numbers in full; nothing where they are unknown."""
  return {
    name: _number(value) if isinstance(value, float) else value
    for name, value in row.items()
  }


def _number(value):
  return f"{value:.9g}" if math.isfinite(value) else ""


def show(outcome: Outcome, console: Console) -> None:
  """Prints ours, theirs and the verdict of the test, per method and labels."""
  for name, rows in outcome.tables.items():
    grid = Grid(title=title(outcome, name))
    absences = ABSENCES if outcome.about[name].is_distance else ()
    heads = ("method", "labels", "here", *absences, "published", "verdict")
    for head in heads:
      grid.add_column(head)
    for row in (row for row in rows if row["seeds"]):
      ours, theirs = _pair(rows, row)
      counts = [words.number(row[column], 1) for column in absences]
      cells = (row["labels"], ours, *counts, theirs, row["verdict"])
      grid.add_row(_name(row["method"]), *cells)
    console.print(grid)
  for line in noise(outcome):
    console.print(line, markup=False)


def title(outcome: Outcome, name: str) -> str:
  """Such as 'Table T8a, Dice'."""
  about = outcome.about[name]
  unit = ""
  if about.is_distance:
    unit = f", {outcome.study.dataset.get('distance_unit') or 'voxels'}"
  return f"Table {name}, {about.title}{unit}"


def beside(rows: list[dict]) -> Table:
  """A row per method, a column per number of labels.

  A cell holds ours and, below it, theirs with the verdict.
  """
  methods = list(dict.fromkeys(row["method"] for row in rows))
  labels = {row["labels"] for row in rows} - {"all"}
  columns = [*sorted(labels, key=float), "all"]
  cells = {(row["method"], row["labels"]): _cell(rows, row) for row in rows}
  return Table(
    ["", *columns],
    [
      [
        _name(method),
        *(cells.get((method, column), "") for column in columns),
      ]
      for method in sorted(methods, key=_place)
    ],
  )


def _name(method):
  return _NAMES.get(method) or words.plain(method)


def _place(method):
  """Starting set first, all labels last, the others as they come."""
  return {INITIAL: 0, FULL: 2}.get(method, 1)


def _pair(rows, row):
  """Ours and theirs, with as many digits as the table's numbers want."""
  digits = 2 if any(r["published_mean"] > 2 for r in rows) else 3
  theirs = _with_sd(row["published_mean"], row["published_sd"], digits)
  theirs += MARKS.get(row["flag"], "")
  return _with_sd(row["mean"], row["sd"], digits), theirs


def _cell(rows, row):
  ours, theirs = _pair(rows, row)
  verdict = f"\n{row['verdict']}" if row["verdict"] else ""
  return f"{ours}{_absent(row)}\n{theirs}{verdict}"


def _absent(row):
  """What the mean distance leaves out, where it is one."""
  known = [c for c in ABSENCES if math.isfinite(row.get(c, math.nan))]
  counts = [f"{row[column]:.1f} {column}" for column in known]
  return f"\n{words.listed(counts)}" if counts else ""


def _with_sd(mean, sd, digits):
  text = words.number(mean, digits)
  return f"{text} ± {words.number(sd, digits)}" if math.isfinite(sd) else text
