import pytest

from alx.data.dataset import DataError
from alx.data.tables.classes import read_classes


def read(*texts, strict=False):
  cells = [(f"line {i}", text) for i, text in enumerate(texts)]
  return read_classes(cells, "dx", strict)


def test_numbers():
  found, lines = read("1", "3.0", "0")
  assert found.items == (0, 1, 2) and found.labels == (1, 3, 0)
  assert found.names == () and found.count == 4 and lines == []


def test_names():
  found, _ = read("mel", "bcc", "mel")
  assert found.labels == (1, 0, 1) and found.names == ("bcc", "mel")


def test_an_underscore_makes_a_name():
  found, lines = read("1_0", "1_1")
  assert found.names == ("1_0", "1_1") and found.count == 2 and lines == []


def test_forms_of_unicode_are_one_name():
  found, lines = read("L\xe4sion", "La\u0308sion", "normal")
  assert found.names == ("L\xe4sion", "normal") and lines == []
  assert found.labels == (0, 0, 1)


@pytest.mark.parametrize("text", ["", "nan", "NULL", "n/a"])
def test_nothing(text):
  found, lines = read("b", text, "a")
  assert found.items == (0, 2) and found.labels == (1, 0)
  assert lines[0].startswith("line 1: wanted a dx, found")
  with pytest.raises(DataError, match="line 1"):
    read("b", text, "a", strict=True)


@pytest.mark.parametrize("text", ["0.5", "-1", "255", "1e9"])
def test_numbers_that_are_no_classes(text):
  found, lines = read("0", text)
  assert found.items == (0,) and "line 1: wanted a dx that is" in lines[0]


@pytest.mark.parametrize(
  ("texts", "message"),
  [
    (("0", "a"), "line 1: wanted dx all numbers or all .* 'a' beside 0"),
    (("0", "inf"), "line 1: wanted dx all numbers or all names"),
    (("a|b", "a"), "line 0: wanted one class in dx, found 2 in 'a|b'"),
    (("a", "b", "a, b"), "line 2: wanted one class in dx, found 2"),
    (("a", "a"), "line 0: wanted 2 to 255 different classes"),
    (("b", "B", "c"), "line 0: wanted one spelling of 'B', found 'b'"),
  ],
)
def test_what_makes_no_sense(texts, message):
  with pytest.raises(DataError) as error:
    read(*texts)
  first, *rest = message.split(".*")
  assert str(error.value).startswith(first.strip())
  assert all(text.strip() in str(error.value) for text in rest)


def test_a_name_may_hold_a_comma():
  found, _ = read("adenoma, NOS", "carcinoma")
  assert found.names == ("adenoma, NOS", "carcinoma")
