import jax.numpy as jnp
import numpy as np
import pytest
import sklearn.metrics

from alx import metrics
from tests import oracle_metrics as oracle


def items(seed=0, count=200, num_classes=3, sharp=3.0):
  rng = np.random.default_rng(seed)
  logits = sharp * rng.standard_normal((count, num_classes))
  probs = np.exp(logits)
  probs /= probs.sum(-1, keepdims=True)
  return probs, rng.integers(0, num_classes, count)


def sides(probs, truth):
  return probs.max(-1), probs.argmax(-1) == truth


@pytest.mark.parametrize("num_bins", [1, 10, 15])
def test_bins_are_those_of_a_loop(num_bins):
  probs, truth = items()
  found = metrics.reliability(probs, truth, num_bins)
  wanted = oracle.reliability(*sides(probs, truth), num_bins)
  np.testing.assert_array_equal(found.count, wanted[:, 0])
  np.testing.assert_allclose(found.confidence, wanted[:, 1])
  np.testing.assert_allclose(found.accuracy, wanted[:, 2])
  error = metrics.ece(probs, truth, num_bins)
  assert error == pytest.approx(oracle.ece(*sides(probs, truth), num_bins))
  gaps = abs(wanted[:, 1] - wanted[:, 2])
  most = metrics.max_calibration_error(probs, truth, num_bins)
  assert most == pytest.approx(np.nanmax(gaps))


def test_certain_and_right_has_no_error():
  truth = np.array([0, 2, 1, 2])
  probs = np.eye(3)[truth]
  for measure in (
    metrics.ece,
    metrics.adaptive_ece,
    metrics.classwise_ece,
    metrics.max_calibration_error,
    metrics.brier_score,
    metrics.negative_log_likelihood,
    metrics.overconfidence,
  ):
    assert measure(probs, truth) == 0.0


def test_seven_of_ten_at_seven_tenths_have_no_error():
  probs = np.tile([0.7, 0.3], (10, 1))
  truth = np.array([0] * 7 + [1] * 3)
  for measure in (metrics.ece, metrics.adaptive_ece, metrics.overconfidence):
    assert measure(probs, truth) == pytest.approx(0.0, abs=1e-12)


def test_two_bins_by_hand():
  # 0.9 twice, one right; 0.6 three times, two right, in bins of 1/4.
  top = np.array([0.9, 0.9, 0.6, 0.6, 0.6])
  probs = np.stack([top, 1 - top], -1)
  truth = np.array([0, 1, 0, 0, 1])
  wanted = 2 / 5 * abs(1 / 2 - 0.9) + 3 / 5 * abs(2 / 3 - 0.6)
  assert metrics.ece(probs, truth, 4) == pytest.approx(wanted)
  assert metrics.max_calibration_error(probs, truth, 4) == pytest.approx(0.4)
  gap = metrics.overconfidence(probs, truth)
  assert gap == pytest.approx(top.mean() - 3 / 5)
  found = metrics.reliability(probs, truth, 4)
  assert found.edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
  assert found.count.tolist() == [0, 0, 3, 2]
  np.testing.assert_array_equal(np.isnan(found.accuracy), [1, 1, 0, 0])


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
def test_an_edge_belongs_below_in_any_precision(kind):
  for top in (0.6, 0.7, 0.8, 0.9, 1.0):
    probs = np.array([[top, 1 - top]]).astype(kind)
    found = metrics.reliability(probs, [0], 10)
    assert found.count.tolist().index(1) == round(top * 10) - 1


def test_half_precision_of_the_accelerator():
  probs = jnp.asarray([[0.75, 0.25], [0.5, 0.5]], jnp.bfloat16)
  assert metrics.ece(probs, [0, 1], 4) == pytest.approx((0.25 + 0.5) / 2)
  assert metrics.adaptive_ece(probs, [0, 1], 4) == pytest.approx(0.75 / 2)
  assert metrics.brier_score(probs, [0, 1]) == pytest.approx((0.125 + 0.5) / 2)


def test_bins_of_as_many_items_keep_ties_together():
  probs, truth = items(1, 60)
  found = metrics.reliability_by_count(probs, truth, 6)
  assert found.count.tolist() == [10] * 6
  order = np.argsort(probs.max(-1))
  right = (probs.argmax(-1) == truth)[order].reshape(6, 10)
  np.testing.assert_allclose(found.accuracy, right.mean(1))
  tops = probs.max(-1)[order].reshape(6, 10).mean(1)
  np.testing.assert_allclose(found.confidence, tops)
  wanted = abs(right.mean(1) - tops).mean()
  assert metrics.adaptive_ece(probs, truth, 6) == pytest.approx(wanted)
  tied = np.tile([0.7, 0.3], (10, 1))
  assert metrics.reliability_by_count(tied, [0] * 10, 5).count.tolist() == [10]


def test_classwise_is_the_mean_over_columns():
  probs, truth = items(2)
  wanted = [oracle.ece(probs[:, c], truth == c, 15) for c in range(3)]
  found = metrics.classwise_ece(probs, truth)
  assert found == pytest.approx(np.mean(wanted))


def test_brier_and_likelihood_are_those_of_a_loop():
  probs, truth = items(3, 20)
  squares = [
    sum((p - (c == t)) ** 2 for c, p in enumerate(row))
    for row, t in zip(probs, truth, strict=True)
  ]
  assert metrics.brier_score(probs, truth) == pytest.approx(np.mean(squares))
  wanted = sklearn.metrics.log_loss(truth, probs)
  found = metrics.negative_log_likelihood(probs, truth)
  assert found == pytest.approx(wanted)


def test_brier_of_two_classes_is_twice_that_of_one():
  probs, truth = items(4, 30, 2)
  one = sklearn.metrics.brier_score_loss(truth, probs[:, 1])
  assert metrics.brier_score(probs, truth) == pytest.approx(2 * one)
  wrong = np.array([[1.0, 0.0]])
  assert metrics.brier_score(wrong, [1]) == 2.0


def test_what_had_no_probability_is_infinitely_unlikely():
  probs = np.array([[1.0, 0.0], [0.5, 0.5]])
  assert metrics.negative_log_likelihood(probs, [1, 0]) == np.inf


@pytest.mark.parametrize(
  "measure",
  [
    metrics.ece,
    metrics.adaptive_ece,
    metrics.classwise_ece,
    metrics.max_calibration_error,
    metrics.overconfidence,
    metrics.brier_score,
    metrics.negative_log_likelihood,
  ],
)
def test_no_items_are_no_number(measure):
  assert np.isnan(measure(np.zeros((0, 3)), np.zeros(0, int)))


def test_near_foreground_is_what_a_ball_reaches():
  rng = np.random.default_rng(0)
  pred, truth = rng.random((2, 5, 7, 6)) < 0.04
  spacing = np.array([2.0, 1.0, 0.5])
  found = metrics.near_foreground(pred, truth, 1.5, spacing)
  either = np.argwhere(pred | truth) * spacing
  for voxel in np.ndindex(found.shape):
    apart = np.linalg.norm(either - voxel * spacing, axis=1)
    assert found[voxel] == (apart.min() <= 1.5)


def test_near_foreground_at_its_ends():
  pred, truth = np.zeros((2, 1, 5), bool)
  assert not metrics.near_foreground(pred, truth, 3).any()
  pred[0, 0] = truth[0, 1] = True
  found = metrics.near_foreground(pred, truth, 0)
  assert found.tolist() == [[True, True, False, False, False]]
  # 0.3 is reached by 3 steps of 0.1, which are 0.30000000000000004.
  truth[0, 1] = False
  found = metrics.near_foreground(pred, truth, 0.3, (0.1, 0.1))
  assert found.tolist() == [[True, True, True, True, False]]


def test_background_hides_the_error():
  """The reason for `near_foreground`."""
  truth = np.zeros((20, 20), int)
  truth[8:12, 8:12] = 1
  probs = np.stack([1.0 - 0.9 * truth, 0.9 * truth], -1)
  probs[8:12, 8:10] = [0.9, 0.1]  # sure and wrong
  near = metrics.near_foreground(probs[..., 1] > 0.5, truth, 1)
  whole = metrics.ece(probs.reshape(-1, 2), truth.ravel())
  part = metrics.ece(probs[near], truth[near])
  assert whole < 0.03 < 0.2 < part
