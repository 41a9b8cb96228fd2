"""The CSV files beside the page."""

from alx import csv_table
from alx.report import arms as numbers
from alx.report.arms import NeededRow
from alx.report.read import Study


def curve_csv(study: Study) -> str:
  """Every row of every run, with acquisition and seed in front."""
  head = ["acquisition", "seed", *numbers.columns(study)]
  rows = [
    {"acquisition": run.acquisition, "seed": run.seed, **row}
    for run in (*study.runs, *study.full)
    for row in run.rows
  ]
  return csv_table.to_text(head, rows)


def labels_needed_csv(needed: list[NeededRow], kind: str) -> str:
  """A row per target, acquisition and seed ('mean': the mean curve).

  Args:
    needed: of `arms.needed`.
    kind: what labels are counted up to, see `arms.reference`.
  """
  rows = [row for found in needed for row in _csv_rows(found)]
  head = "share target reference acquisition seed first stable max_labels"
  head += " saved_first_percent saved_stable_percent"
  ends = [f"{x}_{end}" for x in _INTERVALS for end in ("low", "high")]
  rows = [{"reference": kind} | row for row in rows]
  return csv_table.to_text([*head.split(), *ends], rows)


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
  yield common | mean | found.mean._asdict() | _ends(found)
  for seed, counts in zip(found.arm.seeds, found.by_seed, strict=True):
    yield common | {"seed": seed} | counts._asdict()


_INTERVALS = ("first", "stable", "saved_first", "saved_stable")


def _ends(found):
  """95 % ends over seeds; infinite where a draw never gets there."""
  known = dict(zip(_INTERVALS, found.needs, strict=False))
  known |= dict(zip(_INTERVALS[2:], found.savings, strict=False))
  scales = {name: 100 if name.startswith("saved") else 1 for name in known}
  return {
    f"{name}_{end}": f"{scales[name] * getattr(x, end):g}"
    for name, x in known.items()
    for end in ("low", "high")
  }
