"""What a model says about a block of items: the one type that is passed on."""

from typing import NamedTuple

import jax


class Prediction(NamedTuple):
  """Predictions for B items; `*sp` is empty for classification."""

  probs: jax.Array  # [S, B, *sp, C] float32, each sums to 1 over C
  features: jax.Array  # [B, D] float32
  mask: jax.Array  # [B, *sp] bool, False on padding
