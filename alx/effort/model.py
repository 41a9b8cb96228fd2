"""Seconds of an edit: prices of what a reader does, fitted or in a scenario."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from alx.effort.edits import Totals

DECISIONS = ("accept", "edit", "redraw", "scratch")


class Prices(NamedTuple):
  """Seconds of each thing that a reader does, >= 0."""

  open_s: float  # of a case
  view_s: float  # of a slice that is looked at
  draw_s: float  # of a mm of contour
  erase_s: float  # of a mm of contour
  component_s: float  # of a part of the error that an edit touches
  slice_s: float  # of a slice that an edit touches


def counts_of(totals: Totals, decision: str) -> np.ndarray:
  """[6] float64, how much of each price a reply costs.

  Accepting is opening and viewing; a scratch contour is drawn whole, a redraw
  is that and a click that clears the draft. Neither pays for slices and parts,
  as an edit does: what a draft saves is rather told too small.

  Args:
    totals: of the edit from the draft, or from nothing, in mm.
    decision: one of `DECISIONS`.

  Raises:
    ValueError: for another decision, or paths that are not in mm.
  """
  if decision not in DECISIONS:
    raise ValueError(
      f"decision: wanted one of {', '.join(DECISIONS)}, found {decision!r}"
    )
  if totals.unit != "mm":
    raise ValueError(
      f"seconds want paths in mm, found {totals.unit}: give the spacing"
    )
  t = totals
  does = {
    "accept": (0.0, 0.0, 0.0, 0.0),
    "edit": (t.added, t.erased, t.components, t.slices),
    "redraw": (t.whole, 0.0, 1.0, 0.0),
    "scratch": (t.whole, 0.0, 0.0, 0.0),
  }
  return np.array([1.0, t.viewed, *does[decision]])


def seconds_of(
  counts: np.ndarray, prices: Prices | Sequence[Prices]
) -> np.ndarray:
  """Seconds [...] of counts [..., 6]; of several prices [..., P]."""
  return np.asarray(counts) @ np.asarray(prices).T


# Wide on purpose: no public log joins masks, edits and seconds of one volume.
SCENARIO = {
  "open_s": (5.0, 30.0),
  "view_s": (0.1, 1.0),
  "draw_s": (0.05, 0.5),
  "erase_s": (0.02, 0.3),
  "component_s": (1.0, 5.0),
  "slice_s": (0.5, 3.0),
}


def scenario_prices(
  ranges: dict[str, tuple[float, float]] | None = None,
) -> list[Prices]:
  """All corners of the ranges: any sum of prices is largest at one of them.

  Args:
    ranges: (low, high) seconds by field of `Prices`; None: `SCENARIO`.

  Raises:
    ValueError: for a field that is not there, or no range of numbers >= 0.
  """
  ranges = SCENARIO if ranges is None else ranges
  if set(ranges) != set(Prices._fields):
    raise ValueError(
      f"ranges: wanted {', '.join(Prices._fields)}, found {', '.join(ranges)}"
    )
  for name, ends in ranges.items():
    low, high = ends
    if not 0 <= low <= high < np.inf:
      raise ValueError(f"ranges: {name}: wanted 0 <= low <= high, found {ends}")
  return [
    Prices(*corner)
    for corner in itertools.product(*(ranges[f] for f in Prices._fields))
  ]


def range_of(values: Iterable[float]) -> tuple[float, float]:
  """(lowest, highest) over scenarios; NaN if one is not known."""
  values = np.asarray(list(values), float)
  return float(values.min()), float(values.max())
