import pathlib

import pytest

from alx.data.dataset import DataError
from alx.data.tables.split import find_split, part_of
from alx.data.tables.tables import Table


def table(header, *rows):
  lines = tuple((i, row) for i, row in enumerate(rows, 2))
  return Table(pathlib.Path("t.csv"), header, lines)


def test_parts():
  texts = ("Train", "training", "valid", "dev", "test_set", "control", "1")
  assert [*map(part_of, texts)] == [0, 0, 1, 1, 2, None, None]


def test_a_column_is_known_by_its_cells():
  found = table(("id", "where"), ("a", "train"), ("b", "test"))
  assert find_split(found, [0]) == (1, [])
  assert find_split(found, [0, 1]) == (None, [])
  assert find_split(table(("id", "x"), ("a", "train")), [0]) == (None, [])


def test_columns_that_differ_and_rows_of_no_part():
  two = table(("id", "s", "t"), ("a", "train", "test"), ("b", "test", "train"))
  with pytest.raises(DataError, match="found s and t"):
    find_split(two, [0])
  gap = table(("id", "s"), ("a", "train"), ("b", ""), ("c", "val"))
  with pytest.raises(DataError, match="line 3: wanted train, val or test in s"):
    find_split(gap, [0])


@pytest.mark.parametrize("name", ["fold", "kfold", "Split 2", "cv_1"])
def test_other_splits_are_told(name):
  place, (line,) = find_split(table(("id", name), ("a", "1"), ("b", "2")), [0])
  assert place is None and f"t.csv: the column {name} is not used" in line
