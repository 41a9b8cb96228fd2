"""Masks, classes and groups of the items of a call."""

import numpy as np
import pytest

from alx.front.candidates import read_groups, read_labels

INTEGERS = [
  f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_a_class_is_the_same_in_every_type(dtype):
  labelled = np.array([True, False, True, False])
  found = read_labels(np.array([2, 1, 100, 0], dtype), labelled)
  assert found.dtype == np.int32 and found.tolist() == [2, -1, 100, -1]


def test_of_nobody_labelled():
  found = read_labels(np.zeros(3, np.uint8), np.zeros(3, bool))
  assert found.tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
  "names",
  [
    ["nan", "nan", "", "a", " a"],
    [None, float("nan"), "n/a", "a", "a "],
    np.array(["", "NaN", "null", "a", " a "]),
    np.array([b"", b"nan", b"?", b"a", b" a"]),
    np.array([np.nan, np.nan, np.nan, 1, 1]),
  ],
)
def test_an_unknown_patient_is_nobody_else(names):
  found = read_groups(names, 5)
  assert found.dtype == np.int32 and found.tolist() == [0, 1, 2, 3, 3]


@pytest.mark.parametrize(
  ("names", "told"),
  [
    (["a", "b"], r"groups: wanted one per item \[3\], found shape \(2,\)"),
    ([["a"], ["b"], ["c"]], r"found shape \(3, 1\)"),
    ([{}, "a", "b"], "groups: wanted a name for each item, found dict"),
    (["1", 1, 2], "groups: wanted names of one type, found 1 as text and not"),
    (np.ma.array([1, 1, 2], mask=[0, 0, 1]), "groups: some names are masked"),
  ],
)
def test_what_is_no_list_of_names(names, told):
  with pytest.raises(ValueError, match=told):
    read_groups(names, 3)
