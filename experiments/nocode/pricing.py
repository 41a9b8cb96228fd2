"""From what was done to seconds and money, where that may be said."""

import csv
import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx import csv_table
from alx.data.dataset import bad_input
from alx.effort import (
  Fitted,
  Prices,
  Rates,
  Totals,
  counts_of,
  fit_effort,
  scenario_prices,
  seconds_of,
)

_LENGTHS = ("added", "erased", "whole")
_COLUMNS = ("reader", "seconds", "decision", *Totals._fields[:-1])


class Pricing(NamedTuple):
  """How work is valued."""

  prices: tuple[
    Prices, ...
  ]  # one that was fitted, or the corners of a scenario
  fitted: Fitted | None
  rates: Rates | None  # None: no money
  pixel_mm: float | None  # an assumption, where data do not say it


def make_pricing(
  log: str | None, rates: Rates | None, pixel_mm: float | None
) -> Pricing:
  """The prices of a log of measured cases, or a scenario.

  Raises:
    DataError: for a log that cannot be read, or does not suffice.
  """
  if not log:
    return Pricing(tuple(scenario_prices()), None, rates, pixel_mm)
  fitted = fit_log(pathlib.Path(log))
  return Pricing((fitted.prices,), fitted, rates, pixel_mm)


def fit_log(path: pathlib.Path) -> Fitted:
  """Prices of a CSV file of measured cases.

  Raises:
    DataError: for a file that cannot be read, or does not suffice.
  """
  wanted = f"measured cases with columns {', '.join(_COLUMNS)}"
  try:
    rows = csv_table.read(path)
    if rows and (missing := set(_COLUMNS) - set(rows[0])):
      raise ValueError(f"no column {', '.join(sorted(missing))}")
    counts = [counts_of(_totals(row), row["decision"]) for row in rows]
    seconds = [float(row["seconds"]) for row in rows]
    readers = [row["reader"] for row in rows]
    if not rows:
      raise ValueError("no row")
    return fit_effort(np.array(counts), np.array(seconds), readers)
  except (OSError, csv.Error, ValueError) as error:
    raise bad_input(path, wanted, error) from error


def _totals(row):
  return Totals(*(float(row[name]) for name in Totals._fields[:-1]))


def totals_in_mm(case: Mapping, pixel_mm: float | None) -> Totals:
  """What was done, in mm where that is known or assumed."""
  totals = Totals(*(case[name] for name in Totals._fields))
  if totals.unit == "mm" or pixel_mm is None:
    return totals
  scaled = {name: getattr(totals, name) * pixel_mm for name in _LENGTHS}
  return totals._replace(**scaled, unit="mm")


def path_of(case: Mapping) -> float:
  """Contour that was drawn or erased, in the unit of the case."""
  done = {
    "accept": 0.0,
    "edit": case["added"] + case["erased"],
    "redraw": case["whole"],
    "scratch": case["whole"],
  }
  return done[case["decision"]]


def seconds_by_price(
  cases: Sequence[Mapping], pricing: Pricing
) -> np.ndarray | None:
  """[n, P] seconds of each case by each price list; None: not known."""
  totals = [totals_in_mm(case, pricing.pixel_mm) for case in cases]
  if any(t.unit != "mm" for t in totals):
    return None
  counts = np.array(
    [
      counts_of(t, case["decision"])
      for t, case in zip(totals, cases, strict=True)
    ]
  ).reshape(len(cases), len(Prices._fields))
  pace = np.array([case["pace"] for case in cases])
  return pace[:, None] * seconds_of(counts, pricing.prices)
