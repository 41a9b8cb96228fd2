import pytest

from alx.data.dataset import DataError, bad_input, no_progress, read_each


def test_bad_input_is_one_line():
  error = bad_input("a.nii", "a label", "nothing\n  at all")
  assert isinstance(error, DataError)
  assert isinstance(error, ValueError)
  assert str(error) == "a.nii: wanted a label, found nothing at all"


def test_no_progress_hands_the_items_on():
  assert list(no_progress([3, 4], total=2, description="reading")) == [3, 4]


def test_all_that_can_be_read_and_a_line_for_each_other():
  def read(one):
    if one < 0:
      raise bad_input(one, "0 or more", "less")
    return one + 10

  lines = ["-1: wanted 0 or more, found less"]
  assert read_each([1, -1, 2], read, False) == ([11, 12], [1, 2], lines)
  with pytest.raises(DataError, match="-1: wanted"):
    read_each([1, -1, 2], read, True)
