"""Softmax regression on embeddings: the same labelled rows, the same head."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from alx.acquisition.comparisons.geometry import cross

_STEPS = 300
_LEARNING_RATE = 0.1
_DECAY = 1e-2
_ROUNDING = 1e-6  # of a mean; a smaller spread is none


class Head(NamedTuple):
  """Logits are ((x - mean) * scale) weights^T + bias."""

  mean: jax.Array  # [D]
  scale: jax.Array  # [D]
  weights: jax.Array  # [C, D]
  bias: jax.Array  # [C]


@partial(jax.jit, static_argnames="num_classes")
def fit(
  features: jax.Array, labels: jax.Array, count: jax.Array, num_classes: int
) -> Head:
  """Fits all rows at once from zero, without any draw.

  Minimises the mean cross-entropy plus 0.01 |weights|^2 with Adam (Kingma &
  Ba 2015).

  Args:
    features: [M, D] float32, finite.
    labels: [M] int32 in [0, C).
    count: [] the first so many rows are real, at least 1; the others are
      ignored, so that one program serves every round.
    num_classes: C.
  """
  real = (jnp.arange(labels.shape[0]) < count)[:, None]
  head = _standardised(features, real / count, num_classes)

  def loss(head):
    true = jax.nn.one_hot(labels, num_classes)
    entropy = optax.softmax_cross_entropy(logits(head, features), true)
    decay = _DECAY * jnp.square(head.weights).sum()
    return jnp.where(real[:, 0], entropy, 0.0).sum() / count + decay

  def step(carry, _):
    head, moments = carry
    # The standardisation is not learned.
    slope = jax.grad(loss)(head)._replace(
      mean=jnp.zeros_like(head.mean), scale=jnp.zeros_like(head.scale)
    )
    change, moments = adam.update(slope, moments)
    return (optax.apply_updates(head, change), moments), None

  adam = optax.adam(_LEARNING_RATE)
  return jax.lax.scan(step, (head, adam.init(head)), length=_STEPS)[0][0]


def _standardised(features, share, num_classes) -> Head:
  """No knowledge yet: rows of the same scale, weights of 0."""
  width = features.shape[1]
  mean = (features * share).sum(0)
  variance = (jnp.square(features - mean[None, :]) * share).sum(0)
  varies = variance > jnp.square(_ROUNDING * mean)
  scale = jnp.where(varies, jax.lax.rsqrt(variance), 0.0)
  return Head(
    mean, scale, jnp.zeros((num_classes, width)), jnp.zeros(num_classes)
  )


def logits(head: Head, features: jax.Array) -> jax.Array:
  """[B, C] of features [B, D]."""
  rows = (features - head.mean[None, :]) * head.scale[None, :]
  return cross(rows, head.weights) + head.bias[None, :]
