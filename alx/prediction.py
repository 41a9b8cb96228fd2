"""What a model says about a block of items: the one type that is passed on."""

from typing import NamedTuple

import jax


class Prediction(NamedTuple):
  """Predictions for B items; `*sp` is empty for classification.

  What a method does not need may be None. `pixels` is what the last layer
  sees, voxel by voxel; without space that is `features` itself.
  """

  probs: jax.Array | None  # [S, B, *sp, C] float32, each sums to 1 over C
  features: jax.Array | None  # [B, D] float32
  mask: jax.Array | None  # [B, *sp] bool, False on padding
  pixels: jax.Array | None = None  # [B, *sp, D'] float32
  evidence: jax.Array | None = None  # [B, *sp, C] > 0, Dirichlet parameters
