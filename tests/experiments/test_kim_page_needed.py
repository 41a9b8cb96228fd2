"""The sections of labels needed, here and as published."""

from experiments.kim import needed, page_needed
from experiments.kim.found import read_found
from tests.kim_cases import write_study


def test_both_rules_stand_beside_each_other_and_random(tmp_path):
  found = read_found(write_study(tmp_path))
  section = page_needed.equivalence(found, needed.readings(found))
  ((table, _),) = section.tables
  assert table.rows == [
    ["random", "2", "30", "30", "100%", "100%", "30, 30", "30, 30", "33%"],
    [
      "margins",
      "2",
      "20",
      "never",
      "67%",
      "–",
      "20, 20",
      "never, never",
      "33%",
    ],
  ]
  assert "The bounds are then 0.123, 15% of that mean" in section.paragraphs[0]
  assert "Two equal models pass with a chance of 90%" in section.paragraphs[0]


def test_the_published_arms_end_with_their_needs():
  (dice, _), (needs, _) = page_needed.as_published().tables
  assert dice.rows[0][:2] == ["random", "0.552\nsd 0.341"]
  ends = {row[0]: row[1:] for row in needs.rows}
  assert ends["dropout train test"] == ["90", "290", "31%", "100%"]
  assert ends["redundancy nonsimilar"] == ["240", "340", "83%", "117%"]
