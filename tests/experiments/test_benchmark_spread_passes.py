"""The benchmark of passes over devices, on slices that take no time."""

import pytest
from rich.console import Console

from experiments.benchmarks import spread_passes
from tests.command_line import help_of

SMALL = {"num_passes": 3, "items": 6, "block": 3, "extent": 8}


@pytest.fixture(autouse=True)
def small_model(monkeypatch):
  monkeypatch.setattr(spread_passes, "_WIDTHS", (2, 4))


@pytest.mark.slow
def test_a_row_for_each_way():
  rows = spread_passes.compare(spread_passes.HEADS, 1, **SMALL)
  ways = spread_passes.ONE, spread_passes.TWIN, spread_passes.PMAP
  assert [row["way"] for row in rows] == [*ways]
  assert all(row["seconds"] > 0 < row["compile_s"] for row in rows)
  assert rows[0]["equal"]
  console = Console(width=100)
  with console.capture() as shown:
    console.print(spread_passes.table(rows, "S=3"))
  assert all(way in shown.get() for way in ways)


def test_whole_passes_have_no_trunk():
  ask = spread_passes.make_ask(spread_passes.PMAP, spread_passes.WHOLE, **SMALL)
  picks, scores = ask()
  assert len(set(picks.tolist())) == spread_passes.QUERY
  assert (scores > 0).all()


def test_help():
  _, text = help_of("experiments.benchmarks.spread_passes")
  assert "--devices" in text and "shard_map" in text
