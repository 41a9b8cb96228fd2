import numpy as np
import pytest

from alx.groups import (
  as_text,
  how_to_read,
  is_unknown,
  numbers_of,
  witnesses_of,
)


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


def test_unknown_readers_are_one():
  found = witnesses_of(["b", None, " b", "", "a", float("nan")])
  assert [found[i] == found[1] for i in range(6)] == [0, 1, 0, 1, 0, 1]
  assert found[0] == found[2] != found[4]


def test_bytes_are_texts():
  names = np.array([b"a", b" a", b"", b"nan", b"b"])
  assert numbers_of(names).tolist() == [0, 0, 1, 2, 3]
  with pytest.raises(ValueError, match=r"wanted names in UTF-8, found b'.xff'"):
    numbers_of([b"\xff"])


def test_bytes_of_a_name_are_a_text_and_nothing_else_is():
  found = [as_text(name) for name in ("é", "é".encode(), 7, None)]
  assert found == ["é", "é", 7, None]


def test_what_is_neither_equal_nor_different_is_unknown():
  class Na:  # as pandas.NA is
    def __ne__(self, other):
      return self

    def __bool__(self):
      raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None

  na = Na()
  assert numbers_of([na, "a", na]).tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", [["a"], {"a": 1}, np.zeros(2)])
def test_what_is_no_name(name):
  names = np.empty(2, object)
  names[:] = "a", name
  told = f"wanted a name for each item, found {type(name).__name__}"
  with pytest.raises(ValueError, match=told):
    numbers_of(names)


def test_masked_names_are_unknown():
  masked = np.ma.masked_array(["a", "a", "a"], [False, True, False])
  assert numbers_of(masked).tolist() == [0, 1, 0]
  assert numbers_of(["a", np.ma.masked, np.ma.masked]).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
  ("ids", "pattern"),
  [
    (["a_1", "a_2", "b_1"], "^(.*)_"),
    (["a-1", "a-2", "b-1"], "^(.*)-"),
    (["a_1_l", "a_2_l", "b_1_l"], "^(.*?)_"),
  ],
)
def test_a_pattern_puts_some_together(ids, pattern):
  told = f"--group='{pattern}' reads them from ids such as {ids[0]}"
  assert how_to_read(ids) == told


@pytest.mark.parametrize("ids", [["h_1", "h_2", "h_3"], ["1", "2"], ["a"]])
def test_ids_that_tell_no_patient(ids):
  assert how_to_read(ids) == (
    "--group=REGEX reads them from ids that tell them, which those here, such "
    f"as {ids[0]}, do not seem to"
  )
