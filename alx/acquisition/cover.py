"""Choices that cover the pool in feature space."""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, greedy, usable
from alx.acquisition.geometry import (
  centred,
  squared_distances_to,
  squared_norms,
)


def k_center(
  key: jax.Array, features: jax.Array, candidates: Candidates, k: int
) -> jax.Array:
  """Greedy k-center: again and again the item farthest from all centres.

  The labelled items are the first centres; with none of them the first pick
  is the item farthest from the mean (Sener & Savarese 2018, Algorithm 1;
  Gonzalez 1985). Ties go to the lowest id. Time O(N D (N_centres + k)),
  memory O(N D).

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and is no centre.
    candidates: of the N items.
    k: how many items.
  """
  del key
  features, candidates = usable(features, candidates)
  features = centred(features, candidates.present)
  nearest = _distance_to_centres(features, candidates.labelled)
  spread = squared_norms(features)

  def gains(nearest):
    return jnp.where(jnp.isinf(nearest), spread, nearest)  # inf: no centre yet

  def update(nearest, item):
    distance = squared_distances_to(features, features[item])
    return jnp.minimum(nearest, distance)

  return greedy(nearest, gains, update, candidates.available, k)


def _distance_to_centres(features, is_centre):
  """[N] squared distance to the nearest centre; inf where there is none."""
  centres = jnp.nonzero(is_centre, size=is_centre.shape[0], fill_value=0)[0]

  def body(i, nearest):
    return jnp.minimum(
      nearest, squared_distances_to(features, features[centres[i]])
    )

  start = jnp.full(features.shape[:1], jnp.inf, features.dtype)
  return jax.lax.fori_loop(0, is_centre.sum(), body, start)


def features(keys: jax.Array, prediction) -> jax.Array:
  """The description k_center compares: the model's features [B, D]."""
  del keys
  return prediction.features
