import numpy as np
import pytest

from alx.groups import is_unknown, numbers_of


@pytest.mark.parametrize(
  "name",
  [
    *(None, float("nan"), np.float32("nan"), np.datetime64("NaT"), "", "  "),
    *("nan", " NaN", "None", "NULL", "N/A", "na", "<NA>", "NaT", "unknown"),
  ],
)
def test_what_says_that_there_is_no_name(name):
  assert is_unknown(name)


@pytest.mark.parametrize("name", ["P1", "0", 0, -1, "-1", 0.5, "nana", False])
def test_names(name):
  assert not is_unknown(name)


def test_unknown_names_are_nobody_else():
  names = ["b", "a", " b ", None, "nan", None, float("nan"), 1, "1"]
  assert numbers_of(names).tolist() == [0, 1, 0, 2, 3, 4, 5, 6, 7]
