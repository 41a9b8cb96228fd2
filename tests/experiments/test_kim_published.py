"""The published table of Kim et al. 2024."""

import pytest

from alx.runs.disk import store
from experiments.kim import published


def test_the_published_table_and_its_two_readings():
  table = published.table()
  assert len(table) == 6
  assert table["full_data"][1].mean == [0.724]
  needed = published.needed()
  assert {name: tuple(map(int, n)) for name, n in needed.items()} == {
    "random": (290, 290),
    "dropout_train_test": (90, 290),
    "bootstrapping": (140, 140),
    "redundancy_representative": (340, 340),
    "redundancy_nonsimilar": (240, 340),
  }


def test_the_published_savings_are_those_of_the_first_crossing():
  shares = published.to_random()
  first = [shares[name].first for name in shares]
  assert first == pytest.approx([1, 0.310, 0.483, 1.172, 0.828], abs=1e-3)
  stable = [shares[name].stable for name in shares]
  assert stable == pytest.approx([1, 1, 0.483, 1.172, 1.172], abs=1e-3)


def test_published_flags_are_where_the_test_first_passes():
  rows = store.read_rows(published.TABLE)
  flagged = {
    r["arm"]: int(r["n"]) for r in rows if r["first_equivalent"] == "1"
  }
  needed = published.needed()
  assert flagged == {name: int(n.first) for name, n in needed.items()}
