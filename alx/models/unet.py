"""A U-Net for images and volumes."""

import math
from collections.abc import Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp

from alx.models import layers
from alx.models.base import Model, with_head

# With few channels a relu makes all of them 0 at the voxels of a whole class,
# which then look like background and have no gradient: the class stays lost.
_LEAK = 0.1
GROUPS = 8  # of GroupNorm


def make_unet(
  spatial_dims: int,
  num_classes: int,
  widths: Sequence[int] = (16, 32, 64, 128, 256),
  dropout: float = 0.2,
  groups: int = GROUPS,
  light: bool = False,
  up: int = 0,
  down: int = 0,
  skips: str = "",
  norm: str = "group",
  deep: bool = False,
  remat: bool = False,
) -> Model:
  """U-Net with GroupNorm, leaky relu and two convolutions per level.

  Ronneberger et al. 2015, figure 1; the features are the spatial mean of the
  bottleneck. Spatial extents must be multiples of 2 ** (len(widths) - 1).

  A light one has one convolution per level on the way up, and adds what skips
  to what comes from below instead of putting them side by side: at full extent,
  where the time goes, it convolves three times with `widths[0]` channels
  instead of four times with up to twice as many.

  Args:
    spatial_dims: 2 for x [B,H,W,channels], 3 for x [B,D,H,W,channels].
    num_classes: number C of classes, background included.
    widths: channels of each level, finest first.
    dropout: rate in [0, 1) at which feature maps are dropped before the
      last layer.
    groups: groups of GroupNorm, at most; as many as channels are "instance".
    light: see above.
    up: convolutions per level on the way up; 0: 2, or 1 of a light one.
    down: convolutions per level on the way down and at the bottom; 0: 2.
    skips: "concat" or "add"; "": concat, or add of a light one.
    norm: "group", or "instance": each channel by itself, which wants a
      bottleneck of two voxels or more; see `check_bottleneck`.
    deep: levels on the way up have heads that are trained too, all but the
      bottleneck: see `alx.training.losses.over_levels`.
    remat: for gradients the convolutions of a level are made again instead of
      being kept (Chen et al. 2016): less memory, more time, the same numbers.

  Returns:
    Model, logits [B,*sp,C] and features [B,widths[-1]].

  Raises:
    ValueError: spatial_dims other than 2 and 3, no widths, or fewer than three
      with `deep`; a name that is not known; in use, an x of other extents, or
      of those that leave a norm of single channels one voxel.
  """
  if spatial_dims not in (2, 3):
    raise ValueError(f"spatial_dims must be 2 or 3, got {spatial_dims}")
  if not widths:
    raise ValueError("widths must hold at least one width, got none")
  if deep and len(widths) < 3:
    raise ValueError(f"deep wants three widths or more, got {tuple(widths)}")
  if skips not in ("", "add", "concat"):
    raise ValueError(f"skips must be add or concat, got {skips!r}")
  if norm not in ("group", "instance"):
    raise ValueError(f"norm must be group or instance, got {norm!r}")
  trunk = _UNet(
    spatial_dims,
    tuple(widths),
    groups_of(norm, groups),
    up or (1 if light else 2),
    down or 2,
    (skips or ("add" if light else "concat")) == "add",
    remat,
  )
  return with_head(trunk, num_classes, dropout, deep)


def groups_of(norm: str, groups: int = GROUPS) -> int:
  """For `layers.GroupNorm`; 0 is each channel by itself: gcd(0, W) is W."""
  return groups if norm == "group" else 0


def check_bottleneck(
  extents: Sequence[int], widths: Sequence[int], groups: int
) -> None:
  """Refuses a bottleneck whose every number is its own mean: all would be 0.

  Args:
    extents: of an image or a patch.
    widths: channels of each level.
    groups: as `groups_of` has them.

  Raises:
    ValueError: for one voxel there, normalised channel by channel.
  """
  factor, bottom = 2 ** (len(widths) - 1), widths[-1]
  alone = math.gcd(groups, bottom) == bottom
  if alone and {*extents} == {factor}:
    raise ValueError(
      f"wanted two voxels or more in the bottleneck, where {bottom} channels "
      f"are normalised one by one, found one, of extents {tuple(extents)} with "
      f"{len(widths)} widths: take a larger patch, fewer widths, or "
      f"norm='group' and more than {GROUPS} channels there"
    )


class _UNet(nn.Module):
  spatial_dims: int
  widths: tuple[int, ...]
  groups: int
  up: int
  down: int
  adds: bool
  remat: bool = False

  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    maps, features = self._maps(x)
    return maps[0], features

  def levels(self, x: jax.Array) -> list[jax.Array]:
    """The maps on the way up, finest first."""
    return self._maps(x)[0]

  @nn.compact
  def _maps(self, x: jax.Array) -> tuple[list[jax.Array], jax.Array]:
    layers.check_extents(x, self.spatial_dims, len(self.widths) - 1)
    check_bottleneck(x.shape[1:-1], self.widths, self.groups)
    *finer, bottom = self.widths
    skips, maps = [], []
    for width in finer:
      skips.append(self._convolve(x, width, self.down))
      x = layers.max_pool(skips[-1])
    x = self._convolve(x, bottom, self.down)
    features = x.mean(tuple(range(1, x.ndim - 1)))
    for width, skip in zip(reversed(finer), reversed(skips), strict=True):
      # A 1x1 convolution commutes with nearest upsampling: do it while small.
      above = layers.upsample(nn.Dense(width, use_bias=False)(x))
      x = skip + above if self.adds else jnp.concatenate([skip, above], -1)
      x = self._convolve(x, width, self.up)
      maps.append(x)
    return maps[::-1] or [x], features

  def _convolve(self, x: jax.Array, width: int, times: int) -> jax.Array:
    def level(module: nn.Module, x: jax.Array) -> jax.Array:
      for _ in range(times):
        x = layers.ConvNormRelu(width, module.groups, _LEAK)(x)
      return x

    return (nn.remat(level) if self.remat else level)(self, x)
