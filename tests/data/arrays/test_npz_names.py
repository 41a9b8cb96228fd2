import numpy as np
import pytest

from alx.data.arrays.npz_names import check_unused, is_of_items, known_names

_ARRAYS = {"images": np.zeros((3, 2, 2)), "Labels": np.array([0, 1, 0])}


def test_known_names_by_their_meaning():
  arrays = _ARRAYS | {"subject_id": np.arange(3), "note": np.array("x")}
  found = known_names("f", arrays)
  assert found == {
    "images": "images",
    "labels": "Labels",
    "patient": "subject_id",
  }


def test_a_name_of_one_value_for_all_is_no_patient():
  assert "patient" not in known_names("f", {"subject": np.array("brain")})


def test_the_exact_name_comes_first():
  arrays = {"patient": np.arange(3), "patient_id": np.ones(3)}
  assert known_names("f", arrays) == {"patient": "patient"}


def test_a_line_about_what_is_not_used():
  arrays = _ARRAYS | {"age": np.arange(3), "voxel_spacing": np.ones(2)}
  (line,) = check_unused("f", arrays, {"images", "Labels"}, 3)
  assert line == (
    "f: arrays not used: age, voxel_spacing (spacing_mm is read); "
    "where=age=... would choose by them"
  )
  assert check_unused("f", arrays, set(arrays), 3) == ()


@pytest.mark.parametrize(
  ("name", "is_one"),
  [("patient_id", True), ("fold", True), ("frame", True), ("age", False)],
)
def test_names_of_what_items_have(name, is_one):
  assert is_of_items(name) == is_one
