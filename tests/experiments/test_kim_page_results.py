"""The sections of results, from files alone."""

from alx.report.read import read_study
from alx.runs.disk import store
from experiments.kim import page_results
from experiments.kim.found import read_found
from tests.kim_cases import describe, write_run, write_study


def test_every_arm_tells_its_seeds_and_every_row_its_patients(tmp_path):
  describe(write_study(tmp_path))
  write_run(tmp_path, "full", 2, [40], [0.8])
  section = page_results.results(read_study(tmp_path), read_found(tmp_path))
  (intervals, _), (table, _) = section.tables
  assert intervals.head == ["Dice at labels", "seeds", "10", "20", "30", "40"]
  assert [row[:2] for row in intervals.rows] == [
    ["random", "2"],
    ["margins", "2"],
    ["all labels", "3"],
  ]
  assert intervals.rows[-1][2:5] == ["", "", ""]
  assert table.rows[0][:4] == ["random", "2", "10", "25.0"]
  assert table.rows[0][6] == "8" and "\n−0.562 to −0.438" in table.rows[0][7]
  assert [row[9] for row in table.rows].count("first") == 2


def test_differences_tell_the_seeds_that_both_have(tmp_path):
  write_run(write_study(tmp_path), "margins", 2, [10, 20, 30], [0.3, 0.4, 0.4])
  ((table, _),) = page_results.differences(read_found(tmp_path)).tables
  assert table.rows[0][:3] == ["margins", "30", "2"]


def test_the_hardest_are_told_with_their_size(tmp_path):
  found = read_found(write_study(tmp_path))
  rows = [{"id": "p0", "voxels": 12}]
  store.write_rows(tmp_path / "patients.csv", rows)
  section = page_results.failure_cases(found, tmp_path)
  ((table, _),) = section.tables
  assert table.rows[0][:2] == ["p0", "12"] and table.rows[1][1] == "–"
  assert section.pictures == ()
