"""Choices that cover the pool in feature space."""

import jax
import jax.numpy as jnp


def squared_distances(points: jax.Array, centre: jax.Array) -> jax.Array:
  """|x - c|^2 for points [N, D] and one centre [D], exact at x = c: [N]."""
  return jnp.square(points - centre[None, :]).sum(-1)


def k_center(
  key: jax.Array, features: jax.Array, available: jax.Array, k: int
) -> jax.Array:
  """Greedy k-center: again and again the item farthest from all centres.

  The items that are not available count as the first centres; with none of
  them the first pick is the item farthest from the mean (Sener & Savarese
  2018, Algorithm 1; Gonzalez 1985). Ties go to the lowest id. Time
  O(N D (N_centres + k)), memory O(N D).

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and is no centre.
    available: [N] bool.
    k: how many items.
  """
  del key
  num_items = available.shape[0]
  usable = jnp.isfinite(features).all(-1)
  features = jnp.where(usable[:, None], features, 0.0)
  nearest = _distance_to_centres(features, usable & ~available)
  spread = squared_distances(features, features.mean(0))

  def pick(carry, _):
    nearest, free = carry
    gain = jnp.where(jnp.isinf(nearest), spread, nearest)  # inf: no centre yet
    item = jnp.argmax(jnp.where(free, gain, -1.0)).astype(jnp.int32)
    found = free.any()
    nearest = jnp.minimum(nearest, squared_distances(features, features[item]))
    free = free.at[item].set(False)
    return (nearest, free), jnp.where(found, item, num_items)

  return jax.lax.scan(pick, (nearest, available & usable), length=k)[1]


def _distance_to_centres(features, is_centre):
  """[N] squared distance to the nearest centre; inf where there is none."""
  centres = jnp.nonzero(is_centre, size=is_centre.shape[0], fill_value=0)[0]

  def body(i, nearest):
    return jnp.minimum(
      nearest, squared_distances(features, features[centres[i]])
    )

  start = jnp.full(features.shape[:1], jnp.inf, features.dtype)
  return jax.lax.fori_loop(0, is_centre.sum(), body, start)


def features(keys: jax.Array, prediction) -> jax.Array:
  """The description k_center compares: the model's features [B, D]."""
  del keys
  return prediction.features
