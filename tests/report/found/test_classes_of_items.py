import csv

import numpy as np
import pytest

from alx.report.found.classes import confusion
from alx.report.read import Run

ROWS = [
  ("test", "benign", "benign"),
  ("test", "benign", "malignant"),
  ("test", "malignant", "malignant"),
  ("pool", "malignant", "benign"),
]


@pytest.fixture
def run_of(tmp_path):
  def write(rows):
    with open(tmp_path / "predictions.csv", "w", newline="") as file:
      writer = csv.writer(file)
      writer.writerows([("part", "class", "predicted"), *rows])
    return Run("random", 0, tmp_path, (), ())

  return write


def test_true_classes_are_rows(run_of):
  found = confusion(run_of(ROWS), ["benign", "malignant"])
  np.testing.assert_array_equal(found, [[1, 1], [0, 1]])


def test_an_item_that_is_of_no_class_makes_none_of_it(run_of):
  unknown = ("test", "benign", "")
  assert confusion(run_of([*ROWS, unknown]), ["benign", "malignant"]) is None


def test_a_file_without_test_items_has_none(run_of):
  assert confusion(run_of(ROWS[3:]), ["benign", "malignant"]) is None
