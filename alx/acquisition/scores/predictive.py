"""Informativeness of one item from its predictions: Prediction -> [B].

Every score is pure, takes a `Prediction` with S posterior samples and gives
one float32 number per item, higher = asked for first. Maps over space become
one number by `reduce`: a name in `spatial.REDUCTIONS` or a function, see
`spatial.reduce_spatial`. Each score has its map on plain arrays, `..._map`.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.scores import passes
from alx.acquisition.scores.maps import (
  confidence_map,
  entropy_map,
  gini_map,
  margin_map,
  margin_ratio_map,
  pairwise_kl_map,
)
from alx.acquisition.scores.passes import summarise, summary_of
from alx.acquisition.scores.spatial import reduce_spatial
from alx.prediction import Prediction

Reduce = str | Callable


def disagreement_map(probs: jax.Array) -> jax.Array:
  """`passes.disagreement` of samples [S, ..., C] -> [...], in nats."""
  return passes.disagreement(summarise(probs))


def variance_map(probs: jax.Array) -> jax.Array:
  """`passes.variance` of samples [S, ..., C] -> [...]."""
  return passes.variance(summarise(probs))


def mean_std_map(probs: jax.Array) -> jax.Array:
  """`passes.mean_std` of samples [S, ..., C] -> [...]."""
  return passes.mean_std(summarise(probs))


def vote_entropy_map(probs: jax.Array) -> jax.Array:
  """`passes.vote_entropy` of samples [S, ..., C] -> [...], in nats."""
  return passes.vote_entropy(summarise(probs))


def variation_ratio_map(probs: jax.Array) -> jax.Array:
  """`passes.variation_ratio` of samples [S, ..., C] -> [...]."""
  return passes.variation_ratio(summarise(probs))


def _of_mean(to_map, prediction, reduce, surest=0.0):
  """A map of the mean prediction, reduced."""
  probs = summary_of(prediction).mean
  values, mask = to_map(probs), prediction.mask
  return reduce_spatial(values, mask, reduce, probs, surest=surest)


def _of_samples(to_map, prediction, reduce):
  """A map of the summary of the samples, reduced."""
  summary = summary_of(prediction)
  values = to_map(summary)
  return reduce_spatial(values, prediction.mask, reduce, summary.mean)


def confidence(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Least confidence, 1 - max_c p_c in [0, 1 - 1/C] (Lewis & Catlett 1994)."""
  del keys
  return _of_mean(confidence_map, prediction, reduce)


def margin(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Minus the gap of the two likeliest classes, in [-1, 0].

  -(p_(1) - p_(2)) (Roth & Small 2006); 0 is a tie, -1 what is surely known.
  With reduce="sum" that of 1 - gap. Needs C >= 2.
  """
  del keys
  return _of_mean(margin_map, prediction, reduce, surest=-1.0)


def margin_ratio(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Second likeliest class over likeliest, p_(2) / p_(1) in [0, 1].

  Best versus second best (Cai et al. 2021); 1 is a tie. Needs C >= 2.
  """
  del keys
  return _of_mean(margin_ratio_map, prediction, reduce)


def entropy(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the mean prediction, in [0, log C] nats (Joshi 2009)."""
  del keys
  return _of_mean(entropy_map, prediction, reduce)


def gini(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Gini impurity, 1 - sum_c p_c^2 in [0, 1 - 1/C].

  Ranks as minus the variance of the class probabilities around 1/C, the "mean
  variance" of surveys, does.
  """
  del keys
  return _of_mean(gini_map, prediction, reduce)


def variance(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Population variance over samples, mean over classes, in [0, 0.25].

  mean_c Var_s(p_sc), ddof 0 (Gal 2017; Kim 2024 for a foreground map).
  """
  del keys
  return _of_samples(passes.variance, prediction, reduce)


def mean_std(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Standard deviation over samples, mean over classes, in [0, 0.5].

  mean_c sqrt(Var_s(p_sc)), ddof 0 (Gal 2017).
  """
  del keys
  return _of_samples(passes.mean_std, prediction, reduce)


def bald(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Mutual information of label and weights, nats (Houlsby 2011, Gal 2017)."""
  del keys
  return _of_samples(passes.disagreement, prediction, reduce)


def pairwise_kl(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Mean KL divergence between two different samples, nats (Tang 2023).

  See `maps.pairwise_kl_map` for what an exact zero gives.
  """
  del keys
  values = pairwise_kl_map(prediction.probs)
  probs = summary_of(prediction).mean
  return reduce_spatial(values, prediction.mask, reduce, probs)


def variation_ratio(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """1 - the share of samples that vote for the winner (Gal 2017).

  In [0, 1 - 1/C], in steps of 1/S: ties are many and go to the lowest id.
  """
  del keys
  # Sums of whole numbers are exact, so what is tied stays tied.
  lost = _of_samples(passes.lost_votes, prediction, reduce)
  return lost / summary_of(prediction).count


def vote_entropy(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the votes of the samples, nats (Seung 1992; Mackowiak 2018).

  In [0, min(log C, log S)]. Ties are many and go to the lowest id.
  """
  del keys
  score = _of_samples(passes.vote_entropy, prediction, reduce)
  # Equal sums in another order differ in the last bits: keep 17 of 24.
  return jax.lax.reduce_precision(score, 8, 16)


def mask_disagreement(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """1 - Dice between the masks of two samples, in [0, 1] (Bai 2022).

  Mean over all pairs of samples and over foreground classes (1 ... C - 1); a
  class that both lack has Dice 1. One sample disagrees with nobody: 0. Time
  O(C S^2 V) as matrix products for V voxels, memory O(S V).
  """
  del keys
  labels = _labels(prediction)
  num_samples = labels.shape[1]
  num_classes = prediction.probs.shape[-1]

  def disagreement_on(c):
    of_class = (labels == c).astype(jnp.float32)
    both = jnp.einsum("bsv,btv->bst", of_class, of_class)  # 0 or 1: exact
    size = of_class.sum(-1)
    sizes = size[:, :, None] + size[:, None, :]
    apart = jnp.where(sizes > 0, 1 - 2 * both / jnp.maximum(sizes, 1), 0.0)
    return apart.sum((1, 2)) / max(num_samples * (num_samples - 1), 1)

  return _over_classes(disagreement_on, num_classes, prediction)


def mc_iou(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """1 - intersection over union of the masks of all samples (Shen 2020).

  Mean over foreground classes (1 ... C - 1) of what all samples agree on over
  what any of them claims, in [0, 1]; a class nobody claims has IoU 1. It grows
  with S. Time O(C S V), memory O(S V).
  """
  del keys
  labels = _labels(prediction)

  def disagreement_on(c):
    of_class = labels == c
    every, some = of_class.all(1).sum(-1), of_class.any(1).sum(-1)
    return 1 - jnp.where(some > 0, every / jnp.maximum(some, 1), 1.0)

  return _over_classes(disagreement_on, prediction.probs.shape[-1], prediction)


def _labels(prediction):
  """[B, S, V] int32 likeliest class of each sample; 0 where not real."""
  labels = jnp.where(prediction.mask[None], prediction.probs.argmax(-1), 0)
  labels = labels.reshape(*labels.shape[:2], -1)
  return jnp.moveaxis(labels, 1, 0).astype(jnp.int32)


def _over_classes(function, num_classes, prediction):
  """Mean over foreground classes; NaN where a real voxel is NaN."""
  score = jax.lax.map(
    function, jnp.arange(1, num_classes, dtype=jnp.int32)
  ).mean(0)
  return nan_where_broken(score, prediction)


def holds_foreground(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """1 where any voxel's likeliest class is not background (0), else 0.

  NaN where a real voxel is NaN.
  """
  del keys
  found = (prediction.probs.mean(0).argmax(-1) > 0) & prediction.mask
  found = found.any(tuple(range(1, found.ndim))).astype(jnp.float32)
  return nan_where_broken(found, prediction)


def nan_where_broken(score: jax.Array, prediction: Prediction) -> jax.Array:
  """[B] float32 with NaN where a real voxel of any sample is NaN."""
  broken = jnp.isnan(prediction.probs).any((0, -1)) & prediction.mask
  return jnp.where(broken.any(tuple(range(1, broken.ndim))), jnp.nan, score)
