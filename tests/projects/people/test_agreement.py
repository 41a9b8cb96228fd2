import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from alx.projects.people import agreement
from tests import oracle_readers

CLASSES = ("background", "front", "back")


def square(column, value=1):
  found = np.zeros((10, 10), np.uint8)
  found[3:7, column : column + 4] = value
  return found


ANSWERS = {
  "R1": {"a": square(3), "b": square(3)},
  "R2": {"a": square(4), "c": square(3)},
  "R1 again": {"a": square(3)},
}


def test_rows_by_hand():
  rows = agreement.map_rows(ANSWERS, CLASSES, {"a": (1.0, 1.0)})
  found = {(r["first"], r["second"], r["class"]): r for r in rows}
  assert len(rows) == 6 and {r["case"] for r in rows} == {"a"}
  assert found["R1", "R1 again", "front"]["dice"] == 1.0
  # 12 of 16 voxels in common.
  assert found["R1", "R2", "front"]["dice"] == 0.75
  assert found["R1", "R2", "front"]["surface_dice"] == 1.0  # a voxel apart
  assert np.isnan(found["R1", "R2", "back"]["dice"])
  wanted = cohen_kappa_score(square(3).ravel(), square(4).ravel())
  np.testing.assert_allclose(found["R1", "R2", "front"]["kappa"], wanted)


def test_the_tolerance_is_in_mm():
  spacing = {"a": (1.0, 2.0)}
  two = {name: ANSWERS[name] for name in ("R1", "R2")}
  near, far = (
    agreement.map_rows(two, CLASSES, spacing, t)[0]["surface_dice"]
    for t in (2.0, 0.5)
  )
  # Of 12 surface voxels of each square 6 lie on that of the other.
  assert near == 1.0 and far == 0.5


def test_pairs_of_a_classification():
  answers = {
    "R1": {"a": 0, "b": 1, "c": 2, "d": 2},
    "R2": {"a": 0, "b": 1, "c": 1, "d": 2, "e": 0},
    "R3": {"z": 1},
  }
  rows = agreement.class_rows(answers, CLASSES)
  assert [r["cases"] for r in rows] == [4, 0, 0]
  assert rows[0]["agreed"] == 0.75 and np.isnan(rows[1]["agreed"])
  wanted = cohen_kappa_score([0, 1, 2, 2], [0, 1, 1, 2])
  np.testing.assert_allclose(rows[0]["kappa"], wanted)
  found = agreement.class_rows(answers, CLASSES, "quadratic")[0]["kappa"]
  wanted = cohen_kappa_score([0, 1, 2, 2], [0, 1, 1, 2], weights="quadratic")
  np.testing.assert_allclose(found, wanted)


def test_fleiss_by_his_own_table():
  """Wikipedia's example of 14 raters, 10 items and 5 classes: 0.210."""
  counts = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
  ]  # fmt: skip
  found = agreement.fleiss_kappa(np.array(counts))
  np.testing.assert_allclose(found, 0.210, atol=5e-4)
  np.testing.assert_allclose(found, oracle_readers.fleiss_kappa(counts))


def test_fleiss_of_different_numbers_of_readers_and_of_nothing():
  counts = [[2, 0], [1, 2], [0, 4], [1, 0]]
  found = agreement.fleiss_kappa(np.array(counts))
  np.testing.assert_allclose(found, oracle_readers.fleiss_kappa(counts[:3]))
  assert np.isnan(agreement.fleiss_kappa(np.array([[1, 0]])))
  assert np.isnan(agreement.fleiss_kappa(np.array([[3, 0], [2, 0]])))
  with pytest.raises(ValueError, match=r"wanted counts \[items, classes\]"):
    agreement.fleiss_kappa(np.array([[0.5, 1]]))


def test_means_by_pair_with_intervals_by_patient():
  rows = [
    {"case": c, "first": "R1", "second": "R2", "class": "front"}
    | {"dice": d, "surface_dice": np.nan}
    for c, d in [("a", 0.6), ("b", 0.8), ("c", np.nan)]
  ]
  (one,) = agreement.summary_rows(rows, {"a": "p", "b": "p"})
  assert one["cases"] == 3 and np.isclose(one["dice"], 0.7)
  assert np.isnan(one["dice_low"])  # both of one patient
  assert np.isnan(one["surface_dice"])
  (two,) = agreement.summary_rows(rows, {"a": "p", "b": "q"})
  assert 0.6 <= two["dice_low"] < 0.7 < two["dice_high"] <= 0.8
