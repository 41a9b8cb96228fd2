import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.label_values import (
  check_classes,
  default_names,
  to_classes,
  values_in,
  whole_numbers,
)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, ">i2", np.float32])
def test_whole_numbers_of_any_type_are_taken(dtype):
  out = whole_numbers(np.array([0, 1], dtype), "f")
  assert out.dtype == np.uint8
  np.testing.assert_array_equal(out, [0, 1])


def test_a_large_value_is_not_wrapped():
  out = whole_numbers(np.array([0, 300]), "f")
  assert out.tolist() == [0, 300]


@pytest.mark.parametrize(
  ("values", "found"),
  [
    ([0.0, 0.5], "0.5"),
    ([0.0, np.nan], "NaN"),
    ([-1, 1], "from -1"),
    ([0, 70000], "70000"),
    (["a"], "<U1"),
    ([], "shape"),
  ],
)
def test_what_is_no_label_is_named(values, found):
  with pytest.raises(DataError, match=found) as error:
    whole_numbers(np.array(values), "file.nii")
  assert str(error.value).startswith("file.nii: wanted labels")


def test_gaps_between_values_are_closed():
  out = to_classes(np.array([[0, 2], [4, 2]], np.uint8), (0, 2, 4), "f")
  assert out.dtype == np.uint8
  np.testing.assert_array_equal(out, [[0, 1], [2, 1]])


def test_an_unknown_value_is_named():
  with pytest.raises(DataError, match=r"f: wanted .*\[0, 1\], found \[7\]"):
    to_classes(np.array([0, 7], np.uint8), (0, 1), "f")


def test_values_of_several_labels_are_joined():
  labels = [np.array([3, 0], np.uint8), np.array([300], np.uint16)]
  assert values_in(labels) == (0, 3, 300)


@pytest.mark.parametrize("values", [(), (0,), range(256)])
def test_a_number_of_classes_that_cannot_be(values):
  with pytest.raises(DataError, match=r"wanted 2\.\.255 classes"):
    check_classes(tuple(values), "f")


def test_only_segmentation_has_a_background():
  assert default_names((0, 4), background=True) == ("background", "class 4")
  assert default_names((0, 4), background=False) == ("class 0", "class 4")
