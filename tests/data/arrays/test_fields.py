import numpy as np
import pytest

from alx.data.arrays import fields
from alx.data.dataset import DataError


@pytest.fixture
def arrays():
  return {
    "images": np.zeros((4, 2, 2)),
    "patient": np.array([1, 1, 20, 20]),
    "frame": np.array([[1], [2], [1], [2]]),
    "view": np.array(["two chamber", "four", "four", "four"]),
  }


def test_ids_are_composed_and_padded(arrays):
  assert fields.item_ids("f", arrays) == (
    "patient01_frame1",
    "patient01_frame2",
    "patient20_frame1",
    "patient20_frame2",
  )


def test_ids_that_would_repeat_are_numbers_instead(arrays):
  del arrays["frame"]
  assert fields.item_ids("f", arrays)[2:] == ("item_00002", "item_00003")


def test_given_ids_come_first(arrays):
  arrays["ids"] = np.array([9, 8, 7, 6])
  assert fields.item_ids("f", arrays) == ("9", "8", "7", "6")


@pytest.mark.parametrize("name", ["", ".a", "a/b", "a\\b", "a\nb", "a" * 151])
def test_ids_must_be_able_to_name_files(arrays, name):
  arrays["ids"] = np.array(["w", "x", "y", name])
  with pytest.raises(DataError, match="file names"):
    fields.item_ids("f", arrays)


@pytest.mark.parametrize(
  ("where", "rows"),
  [
    ("", [0, 1, 2, 3]),
    ("frame=1", [0, 2]),
    ("frame=1.0, patient = 20", [2]),
    ("view=two chamber", [0]),
  ],
)
def test_rows_where(arrays, where, rows):
  assert fields.rows_where("f", arrays, where) == rows


@pytest.mark.parametrize(
  ("where", "found"),
  [
    ("fram=1", r"\['frame', 'patient', 'view'\], found 'fram=1'"),
    ("images=1", "one of the names"),
    ("frame", "name=value"),
    ("frame=1,", "name=value"),
    ("frame=3", r"found frame in \['1', '2'\]"),
    ("frame=x", "found frame in"),
  ],
)
def test_a_where_that_finds_nothing_says_what_there_is(arrays, where, found):
  with pytest.raises(DataError, match=found):
    fields.rows_where("f", arrays, where)


def test_patient_goes_before_group(arrays):
  arrays["group"] = np.arange(4)
  assert fields.item_groups("f", arrays) == ("1", "1", "20", "20")
  del arrays["patient"]
  assert fields.item_groups("f", arrays) == ("0", "1", "2", "3")
  del arrays["group"]
  assert fields.item_groups("f", arrays) is None


def test_split_in_words_and_in_numbers(arrays):
  arrays["split"] = np.array(["train", "val", "test", "train"])
  assert fields.given_split("f", arrays).tolist() == [0, 1, 2, 0]
  arrays["split"] = np.array([2, 1, 0, 0], np.uint8)
  split = fields.given_split("f", arrays)
  assert split.dtype == np.int8
  assert split.tolist() == [2, 1, 0, 0]


def test_one_spacing_for_all(arrays):
  arrays["spacing_mm"] = np.array([1, 2])
  assert fields.item_spacing("f", arrays, 2) == ((1.0, 2.0),) * 4
  with pytest.raises(DataError, match=r"shape \[3\] or \[4, 3\]"):
    fields.item_spacing("f", arrays, 3)


def test_a_patient_for_some_of_the_items_only(arrays):
  arrays["patient"] = arrays["patient"][:3]
  with pytest.raises(DataError, match=r"patient of each .* found .* \(3,\)"):
    fields.item_groups("f", arrays)


@pytest.mark.parametrize(
  ("value", "text"),
  [(" a ", "a"), (b"a", "a"), (np.float32(7), "7"), (np.int8(-1), "-1")],
)
def test_values_as_texts(value, text):
  assert fields.text_of(np.array([value])[0]) == text
