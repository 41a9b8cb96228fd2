"""The tables of the report: texts for the page, rows for the CSV files."""

import csv
import io
from typing import NamedTuple

import numpy as np

from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import Arm, NeededRow
from alx.report.read import Study


class Table(NamedTuple):
  """Texts, as they are printed."""

  head: list[str]
  rows: list[list[str]]  # the first cell names the row


_NOT_MEASURES = ("round", "labels")
_COUNTS = ("undefined_", "test_")


def final(study: Study, arms: list[Arm]) -> Table:
  """The metric at the last round and its differences to the baselines.

  A cell holds a mean and, below it, its interval.
  """
  metric = words.LABELS.get(study.metric, study.metric)
  bases = [arm for arm in arms if arm.is_baseline]
  minus = [f"minus {words.plain(base.name)}" for base in bases]
  head = ["", "labels", "seeds", metric, "sd", *minus, "over the budget"]
  return Table(head, [_final_row(arm, bases) for arm in arms])


def _final_row(arm, bases):
  scores = arm.scores[:, -1]
  known = scores[np.isfinite(scores)]
  sd = known.std(ddof=1) if len(known) > 1 else np.nan
  gaps = [numbers.difference(arm, base) for base in bases]
  return [
    words.plain(arm.name),
    f"{arm.labels[-1]:g}",
    _seeds(arm),
    _two_lines(numbers.band(scores), words.number),
    words.number(sd),
    *(_two_lines(gap, words.signed) for gap in gaps),
    words.number(numbers.budget_mean(arm).mean),
  ]


def _two_lines(found, write):
  if found is None or not np.isfinite(found.mean):
    return words.NOTHING
  if not np.isfinite(found.low):
    return write(found.mean)
  return f"{write(found.mean)}\n{write(found.low)} to {write(found.high)}"


def _seeds(arm):
  if len(arm.runs) == arm.started:
    return str(arm.started)
  return f"{len(arm.runs)} of {arm.started}"


def measures(study: Study, arms: list[Arm]) -> Table:
  """Every other column of curve.csv at the last round, mean and sd."""
  unit = study.dataset.get("distance_unit")
  found = [c for c in _columns(study) if _is_measure(c, study.metric)]
  kept = [c for c in found if any(_is_known(arm, c) for arm in arms)]
  return Table(
    ["", *(words.plain(arm.name) for arm in arms)],
    [[words.column(c, unit), *(_measure(a, c) for a in arms)] for c in kept],
  )


def _is_known(arm, column):
  return np.isfinite(arm.last(column)).any()


def _is_measure(column, metric):
  known = (*_NOT_MEASURES, metric)
  return column not in known and not column.startswith("seconds_")


def _columns(study):
  runs = (*study.runs, *study.full)
  return list(dict.fromkeys(c for run in runs for r in run.rows for c in r))


def _measure(arm, column):
  values = [float(v) for v in arm.last(column)]
  known = [v for v in values if np.isfinite(v)]
  if column.startswith(_COUNTS) and len(set(known)) == 1:
    return f"{known[0]:g}"
  large = bool(known) and max(map(abs, known)) > 1
  return words.with_sd(values, 2 if large else 3)


def labels_needed(rows: list[NeededRow]) -> list[tuple[str, Table]]:
  """A heading and a table for each target."""
  tables = []
  for share in numbers.SHARES:
    chosen = [row for row in rows if row.share == share]
    if chosen:
      title = f"{share:.0%}: {words.number(chosen[0].target)}"
      tables.append((title, Table([], [_needed_row(row) for row in chosen])))
  return tables


def _needed_row(row):
  cells = [words.plain(row.arm.name)]
  for i in (0, 1):
    cells.append(_reached(row.mean[i], row.arm))
    cells.append(_range([found[i] for found in row.by_seed], row.arm))
    cells.append(words.percent(row.saved[i]))
  if row.arm.name == "random":
    cells[3] = cells[6] = words.NOTHING
  return cells


def _reached(count, arm):
  if count is None:
    return f"not reached within {arm.labels[-1]:g}"
  return str(count)


def _range(counts, arm):
  """'16 to 24', or '16 to >40' if a seed does not get there."""
  never = np.inf
  low, high = (f(never if c is None else c for c in counts) for f in (min, max))
  texts = [
    f">{arm.labels[-1]:g}" if x == never else str(x) for x in (low, high)
  ]
  space = "\N{NO-BREAK SPACE}"
  return texts[0] if low == high else f"{space}to{space}".join(texts)


def times(study: Study, arms: list[Arm]) -> Table:
  """Seconds of a round, mean over rounds and seeds."""
  found = [c for c in _columns(study) if c.startswith("seconds_")]
  head = ["", *(f"{c.removeprefix('seconds_')}, s" for c in found)]
  runs = [(words.plain(arm.name), arm.runs) for arm in arms]
  if study.full:
    runs.append(("all labels", study.full))
  rows = [[name, *(_seconds(r, c) for c in found)] for name, r in runs]
  return Table(head, rows if found else [])


def _seconds(runs, column):
  values = np.concatenate([run.column(column) for run in runs])
  values = values[np.isfinite(values)]
  return words.number(float(values.mean()), 1) if len(values) else words.NOTHING


def settings(values: dict) -> Table:
  """A flat object, a row for each field."""
  rows = [[str(name), _setting(value)] for name, value in values.items()]
  return Table([], rows)


def _setting(value):
  if isinstance(value, list):
    return ", ".join(map(str, value)) or words.NOTHING
  return words.NOTHING if value in ("", None) else str(value)


def curve_csv(study: Study) -> str:
  """Every row of every run, with acquisition and seed in front."""
  head = ["acquisition", "seed", *_columns(study)]
  rows = [
    {"acquisition": run.acquisition, "seed": run.seed, **row}
    for run in (*study.runs, *study.full)
    for row in run.rows
  ]
  return _csv(head, rows)


def labels_needed_csv(study: Study, arms: list[Arm]) -> str:
  """A row per target, acquisition and seed ('mean': the mean curve)."""
  _, kind = numbers.reference(study, arms)
  rows = [
    row for found in numbers.needed(study, arms) for row in _csv_rows(found)
  ]
  head = "share target reference acquisition seed first stable max_labels"
  saved = ["saved_first_percent", "saved_stable_percent"]
  return _csv([*head.split(), *saved], [{"reference": kind} | r for r in rows])


def _csv_rows(found):
  common = {
    "share": f"{found.share:.2f}",
    "target": f"{found.target:.9g}",
    "acquisition": found.arm.name,
    "max_labels": f"{found.arm.labels[-1]:g}",
  }
  saved = ["" if s is None else f"{s:.1f}" for s in found.saved]
  mean = {
    "seed": "mean",
    "saved_first_percent": saved[0],
    "saved_stable_percent": saved[1],
  }
  yield common | mean | found.mean._asdict()
  for seed, counts in zip(found.arm.seeds, found.by_seed, strict=True):
    yield common | {"seed": seed} | counts._asdict()


def _csv(head, rows):
  text = io.StringIO()
  writer = csv.DictWriter(text, head, restval="", lineterminator="\n")
  writer.writeheader()
  writer.writerows(rows)
  return text.getvalue()
