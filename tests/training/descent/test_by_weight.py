import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.training import losses
from alx.training.descent import by_weight
from tests import oracle_weights

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((4, 2, 3, 3))
LABELS = RNG.integers(0, 3, (4, 2, 3))
WEIGHTS = np.array([1.0, 0.0, 0.25, 0.5])
PROGRESS = np.float32(0.3)
PAIRS = (
  {
    "cross_entropy": (by_weight.cross_entropy, losses.cross_entropy),
    "soft_dice": (by_weight.soft_dice, losses.soft_dice),
    "item_dice": (by_weight.item_dice, losses.item_dice),
  }
  | {
    f"segmentation-{dice}": (
      functools.partial(by_weight.segmentation_loss, dice=dice),
      functools.partial(losses.segmentation_loss, dice=dice),
    )
    for dice in ("batch", "item", "none")
  }
  | {
    f"evidential-{dice}": (
      functools.partial(
        by_weight.evidential_loss, progress=PROGRESS, dice=dice
      ),
      functools.partial(
        losses.evidential_segmentation_loss, progress=PROGRESS, dice=dice
      ),
    )
    for dice in ("batch", "item", "none")
  }
)
EVERY = pytest.mark.parametrize("name", PAIRS)


def both(loss, logits, *rest):
  """Value and gradient."""
  logits = jnp.asarray(logits, jnp.float32)
  rest = [
    jnp.asarray(x, jnp.float32 if x.dtype == float else None) for x in rest
  ]
  return jax.jit(jax.value_and_grad(loss))(logits, *rest)


@pytest.mark.parametrize("name", ["cross_entropy", "soft_dice", "item_dice"])
def test_values_and_gradients_are_those_of_the_formula(name):
  oracle = getattr(oracle_weights, name)
  value, found = both(PAIRS[name][0], LOGITS, LABELS, WEIGHTS)
  wanted = oracle(LOGITS, LABELS, WEIGHTS)
  np.testing.assert_allclose(value, wanted, rtol=1e-5)
  wanted = oracle_weights.gradient(oracle, LOGITS, LABELS, WEIGHTS)
  np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_the_gradient_of_the_cross_entropy_by_hand():
  found = both(by_weight.cross_entropy, LOGITS, LABELS, WEIGHTS)[1]
  wanted = oracle_weights.cross_entropy_gradient(LOGITS, LABELS, WEIGHTS)
  np.testing.assert_allclose(found, wanted, atol=1e-7)


@EVERY
def test_weight_zero_is_as_if_the_item_were_not_there(name):
  loss, plain = PAIRS[name]
  weights = np.array([1.0, 0.0, 1.0, 0.0])
  value, found = both(loss, LOGITS, LABELS, weights)
  wanted, kept = both(plain, LOGITS[::2], LABELS[::2])
  np.testing.assert_allclose(value, wanted, rtol=1e-6)
  np.testing.assert_allclose(found[::2], kept, rtol=1e-5, atol=1e-8)
  assert not np.asarray(found[1::2]).any()


@EVERY
@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_equal_weights_are_a_factor(name, weight):
  loss, plain = PAIRS[name]
  value, found = both(loss, LOGITS, LABELS, np.full(4, weight))
  wanted, gradient = both(plain, LOGITS, LABELS)
  np.testing.assert_allclose(value, weight * wanted, rtol=1e-6)
  np.testing.assert_allclose(found, weight * gradient, rtol=1e-5, atol=1e-8)


@EVERY
def test_nothing_that_weighs_is_no_loss(name):
  value, found = both(PAIRS[name][0], LOGITS, LABELS, np.zeros(4))
  assert float(value) == 0 and not np.asarray(found).any()


@EVERY
def test_voxels_without_a_class_count_as_little(name):
  """A whole item of them is as if it were not there."""
  labels = LABELS.copy()
  labels[1] = 255
  loss, plain = PAIRS[name]
  keep = [0, 2, 3]
  value, found = both(loss, LOGITS, labels, np.ones(4))
  wanted, gradient = both(plain, LOGITS[keep], LABELS[keep])
  np.testing.assert_allclose(value, wanted, rtol=1e-6)
  np.testing.assert_allclose(
    found[np.array(keep)], gradient, rtol=1e-5, atol=1e-8
  )
  assert not np.asarray(found[1]).any()


def test_classes_of_whole_items():
  logits, labels = LOGITS[:, 0, 0], LABELS[:, 0, 0]
  value, found = both(by_weight.cross_entropy, logits, labels, WEIGHTS)
  nats = -np.log(oracle_weights.softmax(logits)[range(4), labels])
  np.testing.assert_allclose(value, (WEIGHTS * nats).sum() / 3, rtol=1e-6)
  wanted = oracle_weights.cross_entropy_gradient(logits, labels, WEIGHTS)
  np.testing.assert_allclose(found, wanted, atol=1e-7)
