import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
import scipy.stats

from alx.training import losses


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


def test_item_dice_by_hand():
  # Of the first item above: background 1 - 2 * 1.5 / (2 + 3), class 1 as
  # above. The second has no class 1: its Dice is 0 whatever was predicted.
  logits = jnp.zeros((2, 4, 2))
  labels = jnp.array([[1, 0, 0, 0], [0, 0, 0, 0]])
  found = losses.item_dice(logits, labels, 0.0)
  wanted = np.mean([1 - 3 / 5, 1 - 1 / 3, 1 - 4 / 6, 1.0])
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_a_perfect_prediction_costs_nothing():
  labels = jnp.array([[0, 1, 2, 2]])
  logits = 50.0 * (labels[..., None] == jnp.arange(3)[None, None])
  assert float(losses.segmentation_loss(logits, labels)) < 1e-5


def test_evidential_loss_is_the_expected_cross_entropy():
  alpha = np.array([[2.0, 1.0, 4.0]])
  labels = jnp.array([2])
  found = losses.evidential_loss(jnp.log(alpha), labels, jnp.float32(0))
  drawn = scipy.stats.dirichlet(alpha[0]).rvs(200_000, random_state=0)
  np.testing.assert_allclose(found, -np.log(drawn[:, 2]).mean(), rtol=0.01)


def test_evidential_loss_and_its_slope_are_numbers_for_any_logit():
  labels = jnp.zeros((1, 1), jnp.uint8)

  @jax.jit
  @jax.vmap
  def both(logit, progress):
    def loss(logit):
      logits = jnp.stack([0.0, logit])[None, None]
      return losses.evidential_loss(logits, labels, progress)

    return jax.value_and_grad(loss)(logit)

  logits = jnp.repeat(jnp.array([-200.0, -88.0, -45.0, -29.0, 45.0]), 2)
  found = both(logits, jnp.tile(jnp.array([0.0, 1.0]), 5))
  assert np.isfinite(found).all()


def test_evidential_loss_punishes_evidence_for_wrong_classes():
  alpha = np.array([[3.0, 1.0, 50.0]])
  logits, labels = jnp.log(alpha), jnp.array([2])
  early, half, late = (
    losses.evidential_loss(logits, labels, jnp.float32(t)) for t in (0, 0.5, 1)
  )
  # KL(Dir(3, 1, 1) || Dir(1, 1, 1)), the true class being left out, by the
  # entropies: E log density - log(gamma(3)).
  wrong = scipy.stats.dirichlet([3.0, 1.0, 1.0])
  wanted = -wrong.entropy() - np.log(scipy.special.gamma(3))
  np.testing.assert_allclose(half - early, wanted, rtol=1e-4)
  assert half == late


def test_the_evidential_loss_of_maps_has_the_dice_that_is_asked_for():
  rng = np.random.default_rng(0)
  logits = jnp.asarray(rng.normal(size=(2, 3, 4, 3)), jnp.float32)
  labels = jnp.asarray(rng.integers(0, 3, (2, 3, 4)))
  rest = logits, labels, jnp.float32(0.7)
  plain = losses.evidential_loss(*rest)
  parts = {
    "batch": losses.soft_dice(logits, labels),
    "item": losses.item_dice(logits, labels),
    "none": 0.0,
  }
  for dice, part in parts.items():
    found = losses.evidential_segmentation_loss(*rest, dice)
    np.testing.assert_allclose(found, plain + part, rtol=1e-6)
  usual = losses.evidential_segmentation_loss(*rest)
  np.testing.assert_allclose(usual, plain + parts["batch"], rtol=1e-6)


def test_weighted_loss_is_of_each_item_and_counts_foreground_more():
  logits = jnp.zeros((2, 1, 2, 2))
  labels = jnp.array([[[0, 0]], [[0, 1]]])
  nats = np.log(2.0)
  plain = losses.weighted_segmentation_loss(logits, labels)
  # Dice of p = 1/2 with no and with one true voxel: 1/2 and 2/3.
  np.testing.assert_allclose(plain, [nats + 1 / 2, nats + 1 / 3], rtol=1e-6)
  heavy = losses.weighted_segmentation_loss(logits, labels, 4.0)
  np.testing.assert_allclose(heavy - plain, [0.0, 1.5 * nats], atol=1e-6)


def test_weighted_loss_of_an_empty_patch_goes_to_zero():
  logits = jnp.zeros((1, 4, 4, 2)).at[..., 0].set(20.0)
  found = losses.weighted_segmentation_loss(logits, jnp.zeros((1, 4, 4), int))
  np.testing.assert_allclose(found, [0.0], atol=1e-6)
