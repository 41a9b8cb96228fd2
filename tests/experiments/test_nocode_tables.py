"""Tables as they are printed, and as numbers."""

import csv
import io

from alx import csv_table
from alx.effort import Rates
from experiments.nocode import results, tables, targets
from experiments.nocode.flat import flat, flat_factors
from experiments.nocode.plan import ACTIVE, NONE, RANDOM, Row
from experiments.nocode.structures import structures_of
from tests.experiments.test_nocode_targets import paths
from tests.nocode_cases import ABOUT, SCENARIO, grid

ROW = Row("d", "tolerant", "updated", RANDOM, 0)
PRICING = SCENARIO._replace(rates=Rates("USD", 2024, 100.0))


def made():
  found = grid()
  arms = results.group(found)
  none = arms[ROW._replace(draft=NONE)]
  return (
    [results.arm_of(row, r, PRICING) for row, r in arms.items()],
    [results.saving_of(ROW, arms[ROW], none, PRICING)],
    structures_of(ROW, arms[ROW], none, ABOUT),
    targets.factorial(
      found, ("d", "tolerant", "updated", ACTIVE), 1.0, "contour", paths(found)
    ),
  )


def test_tables_have_a_cell_for_every_head():
  arms, savings, structures, factorial = made()
  found = [
    tables.arms_table(arms, "bald", "USD 2024"),
    tables.arms_table(arms, "bald", None),
    tables.savings_table(savings, "bald", "USD 2024", "mm"),
    tables.structures_table(structures, "bald", "mm"),
    tables.factors_table([factorial], "bald"),
  ]
  for table in found:
    assert table.rows
    assert all(len(row) == len(table.head) for row in table.rows)
  assert found[0].rows[3][0] == "tolerant, updated model, bald (active)"
  assert found[0].rows[0][7] == "from scratch"
  assert found[2].rows[0][-1].startswith("depends on the prices (costs")
  assert found[3].rows[1][0] == "lesion (rare)"


def test_rows_of_numbers():
  arms, savings, structures, factorial = made()
  row = flat(arms[0])
  assert (row["data"], row["draft"], row["unit"]) == ("d", "none", "mm")
  assert float(row["dice"]) == 0.8 and row["shares_scratch"] == "100"
  assert float(row["seconds_least"]) < float(row["seconds_most"])
  assert "saves: automate" in flat(savings[0])["verdicts"]
  assert flat(structures[1])["dice"] == ""  # not known
  numbers = flat_factors(factorial)
  total = float(numbers["draft_percent_least"]) + float(
    numbers["selection_percent_least"]
  )
  assert abs(total - float(numbers["total_percent_least"])) < 1e-3
  text = csv_table.to_text(list(row), [row])
  assert next(csv.DictReader(io.StringIO(text)))["reader"] == "tolerant"


def test_negative_ends_are_printed():
  assert tables.range_text(results.Range(-3.0, 4.0, -9.0, 8.0), 0) == (
    "-3 to 4 [-9, 8]"
  )
  assert tables.range_text(results.Range(5.63, 5.63, -7.26, 26.09), 2) == (
    "5.63 [-7.26, 26.09]"
  )
  assert tables.range_text(None, 0) == "not known"
