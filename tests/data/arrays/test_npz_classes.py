import numpy as np
import pytest

from alx.data.arrays.npz_classes import classes_of
from alx.data.dataset import DataError


def _classes(labels, **arrays):
  found = classes_of("f", arrays, np.array(labels))
  return np.array(found.labels).tolist(), found.names


def test_values_with_gaps():
  assert _classes([3, 1, 3]) == ([1, 0, 1], ("class 1", "class 3"))
  assert _classes([[[2, 0]]]) == ([[[1, 0]]], ("background", "class 2"))


def test_texts():
  assert _classes(["b", "a", " b"]) == ([1, 0, 1], ("a", "b"))
  assert _classes(["1", "0", "1.0"]) == ([1, 0, 1], ("class 0", "class 1"))
  names = np.array(["b", "a"])
  assert _classes(["b", "a"], class_names=names) == ([0, 1], ("b", "a"))


def test_maps_of_texts_are_no_classes():
  with pytest.raises(DataError, match="whole numbers"):
    _classes([[["a", "b"]]])
