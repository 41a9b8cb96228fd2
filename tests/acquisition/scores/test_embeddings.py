import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition.scores import embeddings
from alx.acquisition.scores.embeddings import Factors
from alx.prediction import Prediction
from tests.oracle_gradients import gradient

LAWS = settings(max_examples=20, deadline=None)


def random_probs(rng, *shape):
  logits = 2 * rng.standard_normal(shape)
  return (np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)).astype("f")


def image(seed, num_items=2, space=(4, 4), num_classes=3, width=2, samples=1):
  rng = np.random.default_rng(seed)
  probs = random_probs(rng, samples, num_items, *space, num_classes)
  pixels = rng.standard_normal((num_items, *space, width)).astype("f")
  mask = rng.random((num_items, *space)) < 0.7
  arrays = map(jnp.asarray, (probs, mask, pixels))
  probs, mask, pixels = arrays
  return Prediction(probs, jnp.zeros((num_items, 1)), mask, pixels)


def close(value, wanted, tolerance=1e-5):
  np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance)


def flat(probs, features):
  probs = jnp.asarray(probs, jnp.float32)
  mask = jnp.ones(probs.shape[1], bool)
  return Prediction(probs, jnp.asarray(features, jnp.float32), mask)


def test_gradient_of_a_class_by_eye():
  factors = embeddings.gradient_factors(
    None, flat([[[0.7, 0.2, 0.1], [0.5, 0.5, 0.0]]], [[1.0, 2.0], [3.0, 4.0]])
  )
  close(factors.left, [[-0.3, 0.2, 0.1], [-0.5, 0.5, 0.0]])
  close(factors.right, [[1, 2], [3, 4]])
  # (0.09 + 0.04 + 0.01) (1 + 4) and 0.5 * 25
  close(embeddings.squared_norms(factors), [0.7, 12.5])


def test_gradient_of_a_class_is_that_of_the_loss():
  rng = np.random.default_rng(0)
  weights, hidden = rng.standard_normal((4, 3)), rng.standard_normal((5, 3))
  probs = jax.nn.softmax(jnp.asarray(hidden @ weights.T))

  def loss(weights, h, y):
    return -jax.nn.log_softmax(weights @ h)[y]

  factors = embeddings.gradient_factors(None, flat(probs[None], hidden))
  for i in range(5):
    y = int(probs[i].argmax())
    wanted = jax.grad(loss)(jnp.asarray(weights), jnp.asarray(hidden[i]), y)
    close(jnp.outer(factors.left[i], factors.right[i]), wanted)


def test_samples_are_averaged():
  probs = [[[0.9, 0.1]], [[0.5, 0.5]]]
  factors = embeddings.gradient_factors(None, flat(probs, [[1.0]]))
  close(factors.left, [[-0.3, 0.3]])


@LAWS
@given(st.integers(0, 2**16), st.sampled_from([1.0, 1e-3, 1e3]))
def test_factored_distance_is_the_dense_one(seed, scale):
  rng = np.random.default_rng(seed)
  left, right = rng.standard_normal((6, 3)), scale * rng.standard_normal((6, 4))
  dense = np.einsum("nc,nd->ncd", left, right).reshape(6, -1)
  wanted = np.square(dense[:, None] - dense[None]).sum(-1)
  factors = Factors(jnp.asarray(left, "f"), jnp.asarray(right, "f"))
  found = embeddings.squared_distances(factors, factors)
  np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5 * scale**2)
  assert (np.diag(found) == 0).all()


def test_rounding_is_no_distance():
  rng = np.random.default_rng(0)
  left = rng.standard_normal((20, 10)).astype("f")
  right = (100 + rng.standard_normal((20, 512))).astype("f")
  factors = Factors(jnp.asarray(left), jnp.asarray(right))
  twice = jax.tree.map(lambda x: jnp.concatenate([x, x]), factors)
  found = np.asarray(embeddings.squared_distances(factors, twice))
  assert (np.diag(found[:, 20:]) == 0).all() and (found >= 0).all()


def cross_entropy(probs, truth, mask):
  losses = -jnp.log((probs * truth).sum(-1))
  return jnp.where(mask, losses, 0.0).sum() / mask.sum()


def soft_dice(probs, truth, mask, smooth=1e-5):
  probs = jnp.where(mask[..., None], probs, 0.0).reshape(-1, probs.shape[-1])
  truth = jnp.where(mask[..., None], truth, 0.0).reshape(probs.shape)
  shared = 2 * (probs * truth).sum(0) + smooth
  return 1 - (shared / (probs.sum(0) + truth.sum(0) + smooth)).mean()


def by_autodiff(prediction, item, losses):
  """The gradient at weights 0 of logits that are log p + pixels W^T."""
  logs = jnp.log(prediction.probs[0, item])
  pixels, mask = prediction.pixels[item], prediction.mask[item]
  truth = jax.nn.one_hot(logs.argmax(-1), logs.shape[-1])

  def loss(weights):
    probs = jax.nn.softmax(logs + pixels @ weights.T)
    return sum(of(probs, truth, mask) for of in losses)

  return jax.grad(loss)(jnp.zeros((logs.shape[-1], pixels.shape[-1])))


@pytest.mark.parametrize("seed", range(3))
def test_gradient_of_an_image_is_that_of_the_loss(seed):
  prediction = image(seed)
  factors = embeddings.gradient_factors(None, prediction)
  assert factors.left.tolist() == [[1.0], [1.0]]
  only = embeddings.cross_entropy_gradient(embeddings.voxels_of(prediction))
  for i in range(2):
    wanted = by_autodiff(prediction, i, [cross_entropy, soft_dice])
    close(factors.right[i], wanted.ravel(), 1e-4)
    close(only[i], by_autodiff(prediction, i, [cross_entropy]), 1e-4)


def test_gradient_where_a_class_is_absent():
  prediction = image(0)
  probs = prediction.probs.at[..., 2].set(1e-7)
  probs = probs / probs.sum(-1, keepdims=True)
  prediction = prediction._replace(probs=probs)
  factors = embeddings.gradient_factors(None, prediction)
  wanted = by_autodiff(prediction, 0, [cross_entropy, soft_dice])
  close(factors.right[0], wanted.ravel(), 1e-4)


def test_gradient_in_three_dimensions():
  prediction = image(1, space=(2, 3, 2))
  factors = embeddings.gradient_factors(None, prediction)
  wanted = by_autodiff(prediction, 1, [cross_entropy, soft_dice])
  close(factors.right[1], wanted.ravel(), 1e-4)


def test_certain_and_empty_images_have_no_gradient():
  prediction = image(0)
  certain = jnp.zeros_like(prediction.probs).at[..., 1].set(1.0)
  masked = prediction._replace(mask=jnp.zeros_like(prediction.mask))
  for each in (prediction._replace(probs=certain), masked):
    factors = embeddings.gradient_factors(None, each)
    close(factors.right, np.zeros((2, 6)), 1e-6)


def test_voxels_that_are_not_real_may_hold_anything():
  prediction = image(0)
  hidden = ~prediction.mask[..., None]
  changed = prediction._replace(
    probs=jnp.where(hidden[None], jnp.nan, prediction.probs),
    pixels=jnp.where(hidden, jnp.inf, prediction.pixels),
  )
  for function in (
    embeddings.gradient_factors,
    embeddings.class_gradient_norms,
    embeddings.class_gradient_squares,
  ):
    close(function(None, changed).right, function(None, prediction).right)


def test_a_segmentation_without_pixel_features():
  prediction = image(0)._replace(pixels=None)
  with pytest.raises(ValueError, match="want pixel features"):
    jax.eval_shape(embeddings.gradient_factors, None, prediction)


def test_class_embeddings_against_a_double_loop():
  prediction = image(2)
  norms = embeddings.class_gradient_norms(None, prediction)
  squares = embeddings.class_gradient_squares(None, prediction)
  probs, pixels = np.asarray(prediction.probs)[0], np.asarray(prediction.pixels)
  for i in range(2):
    total, sums = np.zeros((3, 2)), np.zeros(3)
    real = np.argwhere(prediction.mask[i])
    for x, y in real:
      label = probs[i, x, y].argmax()
      each = gradient(probs[i, x, y], pixels[i, x, y], label)
      total += each / len(real)
      sums[label] += np.square(each).sum()
    close(norms.right[i], np.linalg.norm(total, axis=1), 1e-4)
    close(squares.right[i], sums, 1e-4)
