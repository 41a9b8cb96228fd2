"""A residual network for images."""

from collections.abc import Sequence

import flax.linen as nn
import jax

from alx.models import layers
from alx.models.base import Model, with_head
from alx.models.conv import Conv
from alx.models.layers import GroupNorm


def make_resnet(
  num_classes: int,
  widths: Sequence[int] = (64, 128, 256, 512),
  dropout: float = 0.5,
  groups: int = 8,
  blocks: int = 2,
  large: bool = True,
) -> Model:
  """Residual network with GroupNorm; by default of 18 layers.

  He et al. 2016, table 1 and figure 5 left, with 1 x 1 projections where the
  shape changes; a global average pool gives the features.

  Args:
    num_classes: number C of classes.
    widths: channels of each level; every level but the first halves the
      extents.
    dropout: rate in [0, 1) at which features are dropped before the last
      layer.
    groups: groups of GroupNorm.
    blocks: of two convolutions each, per level.
    large: the stem is a 7 x 7 convolution of stride 2 and 2 x 2 max pooling,
      which makes extents a quarter; else, for images of some 32 pixels, a
      3 x 3 convolution (section 4.2).

  Returns:
    Model, x [B,H,W,channels] -> logits [B,C] and features [B,widths[-1]].

  Raises:
    ValueError: no widths or no block; in use, an x that is not
      [B,H,W,channels].
  """
  if not widths or blocks < 1:
    raise ValueError(
      f"wanted at least one width and one block, got {widths} and {blocks}"
    )
  trunk = _ResNet(tuple(widths), groups, blocks, large)
  return with_head(trunk, num_classes, dropout)


class _ResNet(nn.Module):
  widths: tuple[int, ...]
  groups: int
  blocks: int
  large: bool

  @nn.compact
  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    layers.check_extents(x, 2, 0)
    size, stride = (7, 2) if self.large else (3, 1)
    x = Conv(self.widths[0], size, stride)(x)
    x = nn.relu(GroupNorm(self.groups)(x))
    if self.large:
      x = layers.max_pool(x)
    for level, width in enumerate(self.widths):
      for block in range(self.blocks):
        stride = 2 if level and not block else 1
        x = _Block(width, stride, self.groups)(x)
    pooled = x.mean((1, 2))
    return pooled, pooled


class _Block(nn.Module):
  """Two convolutions and a way around them."""

  width: int
  stride: int
  groups: int

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    y = Conv(self.width, stride=self.stride)(x)
    y = nn.relu(GroupNorm(self.groups)(y))
    y = GroupNorm(self.groups)(Conv(self.width)(y))
    if x.shape != y.shape:
      x = Conv(self.width, 1, self.stride)(x)
      x = GroupNorm(self.groups)(x)
    return nn.relu(x + y)
