"""Models that are quite sure: bins, and temperatures without an end."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx import metrics


def binary(*p):
  return np.array([[1 - x, x] for x in p])


def test_certain_items_are_in_the_last_bin():
  """Lightning-AI/torchmetrics#3510: they had a bin of their own."""
  probs, truth = binary(0.95, 1.0), [1, 0]
  assert metrics.reliability(probs, truth).count.tolist() == [0] * 14 + [2]
  assert metrics.ece(probs, truth) == pytest.approx(abs(1.95 / 2 - 1 / 2))


def test_a_probability_of_0_is_in_the_first_bin():
  """NandhaKishorM/laya#39: it was in none."""
  found = metrics.classwise_ece(binary(1.0, 1.0), [1, 0], 10)
  assert found == pytest.approx(0.5)


def test_classes_that_no_item_is_of():
  """p-lambda/verified_calibration#2."""
  probs = np.array([[0.9, 0.1], [0.8, 0.2]])
  assert metrics.ece(probs, [0, 0]) == pytest.approx(0.15)
  assert metrics.classwise_ece(probs, [0, 0]) == pytest.approx(0.15)


def test_one_confidence_for_all_has_an_error_by_count_too():
  """Khanz9664/TrustLens#163: edges that collapse left no bin."""
  probs = np.tile([0.9, 0.1], (10, 1))
  assert metrics.adaptive_ece(probs, [0] * 5 + [1] * 5) == pytest.approx(0.4)


def test_a_softmax_in_float32_may_be_above_1_by_rounding():
  logits = jnp.asarray(np.random.default_rng(0).normal(0, 30, (500, 3)))
  probs = jax.nn.softmax(logits.astype(jnp.float32))
  truth = np.zeros(500, int)
  assert metrics.reliability(probs, truth).count.sum() == 500
  assert metrics.reliability_by_count(probs, truth).count.sum() == 500


def test_a_model_that_is_always_right_has_no_temperature():
  """Its best is 0, and autogluon/autogluon#4397 what came of it."""
  logits = [np.array([[3.0, 0.0], [0.0, 2.0]])] * 2
  with pytest.raises(ValueError, match="all 4 right: the surer the better"):
    metrics.fit_temperature([[0, 1]] * 2, logits=logits)


def test_a_model_that_is_no_better_than_chance_has_none():
  """gpleiss/temperature_scaling#23 (8 million), #31 (negative)."""
  logits = [np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 1.0]])]
  for truth in ([[1, 0, 1]], [[1, 0, 0]]):
    with pytest.raises(
      ValueError, match="no likelier than others: the less su"
    ):
      metrics.fit_temperature(truth, logits=logits)


def test_a_fold_of_one_class_is_not_the_end():
  """A fold of a few labels often is; all folds together are not."""
  logits = [np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.5, 0.0]])]
  found = metrics.fit_temperature([[0, 0], [1]], logits=[logits[0], -logits[1]])
  assert found.temperature > 0
  with pytest.raises(ValueError, match="found class 0 alone"):
    metrics.fit_temperature([[0, 0], [0]], logits=logits)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [0.05, 0.7, 20.0, 1e12])
def test_saturated_probabilities_keep_their_class(kind, temperature):
  probs = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]], kind)
  found = metrics.scale_by_temperature(temperature, probs=probs)
  assert found.argmax(-1).tolist() == [0, 1, 1]
  np.testing.assert_allclose(found.sum(-1), 1)
  np.testing.assert_array_equal(found == 0, probs == 0)
