"""The tables of the page, in texts."""

from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report import arms as numbers
from alx.report import cases, comparisons, words
from alx.report.arms import Arm, NeededRow
from alx.report.comparisons import Gap
from alx.report.read import Study


class Table(NamedTuple):
  """Texts, as they are printed."""

  head: list[str]
  rows: list[list[str]]  # the first cell names the row


_NOT_MEASURES = ("round", "labels", "steps", "converged")
_COUNTS = ("undefined_", "test_", "missed", "invented")


def final(study: Study, arms: list[Arm]) -> Table:
  """The metric at the last round.

  A cell holds a mean and, below it, its interval.
  """
  metric = words.column(study.metric, study.dataset.get("distance_unit"))
  head = ["", "labels", "seeds", metric, "sd", "mean over the curve"]
  return Table(head, [_final_row(arm) for arm in arms])


def _final_row(arm):
  scores = arm.scores[:, -1]
  known = scores[np.isfinite(scores)]
  sd = known.std(ddof=1) if len(known) > 1 else np.nan
  return [
    words.plain(arm.name),
    words.labels(arm.labels[-1]),
    _seeds(arm),
    words.with_interval(numbers.band(scores, arm.metric)),
    words.number(sd),
    words.with_interval(numbers.budget_mean(arm)),
  ]


def differences(
  found: list[tuple[Arm, list[Gap]]], metric: str
) -> list[tuple[str, Table]]:
  """For each baseline its name and every arm minus it, paired by seed.

  With an interval over patients where the metric is the Dice, which is known
  of each.

  Args:
    found: of `comparisons.against_baselines`.
    metric: a column of curve.csv.
  """
  return [
    (words.plain(base.name), _gap_table(gaps, base, metric))
    for base, gaps in found
    if gaps
  ]


def _gap_table(gaps, base, metric):
  head = ["", "last labels", "p", "mean over the curve", "p"]
  rows = [_gap_row(gap) for gap in gaps]
  if metric != "dice":
    return Table(head, rows)
  apart = [cases.over_patients(gap.arm, base) for gap in gaps]
  if not any(apart):
    return Table(head, rows)
  texts = [words.bounds(found, sign=True) for found in apart]
  rows = [[*row, text] for row, text in zip(rows, texts, strict=True)]
  return Table([*head, "last, over patients"], rows)


def _shown(found):
  """Without an interval that has one degree of freedom."""
  return found if found.count > 2 else found._replace(low=np.nan, high=np.nan)


def _gap_row(gap):
  return [
    words.plain(gap.arm.name),
    words.with_interval(_shown(gap.last), words.signed),
    words.p_value(gap.p_last),
    words.with_interval(_shown(gap.area), words.signed),
    words.p_value(gap.p_area),
  ]


def duels(arms: list[Arm]) -> Table | None:
  """Who beats whom, and mean ranks."""
  found = comparisons.duels(arms)
  if found is None:
    return None
  names = [words.plain(arm.name) for arm in found.arms]
  rows = [_duels_row(found, place) for place in range(len(names))]
  head = [f"rounds of {found.rounds}", *names, "mean rank"]
  return Table(head, [[n, *r] for n, r in zip(names, rows, strict=True)])


def _duels_row(found, place):
  cells = [str(count) for count in found.wins[place]]
  cells[place] = words.NOTHING
  rank = stats.Interval(*(np.asarray(x)[place] for x in found.ranks))
  return [*cells, words.with_interval(rank, lambda x: words.number(x, 1))]


def _seeds(arm):
  if len(arm.runs) == arm.started:
    return str(arm.started)
  return f"{len(arm.runs)} of {arm.started}"


def measures(study: Study, arms: list[Arm]) -> Table:
  """Every other column of curve.csv at the last round, mean and sd."""
  unit = study.dataset.get("distance_unit")
  found = [c for c in numbers.columns(study) if _is_measure(c, study.metric)]
  kept = [c for c in found if any(_is_known(arm, c) for arm in arms)]
  return Table(
    ["", *(words.plain(arm.name) for arm in arms)],
    [[words.column(c, unit), *(_measure(a, c) for a in arms)] for c in kept],
  )


def _is_known(arm, column):
  return np.isfinite(arm.last(column)).any()


def _is_measure(column, metric):
  known = (*_NOT_MEASURES, metric)
  return column not in known and not column.startswith(("seconds_", "pool_"))


def _measure(arm, column):
  values = [float(v) for v in arm.last(column)]
  known = [v for v in values if np.isfinite(v)]
  if column.startswith(_COUNTS) and len(set(known)) == 1:
    return words.labels(known[0])
  large = bool(known) and max(map(abs, known)) > 1
  return words.with_sd(values, 2 if large else 3)


def labels_needed(rows: list[NeededRow]) -> list[tuple[str, Table]]:
  """A heading and a table for each target."""
  tables = []
  for key in dict.fromkeys((row.kind, row.share) for row in rows):
    chosen = [row for row in rows if (row.kind, row.share) == key]
    goal = words.number(chosen[0].target)
    title = f"{key[1]:.0%} of all labels' score: {goal}"
    if key[0] == "random":
      title = f"random's final score: {goal}"
    tables.append((title, Table([], [_needed_row(row) for row in chosen])))
  return tables


def _needed_row(row):
  cells = [words.plain(row.arm.name)]
  for i in (0, 1):
    cells.append(_reached(row, i))
    cells.append(_range([found[i] for found in row.by_seed], row.arm))
    cells.append(_saved(row, i))
  if row.arm.name == "random":
    cells[3] = cells[6] = words.NOTHING
  return cells


def _reached(row, i):
  most = row.arm.labels[-1]
  if row.mean[i] is None:
    return f"not reached within {words.labels(most)}"
  if not row.needs:
    return str(row.mean[i])
  return f"{row.mean[i]}\n{words.labels_range(*row.needs[i][1:3], most)}"


def _saved(row, i):
  text = words.percent(row.saved[i])
  if row.saved[i] is None or not row.savings:
    return text
  low, high = (_share(x) for x in row.savings[i][1:3])
  return f"{text}\n{low} to {high}"


def _share(value):
  if np.isinf(value):
    return f"{words.MINUS}∞"
  return words.percent(100 * value)


def _range(counts, arm):
  """'16 to 24', or '16 to >40' if a seed does not get there."""
  never = np.inf
  low, high = (f(never if c is None else c for c in counts) for f in (min, max))
  beyond = f">{words.labels(arm.labels[-1])}"
  texts = [beyond if x == never else words.labels(x) for x in (low, high)]
  space = "\N{NO-BREAK SPACE}"
  return texts[0] if low == high else f"{space}to{space}".join(texts)


def times(study: Study, arms: list[Arm]) -> Table:
  """Seconds of a round, and its steps, mean over rounds and seeds."""
  found = [c for c in numbers.columns(study) if c.startswith("seconds_")]
  head = ["", *(f"{c.removeprefix('seconds_')}, s" for c in found)]
  if "steps" in numbers.columns(study):
    found, head = [*found, "steps"], [*head, "steps of a fit"]
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
