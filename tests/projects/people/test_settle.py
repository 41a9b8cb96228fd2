import numpy as np
import pytest

from alx.projects.people.consensus import UNDECIDED
from alx.projects.people.settle import settle_classes, settle_map

LEVELS = {"J1": "junior", "J2": "junior", "S1": "senior"}


def square(column):
  found = np.zeros((9, 9), np.uint8)
  found[3:6, column : column + 3] = 1
  return found


def test_a_majority_of_maps():
  maps = {"J1": square(2), "J2": square(3), "S1": square(3)}
  found = settle_map(maps, 2)
  np.testing.assert_array_equal(found.label, square(3))
  assert found.open == 0
  # At 6 of 81 voxels one of three differs.
  np.testing.assert_allclose(found.confidence, (75 + 6 * 2 / 3) / 81)
  assert found.line == "majority of 3 readers, 0 voxels undecided"


def test_two_readers_leave_open_what_they_differ_about():
  found = settle_map({"J1": square(2), "J2": square(3)}, 2)
  assert found.open == 6 and (found.label == UNDECIDED).sum() == 6
  assert found.confidence == 1.0
  found = settle_map({"J1": square(2), "S1": square(3)}, 2, levels=LEVELS)
  np.testing.assert_array_equal(found.label, square(3))


def test_the_map_of_the_senior_or_nobody():
  maps = {"J1": square(2), "J2": square(2), "S1": square(3)}
  found = settle_map(maps, 2, "senior", LEVELS)
  np.testing.assert_array_equal(found.label, square(3))
  assert found.line == "the label of S1"
  del maps["S1"]
  found = settle_map(maps, 2, "senior", LEVELS)
  assert found.label is None and found.line.endswith("for a reviewer")


def test_dawid_and_skene_of_maps():
  maps = {"J1": square(3), "J2": square(3), "J3": square(4)}
  found = settle_map(maps, 2, "dawid_skene")
  np.testing.assert_array_equal(found.label, square(3))
  assert 0.9 < found.confidence <= 1 and found.open == 0
  empty = dict.fromkeys(maps, np.zeros((9, 9), np.uint8))
  assert not settle_map(empty, 2, "dawid_skene").label.any()


def test_classes():
  answers = {
    "J1": {"a": 0, "b": 1, "c": 0},
    "J2": {"a": 0, "b": 0},
    "S1": {"a": 1, "d": 1},
  }
  found = settle_classes(answers, 2)
  assert {case: x.label for case, x in found.items()} == {
    "a": 0, "b": None, "c": 0, "d": 1,
  }  # fmt: skip
  assert found["a"].confidence == 2 / 3 and found["b"].open == 1
  assert found["b"].line == "majority of 2 readers: undecided, for a reviewer"
  of_senior = settle_classes(answers, 2, "senior", LEVELS)
  assert [x.label for x in of_senior.values()] == [1, None, 0, 1]


def test_classes_by_dawid_and_skene_trust_the_reliable():
  truth = [0, 1] * 20
  answers = {
    "R1": {f"c{i:02d}": t for i, t in enumerate(truth)},
    "R2": {f"c{i:02d}": t for i, t in enumerate(truth)},
    "R3": {f"c{i:02d}": (i // 2) % 2 for i in range(40)},
    "R4": {f"c{i:02d}": (i // 4) % 2 for i in range(40)},
  }
  found = settle_classes(answers, 2, "dawid_skene")
  assert [found[case].label for case in sorted(found)] == truth
  voted = settle_classes(answers, 2)
  assert sum(x.label is None for x in voted.values()) > 0


def test_the_readers_of_a_line_are_those_of_its_case():
  answers = {"J1": {"a": 1, "b": 0}, "J2": {"a": 1}, "J3": {"b": 0, "c": 0}}
  for way in ("majority", "dawid_skene"):
    found = settle_classes(answers, 2, way)
    lines = [found[case].line for case in "abc"]
    assert lines == [f"{way} of {n} readers" for n in (2, 2, 1)]


def test_what_cannot_be_settled_is_refused():
  with pytest.raises(
    ValueError, match=r"wanted one of majority, .* found 'staple'"
  ):
    settle_map({"R1": square(2)}, 2, "staple")
  with pytest.raises(ValueError, match="wanted answers, found none"):
    settle_map({}, 2)
  with pytest.raises(ValueError, match="maps of one extent"):
    settle_map({"R1": square(2), "R2": np.zeros((9, 8), np.uint8)}, 2)
  with pytest.raises(ValueError, match="wanted answers, found none"):
    settle_classes({"R1": {}}, 2)
