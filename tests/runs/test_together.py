"""Seeds that follow each other are one batch."""

from alx.runs.together import stretches


def test_consecutive_seeds_are_one_batch():
  assert stretches([0, 1, 2, 5, 7, 8]) == [
    range(0, 3),
    range(5, 6),
    range(7, 9),
  ]
