"""Uncertainty of one prediction, voxel by voxel: [..., C] -> [...].

Formulas on plain arrays, for flat and spatial predictions alike. What a sure
item lacks of 1 is the sum of its other classes, never 1 - p: float32 has seven
digits of p, but of the small probabilities as well.
"""

import functools

import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy

_FEW = 8  # classes that are added one by one
_SURE = 0.75  # a probability above it is known by the others; one at most is


def entropy_map(probs: jax.Array) -> jax.Array:
  """Shannon entropy in nats over the last axis: [..., C] -> [...]."""
  small, top = _small(probs), probs.max(-1)
  rest = jnp.where(top > _SURE, _total(small), 0.0)
  return -(_total(xlogy(small, small)) + top * jnp.log1p(-rest))


def _small(probs):
  """The probabilities, but 0 for one that is near 1."""
  return jnp.where(probs > _SURE, 0.0, probs)


def _total(x):
  """Sum over the last axis; a few slices are many times as fast on a CPU."""
  num_classes = x.shape[-1]
  if num_classes > _FEW:
    return x.sum(-1)
  return functools.reduce(jnp.add, (x[..., c] for c in range(num_classes)))


def _totals(x):
  """The same for every class, [..., C]: as a product it is fast in a loop."""
  num_classes = x.shape[-1]
  if num_classes > _FEW:
    return jnp.broadcast_to(x.sum(-1, keepdims=True), x.shape)
  ones = jnp.ones((num_classes, num_classes), x.dtype)
  return jnp.matmul(x, ones, precision=jax.lax.Precision.HIGHEST)


def complements(probs: jax.Array) -> jax.Array:
  """1 - p_c of every class; of a sure one, what the others have: [..., C]."""
  rest = _total(_small(probs))[..., None]
  return jnp.where(probs > _SURE, rest, 1.0 - probs)


def minus_label(probs: jax.Array, label: jax.Array) -> jax.Array:
  """p - e_y, the gradient of a cross-entropy: [..., C].

  Args:
    probs: [..., C].
    label: [..., C] bool, one-hot or all False.
  """
  return jnp.where(label, -complements(probs), probs)


def minus_mean(probs: jax.Array, mean: jax.Array) -> jax.Array:
  """p - mean, of a sure class what the others leave: [..., C].

  Args:
    probs: [..., C].
    mean: [..., C], which sums to 1 as well.
  """
  apart, sure = probs - mean, probs > _SURE
  others = _totals(jnp.where(sure, 0.0, apart))
  return jnp.where(sure, -others, apart)


def likeliest(probs: jax.Array) -> jax.Array:
  """[..., C] bool, the likeliest class; ties go to the lowest."""
  best = probs.argmax(-1)[..., None]
  classes = jax.lax.broadcasted_iota(best.dtype, probs.shape, probs.ndim - 1)
  return classes == best


def confidence_map(probs: jax.Array) -> jax.Array:
  """1 - max_c p_c, in [0, 1 - 1/C]: [..., C] -> [...]."""
  top = probs.max(-1)
  return jnp.where(top > _SURE, _total(_small(probs)), 1.0 - top)


def margin_map(probs: jax.Array) -> jax.Array:
  """-(p_(1) - p_(2)), in [-1, 0]: [..., C] -> [...]; needs C >= 2."""
  first, second = _top_two(probs)
  return second - first


def margin_ratio_map(probs: jax.Array) -> jax.Array:
  """p_(2) / p_(1), in [0, 1]: [..., C] -> [...]; needs C >= 2."""
  first, second = _top_two(probs)
  return second / first


def gini_map(probs: jax.Array) -> jax.Array:
  """1 - sum_c p_c^2, in [0, 1 - 1/C]: [..., C] -> [...]."""
  small, top = _small(probs), probs.max(-1)
  of_top = jnp.where(top > _SURE, top * _total(small), 0.0)
  return _total(small * (1.0 - small)) + of_top


def pairwise_kl_map(probs: jax.Array) -> jax.Array:
  """Mean of KL(p_i || p_j) over all pairs i != j: [S, ..., C] -> [...].

  In nats, at least 0, and 0 for S = 1. The sum over all pairs is S^2 times
  the covariance over samples of p and log p, summed over classes, which takes
  O(S C), does not cancel and needs no memory that grows with S. A probability
  below 1.2e-38, an exact zero too, counts as that in the logarithm (-87.3), so
  the score stays finite: opposite one-hots give 87.3.
  """
  probs = probs.astype(jnp.float32)
  zeros = jnp.zeros_like(probs[0])
  start = jnp.float32(0), zeros, zeros, zeros[..., 0]
  count, _, _, joint = jax.lax.scan(_add_logs, start, probs)[0]
  return jnp.maximum(joint / jnp.maximum(count - 1, 1), 0.0)


def _add_logs(carry, probs):
  """One more sample in the sum of products of deviations (Welford 1962)."""
  count, mean, mean_log, joint = carry
  log = jnp.log(jnp.maximum(probs, jnp.finfo(probs.dtype).tiny))
  count = count + 1
  before, before_log = probs - mean, log - mean_log
  mean_log = mean_log + before_log / count
  joint = joint + (before * (log - mean_log)).sum(-1)
  return (count, mean + before / count, mean_log, joint), None


def _top_two(probs):
  """The highest and the second highest over classes; two passes, no sort."""
  others = jnp.where(likeliest(probs), -jnp.inf, probs)
  return probs.max(-1), others.max(-1)
