import csv

import pytest
from rich.console import Console

from experiments.survey import tables
from tests.survey_cases import acdc


def test_a_row_is_a_method_and_a_column_a_number_of_labels(tmp_path):
  table = tables.beside(acdc(tmp_path)[1].tables["T8a"])
  assert table.head == ["", "10", "20", "30", "40", "50", "60", "all"]
  names = [row[0] for row in table.rows]
  assert names[:2] == ["first labels", "random"] and names[-1] == "all labels"
  assert table.rows[1][2] == "0.790 ± 0.010\n0.787 ± 0.055\nundecided"
  assert table.rows[1][3] == "–\n0.829 ± 0.038"
  assert table.rows[-1][-1].endswith("‡")


def test_tables_on_disk_hold_what_was_found(tmp_path):
  tables.save(acdc(tmp_path)[1], tmp_path)
  with open(tmp_path / "differences-b10.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert {row["measure"] for row in rows} == {"dice", "asd_pred_to_ref"}
  assert {row["method"] for row in rows} == {"entropy", "badge"}
  assert {row["over"] for row in rows} == {"last", "area"}


def test_a_mean_distance_stands_above_what_it_leaves_out(tmp_path):
  _, outcome = acdc(tmp_path)
  rows = outcome.tables["T8b"]
  badge = next(r for r in rows if (r["method"], r["labels"]) == ("badge", "20"))
  assert badge["missed"] == pytest.approx(2 / 3)  # one fit of three misses two
  cells = {row[0]: row[2] for row in tables.beside(rows).rows}
  assert "\n0.7 missed and 1.0 invented\n" in cells["BADGE"]
  assert "missed" not in outcome.tables["T8a"][0]
  console = Console(record=True, width=160)
  tables.show(outcome, console)
  assert "missed" in console.export_text()
