"""The rows of a grid."""

import pytest

from experiments.nocode.plan import SIZES, expand, fields_of, make_plan


def test_two_by_two_by_three_by_two_rows():
  plan = make_plan(("a", "b"), ("oracle", "slow"), seeds=2)
  rows = expand(plan)
  assert len(rows) == len(set(rows)) == 2 * 2 * 3 * 3 * 2
  assert len({row.name for row in rows}) == len(rows)
  # Rows of one selection and seed may share fits: drafts vary fastest.
  assert [row.draft for row in rows[:3]] == ["none", "fixed", "updated"]
  assert rows[0].arm == ("none", "random")


@pytest.mark.parametrize(
  ("change", "told"),
  [
    ({"readers": ("expert",)}, "readers"),
    ({"drafts": ("none", "none")}, "drafts names one twice"),
    ({"drafts": ("fixed",)}, "wanted draft none and selection random"),
    ({"selections": ("active",)}, "wanted draft none and selection random"),
    ({"data": ("a", "a")}, "data: two of one name: a, a"),
    ({"readers": ()}, "readers: wanted one or more of oracle"),
    ({"seeds": 0}, "seeds: wanted at least 1"),
  ],
)
def test_no_plan(change, told):
  with pytest.raises(ValueError, match=told):
    make_plan(**{"data": ("a",)} | change)


def test_a_size_says_what_is_not_the_presets():
  assert fields_of("smoke", "acdc")["steps"] == 6
  assert fields_of("cpu", "acdc")["widths"] == (8, 16, 32, 64)
  assert fields_of("cpu", "") == SIZES["cpu"][""]
