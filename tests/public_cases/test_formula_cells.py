"""Ids that a spreadsheet takes for formulas (OWASP, CSV injection)."""

import csv

import numpy as np
import pytest

from alx.report.read import read_study
from alx.runs.disk import store

RUN = ["=1+1", "@SUM(A1)", "+x", "-", "\tx", "\rx", "=cmd|' /C calc'!A0", "＝1"]
LEFT = ["'abc", "'", "-0.5", "+5", "nan", "-inf", "a=1", "a b"]


@pytest.fixture
def picks(tmp_path):
  """picks.csv of a run whose ids are these."""
  ids = [*RUN, *LEFT, *(f"'{name}" for name in (*RUN, *LEFT))]
  path = tmp_path / "runs/random-seed0/picks.csv"
  rows = [
    {"round": 0, "rank": rank, "id": name, "score": -0.25}
    for rank, name in enumerate(ids)
  ]
  store.append_rows(path, rows[:3])
  store.append_rows(path, rows[3:])
  return path, ids


def test_no_cell_is_a_formula_to_a_spreadsheet(picks):
  with open(picks[0], newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  begins = [row["id"][0] for row in rows]
  assert begins[: len(RUN)] == ["'"] * len(RUN)
  kept = [row["id"] for row in rows[len(RUN) : len(RUN) + len(LEFT)]]
  assert kept == LEFT  # as they are
  assert {row["score"] for row in rows} == {"-0.25"}  # a number, not a formula


def test_our_readers_see_the_ids_as_they_were(picks):
  path, ids = picks
  assert [row["id"] for row in store.read_rows(path)] == ids
  store.append_rows(path.with_name("curve.csv"), [{"round": 0, "labels": 4}])
  (run,) = read_study(path.parents[2]).runs
  assert [row["id"] for row in run.picks] == ids


def test_rows_that_are_kept_are_not_guarded_twice(picks):
  path, ids = picks
  store.append_rows(path.with_name("curve.csv"), [{"round": 0, "labels": 4}])
  before = path.read_bytes()
  store.keep_rounds(path.parent, 1)
  assert path.read_bytes() == before
  assert [row["id"] for row in store.read_rows(path)] == ids
  assert np.all([float(row["score"]) == -0.25 for row in store.read_rows(path)])
