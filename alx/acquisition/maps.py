"""Uncertainty of one prediction, voxel by voxel: [..., C] -> [...].

Formulas on plain arrays, for flat and spatial predictions alike.
"""

import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy


def entropy_map(probs: jax.Array) -> jax.Array:
  """Shannon entropy in nats over the last axis: [..., C] -> [...]."""
  return -xlogy(probs, probs).sum(-1)


def confidence_map(probs: jax.Array) -> jax.Array:
  """1 - max_c p_c, in [0, 1 - 1/C]: [..., C] -> [...]."""
  return 1.0 - probs.max(-1)


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
  return 1.0 - jnp.square(probs).sum(-1)


def pairwise_kl_map(probs: jax.Array) -> jax.Array:
  """Mean of KL(p_i || p_j) over all pairs i != j: [S, ..., C] -> [...].

  In nats, at least 0, and 0 for S = 1. The sum over all pairs is S^2 times
  the covariance over samples of p and log p, summed over classes, which takes
  O(S C), does not cancel and needs no memory that grows with S. A probability
  below 1.2e-38, an exact zero too, counts as that in the logarithm (-87.3), so
  the score stays finite: opposite one-hots give 87.3.
  """
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
  best = probs.argmax(-1)[..., None]
  classes = jax.lax.broadcasted_iota(best.dtype, probs.shape, probs.ndim - 1)
  others = jnp.where(classes == best, -jnp.inf, probs)
  return probs.max(-1), others.max(-1)
