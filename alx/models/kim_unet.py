"""The U-Net of Kim et al. 2024, in any width and depth."""

import math
from collections.abc import Sequence
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

from alx.models import layers, upsampling
from alx.models.base import Model, behind_trunk, drop_channels, with_head
from alx.models.conv import Conv

_EPSILON = 1e-5  # of the group norm
_DROPS = ("voxel", "channel")


def make_kim_unet(
  spatial_dims: int,
  num_classes: int,
  widths: Sequence[int] = (32, 64, 128, 256, 512),
  *,
  down: Sequence[int] = (2, 2, 2, 2, 2),
  up: Sequence[int] = (2, 2, 2, 2),
  group_width: int = 16,
  upsample: str = "half_pixel",
  foreground: float = 0.01,
  dropout: float = 0.5,
  drop: str = "voxel",
) -> Model:
  """U-Net with linear upsampling, a prior of the foreground and late dropout.

  Kim et al. 2024, methods, and the code beside it: convolutions of extent 3
  without bias, group norm with an offset and no scale, relu; a 1x1 convolution,
  upsampling, norm and relu on the way up. The only random layer is dropout on
  the output of the last convolution, so that passes share everything before
  it. The background has logit 0: with two classes the other logit is that of a
  sigmoid. The features are the spatial mean of the deepest level.

  Args:
    spatial_dims: 2 or 3.
    num_classes: number C of classes, background included, at least 2.
    widths: channels of each of L levels, finest first.
    down: convolutions of each level on the way down, L of them.
    up: convolutions of each level on the way up, L - 1, finest first.
    group_width: channels of a group of the norm; narrower layers are one.
    upsample: see `upsampling.upsample_linear`.
    foreground: probability in (0, 1) of all foreground before training.
    dropout: rate in [0, 1).
    drop: "voxel", each number by itself, or "channel", whole feature maps.

  Returns:
    Model, logits [B,*sp,C] and features [B,widths[-1]].

  Raises:
    ValueError: for settings out of range or lengths that do not fit; in use,
      for an x of other extents.
  """
  _check(spatial_dims, num_classes, widths, down, up)
  if upsample not in upsampling.KINDS or drop not in _DROPS:
    raise ValueError(f"unknown upsample {upsample!r} or drop {drop!r}")
  if not 0 < foreground < 1 or not 0 <= dropout < 1:
    raise ValueError(
      f"wanted foreground in (0, 1) and dropout in [0, 1), got {foreground} "
      f"and {dropout}"
    )
  trunk = _Trunk(
    spatial_dims,
    tuple(widths),
    tuple(down),
    tuple(up),
    group_width,
    upsample,
  )
  bias = math.log(foreground / (1 - foreground) / (num_classes - 1))
  plain = with_head(trunk, num_classes - 1, 0.0)
  return _with_background(plain, bias, dropout, drop)


def _check(spatial_dims, num_classes, widths, down, up):
  if spatial_dims not in (2, 3) or num_classes < 2:
    raise ValueError(
      f"wanted 2 or 3 spatial_dims and 2 or more classes, got {spatial_dims} "
      f"and {num_classes}"
    )
  if not widths or (len(down), len(up)) != (len(widths), len(widths) - 1):
    raise ValueError(
      "wanted L widths, L numbers of convolutions down and L - 1 up, got "
      f"{tuple(widths)}, {tuple(down)} and {tuple(up)}"
    )


def _with_background(plain, bias, dropout, drop):
  """The model with dropout, the prior, and logit 0 for the background."""
  rule = drop_channels if drop == "channel" else drop_voxels

  def init(key: jax.Array, x: jax.Array) -> Any:
    params = plain.init(key, x)
    dense = params["head"]["params"]
    prior = jnp.full_like(dense["bias"], bias)
    return params | {"head": {"params": dense | {"bias": prior}}}

  def head(params: Any, hidden: jax.Array, key: jax.Array | None = None):
    if key is not None:
      hidden = rule(key, hidden, dropout)
    logits = plain.head(params, hidden)
    return jnp.concatenate([jnp.zeros_like(logits[..., :1]), logits], -1)

  return Model(init, behind_trunk(plain.trunk, head), plain.trunk, head)


def drop_voxels(key: jax.Array, x: jax.Array, rate: float) -> jax.Array:
  """Drops each number of [B,*sp,W] by itself; the rest is over 1 - rate.

  Args:
    key: random key.
    x: any shape.
    rate: probability in [0, 1), to the nearest 2^-16.
  """
  dropped = round(rate * 2**16)
  bits = jax.random.bits(key, x.shape, jnp.uint16)
  kept = (bits >= jnp.uint16(dropped)).astype(x.dtype)
  return x * kept / (1 - dropped / 2**16)


class _Norm(nn.Module):
  """Group norm with an offset and no scale."""

  group_width: int

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    width = x.shape[-1]
    bias = self.param("bias", nn.initializers.zeros, (width,), jnp.float32)
    groups = max(1, width // self.group_width)
    return layers.group_norm(
      x, jnp.ones(width, jnp.float32), bias, groups, _EPSILON
    )


class _Trunk(nn.Module):
  spatial_dims: int
  widths: tuple[int, ...]
  down: tuple[int, ...]
  up: tuple[int, ...]
  group_width: int
  upsample: str

  @nn.compact
  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    layers.check_extents(x, self.spatial_dims, len(self.widths) - 1)
    skips = []
    for level, (width, times) in enumerate(
      zip(self.widths, self.down, strict=True)
    ):
      x = layers.max_pool(x) if level else x
      x = self._convolve(x, width, times)
      skips.append(x)
    features = x.mean(tuple(range(1, x.ndim - 1)))
    for width, skip, times in zip(
      self.widths[-2::-1], skips[-2::-1], self.up[::-1], strict=True
    ):
      x = nn.Dense(width, use_bias=False)(x)
      x = upsampling.upsample_linear(x, self.upsample)
      x = nn.relu(_Norm(self.group_width)(x))
      x = self._convolve(jnp.concatenate([skip, x], -1), width, times)
    return x, features

  def _convolve(self, x: jax.Array, width: int, times: int) -> jax.Array:
    for _ in range(times):
      x = nn.relu(_Norm(self.group_width)(Conv(width)(x)))
    return x
