import numpy as np
import pytest

from alx.data.arrays.npz_parts import joined
from alx.data.dataset import DataError


def _arrays(**more):
  return {
    "train_images": np.zeros((3, 4, 4)),
    "train_labels": np.array([[0], [1], [0]]),
    "test_images": np.ones((2, 4, 4)),
    "test_labels": np.array([1, 0]),
  } | more


def test_parts_are_joined():
  found = joined("f", _arrays())
  assert sorted(found) == ["ids", "images", "labels", "split"]
  assert found["images"].shape == (5, 4, 4)
  assert found["labels"].tolist() == [0, 1, 0, 1, 0]
  assert found["split"].tolist() == [0, 0, 0, 2, 2]
  assert found["ids"][2:4].tolist() == ["train_00002", "test_00000"]


def test_a_file_without_parts_stays():
  arrays = {"images": np.zeros((2, 4, 4))}
  assert joined("f", arrays) is arrays


def test_what_else_each_part_has():
  found = joined(
    "f",
    _arrays(
      train_patient=np.array([7, 7, 8]),
      test_patient=np.array([9, 9]),
      train_spacing_mm=np.array([1.0, 2.0]),
      test_spacing_mm=np.array([3.0, 4.0]),
      train_ids=np.arange(3),
      test_ids=np.arange(2),
      train_age=np.arange(3),
      class_names=np.array(["a", "b"]),
    ),
  )
  assert found["patient"].tolist() == [7, 7, 8, 9, 9]
  assert found["spacing_mm"][2:4].tolist() == [[1, 2], [3, 4]]
  assert found["ids"].tolist()[1:4] == ["train_1", "train_2", "test_0"]
  assert {"train_age", "class_names"} <= set(found) and "age" not in found


@pytest.mark.parametrize("prefix", ["val", "valid", "validation"])
def test_names_of_the_validation_part(prefix):
  more = {
    f"{prefix}_images": np.zeros((1, 4, 4)),
    f"{prefix}_labels": np.array([0]),
  }
  found = joined("f", _arrays(**more))
  assert found["split"].tolist() == [0, 0, 0, 1, 2, 2]
  assert found["ids"][3] == "val_00000"


_ONE = {"images": np.zeros((1, 4, 4)), "labels": np.array([0])}


@pytest.mark.parametrize(
  ("more", "line"),
  [
    (
      {"train_patient": np.arange(3)},
      r"t_patient \[2\], found .* no test_p",
    ),
    (
      {"train_subject": np.arange(3), "test_subject": np.arange(3)},
      r"test_subject \[2\], found train_subject \(3,\), test_subject \(3,\)",
    ),
    ({"patient": np.arange(5)}, "such as train_patient beside .* patient"),
    ({"images": np.zeros((5, 4, 4))}, "such as train_images beside"),
    ({"spacing_mm": np.ones((5, 2))}, "such as train_spacing_mm beside"),
    (
      {f"{p}_{n}": a for p in ("val", "valid") for n, a in _ONE.items()},
      "one val part, found val_images and valid_images",
    ),
  ],
)
def test_what_nothing_tells_the_items_of(more, line):
  with pytest.raises(DataError, match=line):
    joined("f", _arrays(**more))
