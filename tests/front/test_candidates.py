"""Masks, classes and groups of the items of a call."""

import numpy as np
import pytest

from alx.front.candidates import read_labels

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
