"""A small convolutional network for images."""

from collections.abc import Sequence

import flax.linen as nn
import jax

from alx.models import layers
from alx.models.base import Model, with_head


def make_cnn(
  num_classes: int,
  widths: Sequence[int] = (16, 32, 64),
  dropout: float = 0.2,
  groups: int = 8,
) -> Model:
  """CNN with one convolution per level and a global average pool.

  Args:
    num_classes: number C of classes.
    widths: channels of each level; 2 x 2 (x 2) max pooling between levels, an
      odd last row or column is left out.
    dropout: rate in [0, 1) at which features are dropped before the last
      layer.
    groups: groups of GroupNorm.

  Returns:
    Model, x [B,H,W,channels] or [B,D,H,W,channels] -> logits [B,C] and
    features [B,widths[-1]].

  Raises:
    ValueError: no widths; in use, an x of other axes.
  """
  if not widths:
    raise ValueError("widths must hold at least one width, got none")
  return with_head(_CNN(tuple(widths), groups), num_classes, dropout)


class _CNN(nn.Module):
  widths: tuple[int, ...]
  groups: int

  @nn.compact
  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    layers.check_extents(x, 3 if x.ndim == 5 else 2, 0)
    first, *deeper = self.widths
    x = layers.ConvNormRelu(first, self.groups)(x)
    for width in deeper:
      x = layers.ConvNormRelu(width, self.groups)(layers.max_pool(x))
    pooled = x.mean(tuple(range(1, x.ndim - 1)))
    return pooled, pooled
