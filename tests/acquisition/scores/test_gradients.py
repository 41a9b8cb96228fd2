import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
import scipy.special

from alx.acquisition import Candidates
from alx.acquisition.scores import gradients
from alx.prediction import Prediction
from tests import oracle_gradients


def flat(probs, features):
  """One sample [N, C], or samples [S, N, C]."""
  probs = jnp.asarray(probs, jnp.float32)
  probs = probs[None] if probs.ndim == 2 else probs
  mask = jnp.ones(probs.shape[1], bool)
  return Prediction(probs, jnp.asarray(features, jnp.float32), mask)


def random_flat(seed, num_items=8, num_classes=3, width=4):
  rng = np.random.default_rng(seed)
  logits = 2 * rng.standard_normal((num_items, num_classes))
  probs = scipy.special.softmax(logits, -1)
  return flat(probs, rng.standard_normal((num_items, width)))


def image():
  rng = np.random.default_rng(0)
  probs = scipy.special.softmax(2 * rng.standard_normal((2, 3, 4, 2, 3)), -1)
  pixels, mask = rng.standard_normal((3, 4, 2, 5)), rng.random((3, 4, 2)) < 0.7
  arrays = (jnp.asarray(x, jnp.float32) for x in (probs, pixels))
  probs, pixels = arrays
  return Prediction(probs, jnp.zeros((3, 1)), jnp.asarray(mask), pixels)


def close(value, wanted, tolerance=1e-5):
  np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance)


# Expected gradient length.


def test_expected_length_by_eye():
  # |[h; 1]|^2 = 26; |p - e_c|^2 = 0.5 for both labels of a coin.
  prediction = flat([[0.5, 0.5], [0.0, 1.0]], [[3, 4], [3, 4]])
  close(gradients.egl(None, prediction), [np.sqrt(13), 0.0])
  close(gradients.egl(None, prediction, squared=True), [13.0, 0.0])


@pytest.mark.parametrize("make", [lambda: random_flat(0), image])
def test_expected_length_of_every_label(make):
  prediction = make()
  wanted = oracle_gradients.mean_of_voxels(
    prediction, oracle_gradients.expected_length
  )
  close(gradients.egl(None, prediction), wanted)


def test_expected_length_is_that_of_the_jacobian():
  rng = np.random.default_rng(1)
  weights, bias = rng.standard_normal((3, 4)), rng.standard_normal(3)
  h = jnp.asarray(rng.standard_normal((5, 4)), jnp.float32)

  def losses(parameters, x):
    return -jax.nn.log_softmax(parameters[0] @ x + parameters[1])

  lengths = []
  for x in h:
    parts = jax.jacrev(losses)((jnp.asarray(weights), jnp.asarray(bias)), x)
    lengths.append(
      np.sqrt(sum(np.square(p).reshape(3, -1).sum(1) for p in parts))
    )
  probs = jax.nn.softmax(h @ weights.T + bias[None, :])
  close(gradients.egl(None, flat(probs, h)), (probs * np.array(lengths)).sum(1))


# Gradient of the entropy.


@pytest.mark.parametrize("make", [lambda: random_flat(0), image])
def test_entropy_gradient_through_the_jacobian(make):
  prediction = make()
  wanted = oracle_gradients.mean_of_voxels(
    prediction, oracle_gradients.entropy_slope
  )
  close(gradients.entropy_gradient(None, prediction), wanted)


def test_entropy_gradient_is_that_of_the_expected_loss():
  rng = np.random.default_rng(2)
  weights = jnp.asarray(rng.standard_normal((3, 4)), jnp.float32)
  h = jnp.asarray(rng.standard_normal((5, 4)), jnp.float32)

  def expected_loss(weights, x, hold=lambda p: p):
    logs = jax.nn.log_softmax(weights @ x)
    return -(hold(jnp.exp(logs)) * logs).sum()

  slopes = [jax.grad(expected_loss)(weights, x) for x in h]
  found = gradients.entropy_gradient(
    None, flat(jax.nn.softmax(h @ weights.T), h)
  )
  close(found, [np.linalg.norm(s) for s in slopes])
  held = jax.grad(expected_loss)(weights, h[0], jax.lax.stop_gradient)
  close(held, np.zeros((3, 4)))


def test_entropy_gradient_is_0_where_all_or_nothing_is_certain():
  probs = [[1 / 3, 1 / 3, 1 / 3], [0, 1, 0], [0.5, 0.5, 0], [0.6, 0.3, 0.1]]
  found = gradients.entropy_gradient(None, flat(probs, np.ones((4, 2))))
  close(found[:3], [0, 0, 0], 1e-6)
  assert found[3] > 0.1


# Influence.


@functools.partial(jax.jit, static_argnums=2)
def rank(prediction, candidates, k):
  described = gradients.influence_factors(None, prediction)
  return gradients.influence(None, described, candidates, k)


def some(labels=None):
  labelled = jnp.arange(8) < 4
  return Candidates(~labelled, labelled, labels)


@pytest.mark.parametrize(
  "labels", [None, [0, 1, 2, 0, 1, 1, 1, 1], [0, -1, 2, -1, -1, -1, -1, -1]]
)
def test_influence_ranks_as_a_dense_solve(labels):
  labels = None if labels is None else jnp.asarray(labels)
  for seed in range(5):
    prediction = random_flat(seed)
    wanted = oracle_gradients.choose_influence(prediction, some(labels), 4)
    assert rank(prediction, some(labels), 4).tolist() == wanted


def test_influence_with_nothing_labelled():
  everything = Candidates(jnp.ones(8, bool), jnp.zeros(8, bool))
  for seed in range(3):
    prediction = random_flat(seed)
    wanted = oracle_gradients.choose_influence(prediction, everything, 8)
    assert rank(prediction, everything, 8).tolist() == wanted


def test_influence_is_what_training_anew_shows():
  rng = np.random.default_rng(3)
  h, y = rng.standard_normal((12, 2)), rng.integers(0, 3, 12)
  h[np.arange(12), 0] += y
  truth, damping = np.eye(3)[y], 1e-2

  def loss(weights, items):
    logs = scipy.special.log_softmax(h[items] @ weights.T, -1)
    return -(truth[items] * logs).sum(-1).mean()

  def train(extra=None, weight=0.0):
    def objective(flat_weights):
      weights = flat_weights.reshape(3, 2)
      value = loss(weights, slice(6)) + damping / 2 * np.square(weights).sum()
      if extra is not None:
        logs = scipy.special.log_softmax(h[extra] @ weights.T)
        value -= weight * logs[extra_label]
      return value

    found = scipy.optimize.minimize(objective, np.zeros(6), tol=1e-12)
    return found.x.reshape(3, 2)

  start = train()
  probs = scipy.special.softmax(h @ start.T, -1)
  falls = []
  for item in range(6, 12):
    extra_label = probs[item].argmax()
    ends = [loss(train(item, w), slice(6)) for w in (1e-3, -1e-3)]
    falls.append((ends[1] - ends[0]) / 2e-3)
  labelled = jnp.arange(12) < 6
  candidates = Candidates(~labelled, labelled, jnp.asarray(y))
  scores = oracle_gradients.influence_scores(flat(probs, h), candidates)
  np.testing.assert_allclose(scores[6:], falls, rtol=0.02, atol=2e-4)
  items = rank(flat(probs, h), candidates, 6)
  assert items.tolist() == [6 + int(i) for i in np.argsort(falls)[::-1]]


def test_influence_of_images_ranks_as_a_dense_solve():
  everything = Candidates(jnp.ones(3, bool), jnp.zeros(3, bool))
  prediction = image()
  wanted = oracle_gradients.choose_influence(prediction, everything, 3)
  assert rank(prediction, everything, 3).tolist() == wanted


def test_damping_is_checked():
  with pytest.raises(ValueError, match="damping must be > 0"):
    gradients.influence(None, None, None, 1, damping=0.0)
