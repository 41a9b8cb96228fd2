"""The tables of a cold-start report."""

from experiments.cold import tables
from experiments.cold.plan import FOREGROUND, NO_ENCODER, RANDOM
from tests.cold_cases import plan_of, tell

MINUS = "−"


def behind(row):
  """The arm is 0.2 behind random in seed 0 and level in seed 1."""
  return 0.5 if row.encoder == NO_ENCODER else 0.3 + 0.2 * row.seed


def test_pairs_and_what_is_beside_them(tmp_path):
  results = tell(tmp_path, plan_of("segmentation"), behind)
  table = tables.in_pairs(results, 2)
  assert [row[0] for row in table.rows] == [
    "random",
    "foreground random",
    "k-center on pca",
  ]
  assert table.rows[-1][1].startswith("0.400\n")
  assert table.rows[-1][3].startswith(f"{MINUS}0.100\n")
  table = tables.beside(results, 2)
  assert table.head[2] == "minus 3 random sets"
  assert table.head[5] == "minus foreground random"
  assert [row[1] for row in table.rows] == ["50", "25"]
  assert all(len(row) == len(table.head) for row in table.rows)
  few = tables.beside(tell(tmp_path, plan_of(), behind), 2)
  assert len(few.head) == 5 and len(few.rows) == 1


def test_coverage_is_a_share_of_that_of_random(tmp_path):
  results = tell(tmp_path, plan_of(seeds=1), behind)
  rows = [
    {"encoder": e, "method": m, "budget": 2, "seed": 0, "mean_distance": d}
    for e, m, d in [
      ("pca", RANDOM, "4"),
      ("pca", "k_center", "3"),
      ("simclr", RANDOM, "9"),
    ]
  ]
  table = tables.coverage(results, rows, "pca")
  assert table.head == ["", "2 labels"]
  assert table.rows == [["k-center", "0.75"]]


def test_failures(tmp_path):
  results = tell(tmp_path, plan_of(), behind)
  ((name, labels, gap),) = tables.worst_arms(results.lines).rows
  assert (name, labels) == ("k-center on pca", "2")
  assert gap.startswith(f"{MINUS}0.100")
  assert tables.worst_rows(results).rows == [
    [name, "2", "0", f"{MINUS}0.200", "2 of 2", "item00, item01"]
  ]
  assert tables.missing_classes(results).rows == []
  more = tables.missing_classes(results._replace(num_classes=3)).rows
  assert more[0] == ["random", "2", "2 of 2"]
  assert tables.classes(results).rows[-1] == [name, "2.0"]
  assert FOREGROUND not in str(tables.classes(results))
