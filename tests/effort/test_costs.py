"""Costs by hand."""

import numpy as np
import pytest

from alx.effort.costs import Rates, cost_of

RATES = Rates("USD", 2024, 180.0, compute_hour=3.6, storage_gb_month=0.02)


def test_costs_by_hand():
  # 60 s of reading and 20 s of a rejected draft at 0.05 a second, 100 s of a
  # machine at 0.001, 5 GB months.
  found = cost_of(RATES, 60.0, failed_s=20.0, compute_s=100.0, gb_months=5.0)
  assert found == pytest.approx(4.0 + 0.1 + 0.1)


def test_costs_of_several_exams():
  np.testing.assert_allclose(cost_of(RATES, [0, 3600]), [0, 180])


@pytest.mark.parametrize(
  "change",
  [
    {"currency": " "},
    {"currency": None},
    {"year": 24},
    {"year": 2024.0},
    {"reader_hour": -1.0},
    {"reader_hour": np.nan},
    {"compute_hour": np.inf},
    {"storage_gb_month": "1"},
  ],
)
def test_no_rates(change):
  with pytest.raises(ValueError, match=next(iter(change))):
    Rates(**{"currency": "USD", "year": 2024, "reader_hour": 1.0} | change)


@pytest.mark.parametrize("name", ["failed_s", "compute_s", "gb_months"])
def test_unknown_work_has_no_price(name):
  with pytest.raises(ValueError, match=f"{name}: wanted numbers >= 0"):
    cost_of(RATES, 1.0, **{name: [1.0, np.nan]})


def test_no_negative_work():
  with pytest.raises(ValueError, match="failed_s: wanted numbers >= 0"):
    cost_of(RATES, 1.0, failed_s=-1.0)
