import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from alx import metrics
from tests import oracle_metrics as oracle


def test_by_hand():
  # Found after 1, 3 asked: 1/2 * 1 + 1/2 * 2/3.
  found = metrics.binary_average_precision([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0])
  assert found == pytest.approx(5 / 6)
  tied = metrics.binary_average_precision([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0])
  assert tied == 0.5


def test_logs_of_0_are_ties():
  scores = np.array([0.0, -np.inf, -np.inf])
  found = metrics.binary_average_precision(scores, [1, 1, 0])
  assert found == pytest.approx(1 / 2 + 1 / 2 * 2 / 3)
  found = metrics.froc(scores, [0, 1, -1], 2, 1, 0.5)
  assert found.sensitivity.tolist() == [0.5]


@settings(max_examples=60, deadline=None)
@given(
  st.lists(
    st.tuples(st.integers(-2, 3), st.booleans()), min_size=2, max_size=25
  )
)
def test_is_that_of_all_thresholds(pairs):
  scores = np.array([s for s, _ in pairs], float)
  positive = np.array([p for _, p in pairs])
  found = metrics.binary_average_precision(scores, positive)
  if positive.all() or not positive.any():
    assert np.isnan(found)
    return
  assert found == pytest.approx(oracle.average_precision(scores, positive))
  assert found == pytest.approx(
    sklearn.metrics.average_precision_score(positive, scores)
  )
  backwards = slice(None, None, -1)
  assert found == pytest.approx(
    metrics.binary_average_precision(scores[backwards], positive[backwards])
  )


@pytest.mark.parametrize("num_classes", [2, 4])
def test_classes_one_by_one_and_together(num_classes):
  rng = np.random.default_rng(num_classes)
  truth = rng.integers(0, num_classes, 40)
  probs = rng.dirichlet(np.ones(num_classes), 40)
  found = metrics.average_precision(probs, truth)
  wanted = [
    oracle.average_precision(probs[:, c], truth == c)
    for c in range(num_classes)
  ]
  np.testing.assert_allclose(found, wanted)
  together = metrics.macro_average_precision(probs, truth)
  assert together == pytest.approx(np.mean(wanted))


def test_a_class_of_no_item_is_left_out():
  probs = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1]])
  found = metrics.average_precision(probs, [0, 1, 1])
  np.testing.assert_array_equal(found, [1.0, 1.0, np.nan])
  assert metrics.macro_average_precision(probs, [0, 1, 1]) == 1.0


def test_one_class_alone_is_no_number():
  probs = np.array([[0.6, 0.4], [0.2, 0.8]])
  assert np.isnan(metrics.average_precision(probs, [1, 1])).all()
  assert np.isnan(metrics.macro_average_precision(probs, [1, 1]))
  none = np.zeros((0, 2)), np.zeros(0, int)
  assert np.isnan(metrics.macro_average_precision(*none))
