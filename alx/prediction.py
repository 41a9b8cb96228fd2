"""What a model says about a block of items: the one type that is passed on."""

from typing import Any, NamedTuple

import jax


class Borders(NamedTuple):
  """Where the regions of B items meet, such as their superpixels."""

  faces: jax.Array  # [B, *sp] int32, of a voxel with those of other regions
  divergence: jax.Array  # [B, *sp] float32, sum over them of KL(own || other)


class Prediction(NamedTuple):
  """Predictions for B items; `*sp` is empty for classification.

  What a method does not need may be None.

  Attributes:
    probs: [S, B, *sp, C] float32 probabilities of S passes, one for a single
      prediction; each sums to 1 over C.
    features: [B, D] float32, a vector per item.
    mask: [B, *sp] bool, False on padding.
    pixels: [B, *sp, D'] float32, what the last layer sees, voxel by voxel;
      without space that is `features` itself.
    evidence: [B, *sp, C] float32 > 0, Dirichlet parameters; of Beta
      distributions [B, *sp, L, 2].
    summary: [B, *sp, C] and numbers, a pytree of what the passes come to,
      where it takes the place of `probs`; see
      `alx.acquisition.scores.passes.Summary`.
    borders: [B, *sp] arrays, of superpixels beside each other; None: there are
      no superpixels.
  """

  probs: jax.Array | None
  features: jax.Array | None
  mask: jax.Array | None
  pixels: jax.Array | None = None
  evidence: jax.Array | None = None
  summary: Any = None
  borders: Borders | None = None
