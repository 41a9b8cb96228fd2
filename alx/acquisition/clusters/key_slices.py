"""Key slices by clusters, and what is uncertain inside of them."""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable, wanted
from alx.acquisition.clusters.kmeans import k_means
from alx.acquisition.scores.predictive import variance
from alx.acquisition.scores.select import first_by, grouped
from alx.prediction import Prediction


def features_and_variance(keys: jax.Array, prediction: Prediction) -> dict:
  """{"features": [B, D], "score": [B]}, the score is `predictive.variance`."""
  return {
    "features": prediction.features,
    "score": variance(keys, prediction),
  }


def key_slices(
  key: jax.Array,
  description: dict,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  regions: int = 4,
  iterations: int = 25,
) -> jax.Array:
  """The regions of highest variance inside of key slices (Hiasa et al. 2020).

  Two levels: ceil(k / regions) slices, the nearest to the centres of k-means
  clusters of the mean features of slices that have a region left; in each, the
  `regions` of highest score. Where slices have fewer the next of the same
  slices follow, then all others. Without `candidates.parents` a region is a
  slice of its own. Time and memory are those of `k_means`, O(N log N).

  Args:
    key: of the first centres.
    description: of `features_and_variance`.
    candidates: of the N regions.
    k: how many regions.
    count: see `Acquisition.select`.
    regions: that are asked for in a slice.
    iterations: of k-means, at most.
  """
  description, kept = usable(description, candidates)
  parents = candidates.parents
  if parents is None:
    parents = jnp.arange(kept.available.shape[0], dtype=jnp.int32)
  means, has_left = _of_slices(description["features"], parents, kept)
  number = None if count is None else -(-wanted(k, count) // regions)
  slices = k_means(
    key,
    means,
    Candidates(has_left, jnp.zeros_like(has_left)),
    -(-k // regions),
    number,
    iterations=iterations,
  )
  chosen = jnp.zeros_like(has_left).at[slices].set(True, mode="drop")[parents]
  rank = grouped(parents, description["score"], kept).rank
  tier = jnp.where(chosen, jnp.where(rank < regions, 0, 1), 2)
  return first_by((tier, -description["score"]), kept.available, k, count)


def _of_slices(features, parents, kept):
  """(mean features [N, D], whether one may be picked [N]) by slice number."""
  there = kept.present
  counts = jnp.zeros(len(there), jnp.float32).at[parents].add(there)
  sums = (
    jnp.zeros_like(features)
    .at[parents]
    .add(jnp.where(there[:, None], features, 0.0))
  )
  left = jnp.zeros_like(there).at[parents].max(kept.available)
  return sums / jnp.maximum(counts, 1.0)[:, None], left
