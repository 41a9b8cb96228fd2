from alx.data.dataset import DataError, bad_input, no_progress


def test_bad_input_is_one_line():
  error = bad_input("a.nii", "a label", "nothing\n  at all")
  assert isinstance(error, DataError)
  assert isinstance(error, ValueError)
  assert str(error) == "a.nii: wanted a label, found nothing at all"


def test_no_progress_hands_the_items_on():
  assert list(no_progress([3, 4], total=2, description="reading")) == [3, 4]
