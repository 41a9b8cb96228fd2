"""Factors of gradients and of Fisher information, written out."""

import jax
import numpy as np

from alx import functional

N, C, D = 5, 3, 2


def head():
  """(weights [C, D], features [N, D], probs [N, C]) of an affine layer."""
  rng = np.random.default_rng(0)
  weights, features = rng.standard_normal((C, D)), rng.standard_normal((N, D))
  odds = np.exp(features @ weights.T)
  return weights, features, odds / odds.sum(1, keepdims=True)


def test_gradients_are_those_of_the_cross_entropy():
  weights, features, probs = head()

  def loss(weights, hidden, label):
    return -jax.nn.log_softmax(weights @ hidden)[label]

  label = probs.argmax(1)
  slopes = jax.jit(jax.vmap(jax.grad(loss), (None, 0, 0)))
  wanted = slopes(*map(np.float32, (weights, features)), label)
  found = jax.jit(functional.gradient_embedding)(probs, features)
  np.testing.assert_allclose(found, wanted.reshape(N, C * D), atol=1e-5)
  left, right = jax.jit(functional.gradient_factors)(probs, features)
  assert left.shape == (N, C) and right.shape == (N, D)


def test_fisher_information_is_the_variance_of_gradients():
  _, features, probs = head()
  left, right = jax.jit(functional.fisher_factors)(probs, features)
  assert left.shape == (N, C - 1, C) and right.shape == (N, D)
  rows = np.einsum("nrc,nd->nrcd", left, right).reshape(N, C - 1, C * D)
  found = np.einsum("nrp,nrq->npq", rows, rows)
  for i in range(N):
    p, h = probs[i], features[i]
    wanted = np.kron(np.diag(p) - np.outer(p, p), np.outer(h, h))
    np.testing.assert_allclose(found[i], wanted, atol=1e-5)


def test_an_image_has_a_gradient_and_fisher_rows_of_its_own():
  rng = np.random.default_rng(1)
  probs = np.asarray(jax.nn.softmax(rng.standard_normal((N, 2, 2, C))))
  pixels = rng.standard_normal((N, 2, 2, D))
  left, right = jax.jit(functional.gradient_factors)(probs, pixels)
  assert left.shape == (N, 1) and right.shape == (N, C * D)
  rows = jax.jit(functional.fisher_factors, static_argnames="rank")(
    probs, pixels, rank=3
  )
  assert rows.left.shape == (N, 3, C * D) and rows.right.shape == (N, 1)
