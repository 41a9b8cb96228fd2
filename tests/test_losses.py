import jax.numpy as jnp
import numpy as np

from alx import losses


def test_cross_entropy_of_a_uniform_guess_is_log_c(through):
  logits, labels = jnp.zeros((2, 3, 4)), jnp.zeros((2, 3), jnp.uint8)
  found = through(losses.cross_entropy)(logits, labels)
  np.testing.assert_allclose(found, np.log(4), rtol=1e-6)


def test_soft_dice_by_hand(through):
  # Class 1: probabilities 1/2 on 4 voxels, truth on 1 of them, smooth 0:
  # 1 - 2 * 0.5 / (2 + 1).
  logits = jnp.zeros((1, 4, 2))
  labels = jnp.array([[1, 0, 0, 0]])
  found = through(lambda a, b: losses.soft_dice(a, b, 0.0))(logits, labels)
  np.testing.assert_allclose(found, 1 - 1 / 3, rtol=1e-6)


def test_a_perfect_prediction_costs_nothing():
  labels = jnp.array([[0, 1, 2, 2]])
  logits = 50.0 * (labels[..., None] == jnp.arange(3)[None, None])
  assert float(losses.segmentation_loss(logits, labels)) < 1e-5
