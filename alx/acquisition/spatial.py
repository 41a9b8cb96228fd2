"""From a map over space to one number per item."""

import jax
import jax.numpy as jnp


def reduce_spatial(
  values: jax.Array, mask: jax.Array, how: str = "mean"
) -> jax.Array:
  """Mean over the real voxels of each item: [B, *sp], mask alike -> [B]."""
  del how
  axes = tuple(range(1, values.ndim))
  total = jnp.where(mask, values, 0.0).sum(axes)
  return total / jnp.maximum(mask.sum(axes), 1)
