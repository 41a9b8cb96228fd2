"""The files beside the page, for other programs."""

import json
import math
from collections.abc import Sequence

from alx import csv_table
from alx.report import arms as numbers
from alx.report.answer.findings import UNKNOWN
from alx.report.answer.sentences import Answer
from alx.report.arms import NeededRow
from alx.report.measures.panels import Panel
from alx.report.read import Study, read_rows


def tables_of(
  study: Study, panels: Sequence[Panel], by_cost: Sequence[NeededRow] = ()
) -> dict[str, str]:
  """The texts of the CSV files, by name.

  Args:
    study: with the runs.
    panels: of each metric.
    by_cost: what is needed of all that labels cost, see `report.costs`.
  """
  needed = [row for panel in panels for row in panel.needed]
  needed += by_cost
  found = {
    "labels_needed.csv": labels_needed_csv(needed, study.budget),
    "differences.csv": differences_csv(panels),
  }
  for name in ("curve.csv", "picks.csv", "predictions.csv", "spent.csv"):
    head, rows = _together(study, name)
    if rows or name == "curve.csv":
      found[name] = csv_table.to_text(head, rows)
  return found


def _together(study, name):
  """(columns, rows) of all runs as one, acquisition and seed in front."""
  rows = [
    {"acquisition": run.acquisition, "seed": run.seed, **row}
    for run in (*study.runs, *study.full)
    for row in _rows(run, name)
  ]
  head = ["acquisition", "seed", *(column for row in rows for column in row)]
  return list(dict.fromkeys(head)), rows


def _rows(run, name):
  known = {"curve.csv": run.rows, "picks.csv": run.picks}
  return known[name] if name in known else read_rows(run.folder / name)


_GAPS = (
  "metric baseline acquisition seeds last last_low last_high p_last mean "
  "mean_low mean_high p_mean"
)


def differences_csv(panels: Sequence[Panel]) -> str:
  """A row per metric, baseline and acquisition: paired, see `comparisons`.

  `last`: with the last labels; `mean`: of the mean over the curve.
  """
  rows = []
  for panel in panels:
    for base, gaps in panel.gaps:
      rows += [_gap(panel.column, base, gap) for gap in gaps]
  return csv_table.to_text(_GAPS.split(), rows)


def _gap(column, base, gap):
  found = {
    "metric": column,
    "baseline": base.name,
    "acquisition": gap.arm.name,
    "seeds": int(gap.last.count),
  }
  for name, value, p in (
    ("last", gap.last, gap.p_last),
    ("mean", gap.area, gap.p_area),
  ):
    numbers_of = (value.mean, value.low, value.high, p)
    columns = (name, f"{name}_low", f"{name}_high", f"p_{name}")
    for place, number in zip(columns, numbers_of, strict=True):
      known = math.isfinite(number)
      found[place] = f"{float(number):.9g}" if known else ""
  return found


def labels_needed_csv(needed: list[NeededRow], cost: str = "seconds") -> str:
  """A row per metric, target, acquisition and seed ('mean': the mean curve).

  Args:
    needed: of `arms.needed`, of one metric or of several. With arms by their
      cost a last column says what is counted, such as slices.
    cost: what the column `cost` of spent.csv counts.
  """
  rows = [row for found in needed for row in _csv_rows(found, cost)]
  head = "metric share target reference acquisition seed first stable"
  head += " max_labels"
  head += " saved_first_percent saved_stable_percent"
  ends = [f"{x}_{end}" for x in _INTERVALS for end in ("low", "high")]
  found = [*head.split(), *ends]
  if any(row.arm.cost for row in needed):
    found.append("counted_in")
    rows = [{"counted_in": "labels"} | row for row in rows]
  return csv_table.to_text(found, rows)


def _csv_rows(found, cost):
  common = {
    "metric": found.arm.metric,
    "share": f"{found.share:.2f}",
    "reference": found.kind,
    "target": f"{found.target:.9g}",
    "acquisition": found.arm.name,
    "max_labels": _amount(found.arm.labels[-1]),
  }
  if found.arm.cost:
    counted = found.arm.cost
    common["counted_in"] = cost if counted == "cost" else counted
  saved = ["" if s is None else f"{s:.1f}" for s in found.saved]
  mean = {
    "seed": "mean",
    "saved_first_percent": saved[0],
    "saved_stable_percent": saved[1],
  }
  yield common | mean | _counts(found.arm, found.mean) | _ends(found)
  for seed, counts in zip(found.arm.seeds, found.by_seed, strict=True):
    yield common | {"seed": seed} | _counts(found.arm, counts)


def _counts(arm, needed):
  if not arm.cost:
    return needed._asdict()
  return {
    rule: None if count is None else _amount(count)
    for rule, count in needed._asdict().items()
  }


def _amount(value):
  """Labels may be millions of voxels; costs need not be whole."""
  return f"{value:.9g}"


_INTERVALS = ("first", "stable", "saved_first", "saved_stable")


def _ends(found):
  """95 % ends over seeds; infinite where a draw never gets there."""
  known = dict(zip(_INTERVALS, found.needs, strict=False))
  known |= dict(zip(_INTERVALS[2:], found.savings, strict=False))
  scales = {name: 100 if name.startswith("saved") else 1 for name in known}
  return {
    f"{name}_{end}": _amount(scales[name] * getattr(x, end))
    for name, x in known.items()
    for end in ("low", "high")
  }


def answer_json(metric: str, answer: Answer, warned: Sequence[str] = ()) -> str:
  """The answer in words and its numbers; what is not known is null.

  `warnings` are lines that belong to it. An interval of labels is null at an
  end that it does not have.
  """
  sign = numbers.better(metric)
  content = {
    "sentences": answer.sentences,
    "warnings": list(warned),
    "metric": metric,
    "goal": "random's mean score with its last labels",
    "methods": [_method(finding, sign) for finding in answer.findings],
  }
  return json.dumps(_known(content), indent=2, allow_nan=False) + "\n"


def _method(found, better):
  ends = float(found.gap.low), float(found.gap.high)
  low, high = ends if better > 0 else (-ends[1], -ends[0])
  at, fewer = found.labels - abs(found.saved.value), found.saved.value
  if found.verdict == UNKNOWN or float(found.gap.mean) == 0:
    at = fewer = None  # curves that are alike meet anywhere
  return {
    "acquisition": found.name,
    "against": "random",
    "verdict": found.verdict,
    "labels": found.labels,
    "goal": found.goal,
    "needed": at if found.saved.value >= 0 else None,
    "fewer": fewer,
    "fewer_low": found.saved.low,
    "fewer_high": found.saved.high,
    "between_rounds": found.between_rounds,
    "difference": better * float(found.gap.mean),
    "difference_low": low,
    "difference_high": high,
    "difference_that_would_show": found.resolution,
    "p_holm": found.p,
    "level": found.level,
    "paired_seeds": found.seeds,
  }


def _known(value):
  """JSON has neither NaN nor infinite numbers."""
  if isinstance(value, dict):
    return {name: _known(x) for name, x in value.items()}
  if isinstance(value, list | tuple):
    return [_known(x) for x in value]
  if isinstance(value, float):
    return value if math.isfinite(value) else None
  return value
