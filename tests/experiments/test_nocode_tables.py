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
    *tables.factors_tables([factorial], "bald"),
  ]
  for table in found:
    assert table.rows
    assert all(len(row) == len(table.head) for row in table.rows)
  assert found[0].rows[3][0] == "tolerant, updated model\nbald (active)"
  assert found[0].rows[0][6] == "from scratch"
  assert found[2].rows[0][-1].startswith("depends on the prices\ncosts")
  assert found[3].rows[1][0] == "lesion (rare)"


def test_what_the_savings_come_from_has_a_table_for_each_end():
  one = made()[3]
  other = one._replace(measure="seconds")
  same = one._replace(until="the same labels")
  found = tables.factors_tables([one, other, same, one], "bald")
  assert [(table.head[0], len(table.rows)) for table in found] == [
    ("contour until 1 of the Dice", 2),
    ("seconds until 1 of the Dice", 1),
    ("contour until the same labels", 1),
  ]
  assert found[0].rows[0][0] == "d, tolerant\nupdated, bald"
  assert tables.factors_tables([], "bald") == []


def test_no_cell_is_wide():
  """A line of 31 letters and no table of more than 9 columns fit."""
  arms, savings, structures, factorial = made()
  for table in (
    tables.arms_table(arms, "entropy", "USD 2024"),
    tables.savings_table(savings, "entropy", "USD 2024", "mm"),
    tables.structures_table(structures, "entropy", "mm"),
    *tables.factors_tables([factorial], "entropy"),
  ):
    assert len(table.head) <= 9
    lines = [line for row in table.rows for c in row for line in c.split("\n")]
    assert max(map(len, lines)) <= 31


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
    "-3 to 4\n[-9, 8]"
  )
  assert tables.range_text(results.Range(5.63, 5.63, -7.26, 26.09), 2) == (
    "5.63\n[-7.26, 26.09]"
  )
  assert tables.range_text(None, 0) == "not known"
