"""Networks that learn features of images without labels."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import flax.linen as nn
import jax

from alx.models import layers
from alx.models.base import draw_params


class Encoder(NamedTuple):
  """A pure network: what is learned from is beside what is kept."""

  init: Callable  # (key, x [B,*sp,channels]) -> params
  apply: Callable  # (params, x) -> (features [B,D], output [B,...])


def make_autoencoder(
  spatial_dims: int, widths: Sequence[int] = (16, 32, 64), groups: int = 8
) -> Encoder:
  """Convolutional autoencoder with one code per image.

  One convolution per level and 2 x 2 (x 2) pooling on the way down, one affine
  layer to the code (Masci et al. 2011, with a dense code), and the mirror
  image of it on the way up.

  Args:
    spatial_dims: 2 for x [B,H,W,channels], 3 for x [B,D,H,W,channels].
    widths: channels of each level; the last is D, the size of the code.
    groups: groups of GroupNorm.

  Returns:
    Encoder whose features are the code and whose output is x again. Spatial
    extents must be multiples of 2 ** (len(widths) - 1), and stay the same.

  Raises:
    ValueError: no widths; in use, an x of other extents.
  """
  return _encoder(_Autoencoder(spatial_dims, _checked(widths), groups))


def make_contrastive(
  spatial_dims: int,
  widths: Sequence[int] = (16, 32, 64),
  projection: int = 32,
  groups: int = 8,
) -> Encoder:
  """Convolutional encoder with a projection head, for comparing views.

  The features are pooled before the head, which is thrown away after the
  training (Chen et al. 2020, section 4.2).

  Args:
    spatial_dims: 2 for x [B,H,W,channels], 3 for x [B,D,H,W,channels].
    widths: channels of each level; the last is D.
    projection: P, the width of the head's output.
    groups: groups of GroupNorm.

  Returns:
    Encoder with features [B,D], at least 0, and projections [B,P].

  Raises:
    ValueError: no widths; in use, an x of other extents.
  """
  widths = _checked(widths)
  return _encoder(_Contrastive(spatial_dims, widths, groups, projection))


def _checked(widths):
  if not widths:
    raise ValueError("widths must hold at least one width, got none")
  return tuple(widths)


def _encoder(net: nn.Module) -> Encoder:
  def init(key: jax.Array, x: jax.Array) -> Any:
    return draw_params(key, jax.eval_shape(net.init, key, x), gain=2.0)

  return Encoder(init, net.apply)


class _Autoencoder(nn.Module):
  spatial_dims: int
  widths: tuple[int, ...]
  groups: int

  @nn.compact
  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    batch, channels = x.shape[0], x.shape[-1]
    x = _down(x, self)
    small = x.shape[1:]
    code = nn.Dense(self.widths[-1])(x.reshape(batch, -1))
    x = nn.relu(nn.Dense(math.prod(small))(code)).reshape(batch, *small)
    for width in reversed(self.widths[:-1]):
      x = layers.ConvNormRelu(width, self.groups)(layers.upsample(x))
    return code, nn.Dense(channels)(x)


class _Contrastive(nn.Module):
  spatial_dims: int
  widths: tuple[int, ...]
  groups: int
  projection: int

  @nn.compact
  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    x = _down(x, self)
    features = x.mean(tuple(range(1, x.ndim - 1)))
    hidden = nn.relu(nn.Dense(self.widths[-1])(features))
    return features, nn.Dense(self.projection)(hidden)


def _down(x, net):
  """[B,*sp,channels] -> [B,*small,widths[-1]], inside a compact module."""
  layers.check_extents(x, net.spatial_dims, len(net.widths) - 1)
  for level, width in enumerate(net.widths):
    x = layers.max_pool(x) if level else x
    x = layers.ConvNormRelu(width, net.groups)(x)
  return x
