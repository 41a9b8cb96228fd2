"""Informativeness of one item from its predictions: Prediction -> [B].

Every function is pure, takes a `Prediction` with S posterior samples and gives
one float32 score per item, higher = asked for first. Scores over space are
averaged over the item's real pixels or voxels (`reduce_spatial`).
"""

import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy

from alx.acquisition.spatial import reduce_spatial
from alx.prediction import Prediction


def entropy_map(probs: jax.Array) -> jax.Array:
  """Shannon entropy in nats over the last axis: [..., C] -> [...]."""
  return -xlogy(probs, probs).sum(-1)


def disagreement_map(probs: jax.Array) -> jax.Array:
  """Mutual information of label and weights: [S, ..., C] -> [...], in nats.

  H(mean_s p_s) - mean_s H(p_s), in [0, min(log C, log S)] (Houlsby 2011).
  """
  expected = entropy_map(probs).mean(0)
  return jnp.maximum(entropy_map(probs.mean(0)) - expected, 0.0)


def confidence(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Least confidence, 1 - max_c p_c in [0, 1 - 1/C] (Lewis & Catlett 1994)."""
  del keys
  top = prediction.probs.mean(0).max(-1)
  return reduce_spatial(1.0 - top, prediction.mask)


def margin(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Minus the gap of the two likeliest classes, in [-1, 0].

  -(p_(1) - p_(2)) (Roth & Small 2006); 0 is a tie. Needs C >= 2.
  """
  del keys
  top = jax.lax.top_k(prediction.probs.mean(0), 2)[0]
  return reduce_spatial(top[..., 1] - top[..., 0], prediction.mask)


def entropy(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Entropy of the mean prediction, in [0, log C] nats (Joshi 2009)."""
  del keys
  return reduce_spatial(entropy_map(prediction.probs.mean(0)), prediction.mask)


def variance(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Population variance over samples, mean over classes, in [0, 0.25].

  mean_c Var_s(p_sc), ddof 0 (Gal 2017; Kim 2024 for a foreground map).
  """
  del keys
  return reduce_spatial(
    jnp.var(prediction.probs, axis=0).mean(-1), prediction.mask
  )


def bald(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Mutual information of label and weights, nats (Houlsby 2011, Gal 2017)."""
  del keys
  return reduce_spatial(disagreement_map(prediction.probs), prediction.mask)


def holds_foreground(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """1 where any voxel's likeliest class is not background (0), else 0."""
  del keys
  found = (prediction.probs.mean(0).argmax(-1) > 0) & prediction.mask
  return found.any(tuple(range(1, found.ndim))).astype(jnp.float32)
