"""The tables of the study from files written by hand."""

import numpy as np
import pytest

from alx.runs.disk import store
from experiments.kim import tables, verdicts
from experiments.kim.found import read_found
from tests.kim_cases import SPREAD, write_run, write_study


@pytest.fixture
def workdir(tmp_path):
  return write_study(tmp_path)


def test_table_3_has_the_columns_of_the_paper(workdir):
  rows = tables.table_3(read_found(workdir))
  assert [(r["arm"], r["n"]) for r in rows] == [
    *(("random", n) for n in (10, 20, 30)),
    *(("margins", n) for n in (10, 20, 30)),
    ("full_data", 40),
  ]
  assert [r["first_equivalent"] for r in rows] == [0, 0, 1, 0, 1, 0, ""]
  assert rows[2]["percent"] == "75.0" and rows[2]["mean"] == "0.7950"
  # Sd of eight evenly spaced numbers from -0.1 to 0.1.
  assert rows[2]["sd"] == f"{SPREAD.std(ddof=1):.4f}" == "0.0700"
  assert float(rows[2]["p"]) < 0.05 < float(rows[1]["p"])
  assert {(r["seeds"], r["patients"]) for r in rows} == {(2, 8)}


def test_p_is_below_the_level_where_the_interval_is_within_the_bound(workdir):
  for row in tables.table_3(read_found(workdir))[:-1]:
    names = ("low_90", "high_90", "bound", "difference", "p")
    low, high, bound, difference, p = (float(row[name]) for name in names)
    assert (p < 0.05) == (-bound < low and high < bound)
    assert difference == pytest.approx(float(row["mean"]) - 0.8, abs=1e-4)
  # 2 t(0.95, 14) sd sqrt(2 / 8) with t = 1.761 and sd = 0.07.
  assert bound == pytest.approx(1.761 * 0.07, abs=1e-3)


def test_an_arm_is_held_against_the_seeds_it_has(workdir):
  """A third model on all labels, far off, moves no arm without that seed."""
  before = tables.table_3(read_found(workdir))
  write_run(workdir, "full", 2, [40], [0.2])
  after = tables.table_3(read_found(workdir))
  assert after[:-1] == before[:-1]
  assert after[-1]["seeds"] == 3 and after[-1]["mean"] == "0.6000"


def test_an_arm_without_such_a_seed_is_not_there(workdir):
  write_run(workdir, "bootstrapping", 7, [10], [0.5])
  found = read_found(workdir)
  assert "bootstrapping" in {arm.name for arm in found.arms}
  assert "bootstrapping" not in {r["arm"] for r in tables.table_3(found)}


def test_each_seed_has_a_table_of_its_own(workdir):
  rows = tables.table_3_by_seed(read_found(workdir))
  assert len(rows) == 2 * (3 + 3 + 1)
  means = [r["mean"] for r in rows if r["arm"] == "random" and r["n"] == 30]
  assert means == ["0.7900", "0.8000"]


def test_figure_2_has_mean_median_and_standard_error(workdir):
  rows = tables.figure_2(read_found(workdir))
  assert len(rows) == 2 * (3 + 3 + 1)
  assert rows[4] == {
    "labels": 20,
    "arm": "random",
    "seed": 1,
    "mean": "0.4100",
    "median": "0.4100",
    "se": f"{0.07 / np.sqrt(8):.4f}",
    "patients": 8,
  }
  assert rows[-1]["arm"] == "full_data" and rows[-1]["labels"] == 40


def test_the_difference_to_random_is_paired(workdir):
  (gap,) = tables.minus_random(read_found(workdir))
  assert gap.arm.name == "margins"
  assert gap.seeds.mean == pytest.approx(-0.39)
  assert gap.seeds.count == 2
  assert gap.patients.value == pytest.approx(-0.39)
  assert gap.patients.clusters == 8


def test_volumes_of_a_patient_are_drawn_together(workdir):
  for path in workdir.rglob("cases.csv"):
    rows = store.read_rows(path)
    same = [row | {"patient": f"q{int(row['id'][1:]) // 2}"} for row in rows]
    store.write_rows(path, same)
  found = read_found(workdir)
  assert found.groups[:3] == ("q0", "q0", "q1")
  (gap,) = tables.minus_random(found)
  assert gap.patients.clusters == 4
  doubts = " ".join(verdicts.cannot(found, []))
  assert "8 volumes are of 4 patients" in doubts


def test_a_reference_without_spread_cannot_be_tested():
  full = np.full(8, 0.8)
  for dice in (0.8 + SPREAD, np.full(8, 0.8)):
    tested = tables.against_full(np.array([10]), dice[None], full)
    assert np.isnan(tested.p).all() and np.isnan(tested.p_paired).all()
    assert np.isnan(tested.bound) and np.isnan(tested.needed.first)
