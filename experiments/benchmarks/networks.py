"""Arithmetic and parameters of the network of Kim et al. 2024, counted."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from experiments.kim.settings import Kim


class Layer(NamedTuple):
  """A convolution of some extent, with channels in and out."""

  level: int  # 0 is the finest
  extent: int  # of its kernel
  given: int
  made: int
  norm: bool  # whether a norm with an offset follows


def layers(kim: Kim, channels: int) -> Iterator[Layer]:
  """Those of `alx.models.make_kim_unet`, in turn."""
  width = channels
  for level, (made, times) in enumerate(
    zip(kim.widths, kim.blocks_down, strict=True)
  ):
    for _ in range(times):
      yield Layer(level, 3, width, made, True)
      width = made
  for level in range(len(kim.widths) - 2, -1, -1):
    made = kim.widths[level]
    yield Layer(level + 1, 1, width, made, True)
    width = 2 * made  # beside what is skipped to here
    for _ in range(kim.blocks_up[level]):
      yield Layer(level, 3, width, made, True)
      width = made
  yield Layer(0, 1, width, 1, False)


def parameters(kim: Kim, channels: int) -> int:
  """Of kernels, the offsets of norms, and the bias of the head."""
  axes = len(kim.patch)
  return sum(
    one.extent**axes * one.given * one.made + one.made
    for one in layers(kim, channels)
  )


def forward_flops(kim: Kim, channels: int) -> int:
  """Of one patch: 2 for each weight at each voxel of a convolution."""
  axes, voxels = len(kim.patch), math.prod(kim.patch)
  return sum(
    2 * one.extent**axes * one.given * one.made * (voxels >> (axes * one.level))
    for one in layers(kim, channels)
  )


def training_flops(kim: Kim, channels: int) -> int:
  """Of a step with one patch: both gradients cost as much as the way there."""
  return 3 * forward_flops(kim, channels)


def lines(kim: Kim, channels: int) -> list[str]:
  """What is counted, in words."""
  count = parameters(kim, channels)
  step = training_flops(kim, channels)
  return [
    f"Counted: {count:,} parameters, so {4 * count / 1e6:.1f} MB of gradients; "
    f"{step / 1e12:.3g} TFLOP for a step with one patch of "
    f"{'x'.join(map(str, kim.patch))}."
  ]
