"""Counts by decision, seconds by price, scenarios."""

import numpy as np
import pytest

from alx.effort import model
from alx.effort.edits import Totals

TOTALS = Totals(10, 30.0, 5.0, 2, 3, 100.0)
PRICES = model.Prices(7.0, 0.5, 0.2, 0.1, 2.0, 1.0)


@pytest.mark.parametrize(
  ("decision", "seconds"),
  [
    ("accept", 7 + 5),
    ("edit", 7 + 5 + 6 + 0.5 + 4 + 3),
    ("redraw", 7 + 5 + 20 + 2),
    ("scratch", 7 + 5 + 20),
  ],
)
def test_seconds_of_a_decision(decision, seconds):
  counts = model.counts_of(TOTALS, decision)
  assert model.seconds_of(counts, PRICES) == pytest.approx(seconds)


def test_seconds_of_several_prices():
  counts = np.stack([model.counts_of(TOTALS, d) for d in ("accept", "scratch")])
  found = model.seconds_of(counts, [PRICES, PRICES])
  np.testing.assert_allclose(found, [[12, 12], [32, 32]])


def test_seconds_want_mm_and_a_decision():
  with pytest.raises(ValueError, match="in mm, found voxels: give the spacing"):
    model.counts_of(TOTALS._replace(unit="voxels"), "edit")
  with pytest.raises(ValueError, match="decision: wanted one of accept"):
    model.counts_of(TOTALS, "Accept")


def test_a_scenario_is_all_corners():
  corners = model.scenario_prices()
  assert len(corners) == len(set(corners)) == 2**6
  counts = model.counts_of(TOTALS, "edit")
  rng = np.random.default_rng(0)
  low, high = np.array([model.SCENARIO[f] for f in model.Prices._fields]).T
  inside = low + (high - low) * rng.random((200, 6))
  ends = model.range_of(model.seconds_of(counts, corners))
  assert ends[0] <= (inside @ counts).min()
  assert (inside @ counts).max() <= ends[1]


@pytest.mark.parametrize(
  ("ranges", "told"),
  [
    ({"open_s": (1, 2)}, "ranges: wanted open_s, view_s"),
    ({**model.SCENARIO, "view_s": (2, 1)}, "view_s: wanted 0 <= low <= high"),
    ({**model.SCENARIO, "view_s": (-1, 1)}, "view_s"),
    ({**model.SCENARIO, "view_s": (0, np.nan)}, "view_s"),
  ],
)
def test_no_ranges(ranges, told):
  with pytest.raises(ValueError, match=told):
    model.scenario_prices(ranges)
