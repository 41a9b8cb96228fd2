import numpy as np
import pytest

from alx.projects.models.scores import (
  case_means,
  make_scores,
  map_calibration,
  of_answers,
)


def test_cases_stand_in_the_order_of_their_names():
  found = make_scores(["b", "a"], [[0.2], [0.1]], ["x"], patients=["q", "p"])
  assert found.cases == ("a", "b") and found.patients == ("p", "q")
  assert found.values.tolist() == [[0.1], [0.2]]


def test_means_are_over_the_same_classes():
  nan = np.nan
  one = make_scores("abc", [[0.5, nan], [nan, nan], [0.2, 0.4]], "xy")
  two = make_scores("abc", [[0.7, 0.0], [nan, nan], [nan, 0.8]], "xy")
  first, second = case_means(one, two)
  np.testing.assert_allclose(first, [0.75, nan, 0.3])
  np.testing.assert_allclose(second, [0.35, nan, 0.9])


def test_answers_are_right_or_wrong_under_the_true_class():
  found = of_answers("abc", [0, 1, 1], [0, 0, 1], ["benign", "malignant"])
  np.testing.assert_array_equal(
    found.values, [[1, np.nan], [0, np.nan], [np.nan, 1]]
  )


@pytest.mark.parametrize(
  ("arguments", "line"),
  [
    ((["a"], [[1.2]], ["x"]), r"in \[0, 1\]"),
    ((["a"], [[1.0, 0.0]], ["x"]), r"wanted \[1 cases, 1 classes\]"),
    (([], np.zeros((0, 1)), ["x"]), "found shape"),
    ((["a", "a"], [[1.0], [1.0]], ["x"]), "distinct cases"),
    ((["a"], [[1.0, 1.0]], ["x", "x"]), "distinct classes"),
  ],
)
def test_what_is_no_table_is_refused(arguments, line):
  with pytest.raises(ValueError, match=line):
    make_scores(*arguments)


def test_columns_of_other_lengths_are_refused():
  with pytest.raises(ValueError, match="wanted 1 patients, found 2"):
    make_scores(["a"], [[1.0]], ["x"], patients=["p", "q"])


def test_calibration_is_measured_near_the_foreground():
  """Sure of 0.9, right at 3 of 4 voxels near; sure and right far away."""
  truth = np.zeros(40, np.uint8)
  truth[:3] = 1
  probs = np.zeros((40, 2))
  probs[:, 0] = 1.0
  probs[:4] = [0.1, 0.9]
  near = map_calibration([(probs, truth, (1.0,))], distance_mm=0.0)
  np.testing.assert_allclose(near, 0.15)
  wide = map_calibration([(probs, truth, (1.0,))], distance_mm=4.0)
  np.testing.assert_allclose(wide, 0.15 / 2)
  empty = np.zeros(40, np.uint8)
  pair = [(probs, truth, (1.0,)), (np.eye(2)[empty], empty, None)]
  np.testing.assert_allclose(map_calibration(pair, distance_mm=0.0), 0.15)
  assert np.isnan(map_calibration(pair[1:]))
