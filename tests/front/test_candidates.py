"""Masks, classes and groups of the items of a call."""

import numpy as np
import pytest

from alx.front.candidates import read_labels

INTEGERS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()


@pytest.mark.parametrize("dtype", INTEGERS)
def test_a_class_is_the_same_in_every_type(dtype):
  labelled = np.array([True, False, True, False])
  found = read_labels(np.array([2, 1, 100, 0], dtype), labelled)
  assert found.dtype == np.int32 and found.tolist() == [2, -1, 100, -1]


def test_of_nobody_labelled():
  found = read_labels(np.zeros(3, np.uint8), np.zeros(3, bool))
  assert found.tolist() == [-1, -1, -1]
