import numpy as np
import pytest

from alx.units.budget import most_units, parse_budget, within


@pytest.mark.parametrize(
  ("text", "canonical"),
  [
    ("slices:40", "slices:40"),
    (" Voxels: 2e5", "voxels:200000"),
    ("boundary-mm:12.5", "boundary_mm:12.5"),
    ("seconds:600", "seconds:600"),
    ("units:3.0", "units:3"),
    ("voxels:1e12", "voxels:1000000000000"),
    ("voxels:2000000000000.5", "voxels:2000000000000.5"),
    ("boundary_mm:1.0000000000001", "boundary_mm:1.0000000000001"),
  ],
)
def test_a_text_has_one_form(text, canonical):
  assert parse_budget(text).text == canonical
  assert parse_budget(canonical) == parse_budget(text)


def test_nothing_is_no_budget():
  assert parse_budget("") is None


@pytest.mark.parametrize(
  "text",
  [
    "40",
    "slices",
    "slices:",
    "slices:0",
    "cost:0.5",
    "slices:-1",
    "slices:1e400",
    "hours:2",
    "x:y",
  ],
)
def test_what_is_no_budget_is_told(text):
  with pytest.raises(ValueError, match=r"^budget: wanted [^\n]*$"):
    parse_budget(text)


def test_who_knows_costs_goes_on_behind_what_does_not_fit():
  assert within([3, 5, 2, 1], 6).tolist() == [True, False, True, True]


def test_who_learns_them_at_work_ends_there():
  found = within([3, 5, 2, 1], 6, known_before=False)
  assert found.tolist() == [True, False, False, False]


def test_a_budget_is_used_up_whatever_the_rounding():
  assert within([0.1] * 10, 1.0).all()


def test_room():
  assert most_units(np.ones(100), 40) == 40
  assert most_units(np.array([1.0, 1, 1, 9]), 3) == 3
  assert most_units(np.full(5, 2.0), 100) == 5
  uneven = np.repeat([1.0, 19.0], 10)
  assert most_units(uneven, 20) == 5
  assert most_units(uneven, 20, usual=False) == 10
