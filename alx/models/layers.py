"""The layers around a convolution: norm, pooling, upsampling."""

import math

import flax.linen as nn
import jax
import jax.numpy as jnp

from alx.models.conv import Conv


class GroupNorm(nn.Module):
  """Group normalisation; sums each channel first, then each group.

  Wu and He 2018, equation 7. A sixth faster than a reduction over the
  channels of a group and space at once, and equal to it.

  Attributes:
    groups: number of groups wanted; the largest divisor that it shares with
      the number of channels is used.
    epsilon: added to the variance.
  """

  groups: int = 8
  epsilon: float = 1e-6

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    """[B,*sp,W] -> [B,*sp,W]."""
    width = x.shape[-1]
    scale = self.param("scale", nn.initializers.ones, (width,), jnp.float32)
    bias = self.param("bias", nn.initializers.zeros, (width,), jnp.float32)
    return group_norm(x, scale, bias, self.groups, self.epsilon)


def group_norm(
  x: jax.Array,
  scale: jax.Array,
  bias: jax.Array,
  groups: int,
  epsilon: float = 1e-6,
) -> jax.Array:
  """Normalises [B,*sp,W] over space and groups of channels.

  Moments have 32 bits at least; the result has the type of x.
  """
  space = tuple(range(1, x.ndim - 1))
  exact = x.astype(jnp.promote_types(x.dtype, jnp.float32))
  mean = _over_groups(exact.mean(space), groups)
  square = _over_groups(jnp.square(exact).mean(space), groups)
  variance = jnp.maximum(square - jnp.square(mean), 0)
  gain = jax.lax.rsqrt(variance + epsilon) * scale[None]
  shift = bias[None] - mean * gain
  found = exact * jnp.expand_dims(gain, space) + jnp.expand_dims(shift, space)
  return found.astype(x.dtype)


def _over_groups(moments: jax.Array, groups: int) -> jax.Array:
  """Mean over the channels of a group: [B,W] -> [B,W]."""
  batch, width = moments.shape
  groups = math.gcd(groups, width)
  means = moments.reshape(batch, groups, -1).mean(-1)
  return jnp.repeat(means, width // groups, axis=1)


class ConvNormRelu(nn.Module):
  """Convolution of extent 3, GroupNorm, relu: [B,*sp,I] -> [B,*sp,width].

  Attributes:
    width: channels.
    groups: see `GroupNorm`.
    leak: slope of the relu below 0.
  """

  width: int
  groups: int = 8
  leak: float = 0.0

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    """[B,*sp,I] -> [B,*sp,width]."""
    x = GroupNorm(self.groups)(Conv(self.width)(x))
    return nn.leaky_relu(x, self.leak) if self.leak else nn.relu(x)


def max_pool(x: jax.Array) -> jax.Array:
  """Largest of each 2 x 2 (x 2) block: [B,*sp,W] -> [B,*sp//2,W].

  Halves along one axis after the other. The gradient of a `max` over a whole
  block looks for the largest again, and is NaN where a compiler computes the
  block twice with different rounding; that of a maximum of two is not.
  """
  for axis in range(1, x.ndim - 1):
    half = x.shape[axis] // 2
    x = jax.lax.slice_in_dim(x, 0, 2 * half, axis=axis)
    pairs = x.reshape(*x.shape[:axis], half, 2, *x.shape[axis + 1 :])
    one, other = (
      jax.lax.index_in_dim(pairs, i, axis + 1, keepdims=False) for i in (0, 1)
    )
    x = jnp.maximum(one, other)
  return x


def upsample(x: jax.Array) -> jax.Array:
  """Nearest neighbour, twice the extent: [B,*sp,W] -> [B,2*sp,W]."""
  batch, *extents, width = x.shape
  split = [part for extent in extents for part in (extent, 1)]
  doubled = [part for extent in extents for part in (extent, 2)]
  blocks = jnp.broadcast_to(
    x.reshape(batch, *split, width), (batch, *doubled, width)
  )
  return blocks.reshape(batch, *(2 * extent for extent in extents), width)


def check_extents(x: jax.Array, spatial_dims: int, halvings: int) -> None:
  """Raises ValueError unless x is [B,*sp,channels] and halves cleanly."""
  factor = 2**halvings
  extents = x.shape[1:-1]
  if len(extents) != spatial_dims or any(n % factor for n in extents):
    raise ValueError(
      f"wanted x [B,*sp,channels] with {spatial_dims} spatial axes, each a"
      f" multiple of {factor}, got shape {x.shape}"
    )
