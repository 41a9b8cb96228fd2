"""From scores to items: top-k and the random baselines.

Each `select(key, description, candidates, k)` gives [k] int32 items, distinct
and available, best first. When fewer than k are available, or fewer have a
finite score, the empty slots at the end hold N.
"""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates


def top_k(
  key: jax.Array, scores: jax.Array, candidates: Candidates, k: int
) -> jax.Array:
  """The k highest finite scores [N]; ties go to the lowest item id."""
  del key
  num_items = scores.shape[0]
  usable = candidates.available & jnp.isfinite(scores)
  # top_k would rank -0.0 below 0.0; they are a tie.
  scores = jnp.where(scores == 0, 0.0, scores)
  ranked = jnp.where(usable, scores, -jnp.inf)
  # A k beyond N is legal here and fills with empty slots.
  items = jax.lax.top_k(ranked, min(k, num_items))[1]
  kept = jnp.arange(items.shape[0]) < usable.sum()
  items = jnp.where(kept, items, num_items).astype(jnp.int32)
  return jnp.pad(items, (0, k - items.shape[0]), constant_values=num_items)


def uniform(
  key: jax.Array, description: None, candidates: Candidates, k: int
) -> jax.Array:
  """k available items, every set of k equally likely."""
  del description
  noise = jax.random.uniform(key, candidates.available.shape)
  return top_k(key, noise, candidates, k)


def uniform_among_highest(
  key: jax.Array, levels: jax.Array, candidates: Candidates, k: int
) -> jax.Array:
  """Random order inside each integer level [N], higher levels first."""
  noise = jax.random.uniform(key, candidates.available.shape)
  return top_k(key, levels + noise, candidates, k)
