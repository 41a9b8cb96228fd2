"""Items of different extent in one array; patches out of them and back."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class Images(NamedTuple):
  """N items in one array of the largest extent.

  Items smaller than the patch are mirrored up to it, so that a patch or a
  window never holds padding: `values` beyond `size` are zeros nobody reads.
  """

  values: jax.Array  # [N, *sp, channels] float32
  size: jax.Array  # [N, d] int32, extents that may be read, >= patch
  real: jax.Array  # [N, d] int32, extents of the item itself


def stack_images(images: Sequence[np.ndarray], patch: Sequence[int]) -> Images:
  """Puts N arrays [*sp, channels] of any extents into one `Images`."""
  real = np.array([x.shape[:-1] for x in images], np.int32)
  size = np.maximum(real, np.array(patch, np.int32)[None])
  return Images(_stack(images, patch, size), size, real)


def stack_labels(
  labels: Sequence[np.ndarray], patch: Sequence[int]
) -> np.ndarray:
  """Puts N label maps [*sp] into one uint8 [N, *sp], laid out as the images."""
  real = np.array([y.shape for y in labels], np.int32)
  size = np.maximum(real, np.array(patch, np.int32)[None])
  return _stack(labels, patch, size)


def _stack(arrays, patch, size):
  tail = arrays[0].shape[size.shape[1] :]
  out = np.zeros((len(arrays), *size.max(0), *tail), arrays[0].dtype)
  for row, array in zip(out, arrays, strict=True):
    grown = mirror_to(array, patch)
    row[tuple(slice(n) for n in grown.shape)] = grown
  return out


def mirror_to(array: np.ndarray, patch: Sequence[int]) -> np.ndarray:
  """Grows [*sp, ...] at the end of each axis to the patch, by mirroring."""
  grow = [(0, max(0, p - n)) for p, n in zip(patch, array.shape, strict=False)]
  grow += [(0, 0)] * (array.ndim - len(grow))
  return np.pad(array, grow, mode="symmetric")


def real_mask(real: jax.Array, extent: Sequence[int]) -> jax.Array:
  """Which voxels belong to the items: real [B, d] -> bool [B, *extent]."""
  mask = jnp.ones((real.shape[0], *extent), bool)
  for axis, n in enumerate(extent):
    inside = jnp.arange(n)[None, :] < real[:, axis, None]
    shape = [real.shape[0]] + [1] * len(extent)
    shape[1 + axis] = n
    mask = mask & inside.reshape(shape)
  return mask


def cut_item(
  values: jax.Array, item: jax.Array, start: jax.Array, patch: Sequence[int]
) -> jax.Array:
  """The patch of item `item` of `values` [N, *sp, ...] at `start` [d]."""
  tail = values.shape[1 + len(patch) :]
  offsets = [item, *start, *([0] * len(tail))]
  return jax.lax.dynamic_slice(values, offsets, (1, *patch, *tail))[0]


def nth_true(mask: jax.Array, n: jax.Array) -> jax.Array:
  """Coordinates [d] int32 of the n-th (from 0) True of mask, raster order.

  Goes axis by axis over counts, so it costs one pass over the mask. If there
  are not that many the answer is some voxel inside the array.
  """
  coordinates = []
  for _ in range(mask.ndim):
    counts = mask.sum(tuple(range(1, mask.ndim)), dtype=jnp.int32)
    until = jnp.cumsum(counts)
    at = jnp.searchsorted(until, n, side="right").astype(jnp.int32)
    at = jnp.minimum(at, mask.shape[0] - 1)
    n = n - (until[at] - counts[at])
    coordinates.append(at)
    mask = mask[at]
  return jnp.stack(coordinates)


def window_counts(
  extent: Sequence[int], patch: Sequence[int], overlap: float
) -> tuple[int, ...]:
  """How many windows cover each axis of the largest item.

  Args:
    extent: the largest item, voxels.
    patch: window, voxels, at most the extent.
    overlap: the least share of a window that its neighbour covers, in [0, 1).
  """
  strides = [max(1, int(p * (1.0 - overlap))) for p in patch]
  return tuple(
    1 + math.ceil((e - p) / s)
    for e, p, s in zip(extent, patch, strides, strict=True)
  )


def window_starts(
  size: jax.Array, patch: Sequence[int], counts: Sequence[int]
) -> jax.Array:
  """Where the windows of one item start: [W, d] int32, W = prod(counts).

  They are spread evenly over the item's own extent `size` [d], so each of them
  lies inside it and each item has the same number of windows.
  """
  grid = np.array(list(itertools.product(*map(range, counts))), np.int32)
  last = np.maximum(np.array(counts, np.int32) - 1, 1)
  room = size - np.array(patch, np.int32)
  return grid * room[None, :] // last[None, :]


def blend_weights(patch: Sequence[int]) -> np.ndarray:
  """[*patch] float32 weight of a window's voxels: a Gaussian, sigma = 1/8."""
  weights = np.ones(tuple(patch), np.float32)
  for axis, n in enumerate(patch):
    offset = (np.arange(n) - (n - 1) / 2) / (n / 8)
    shape = [-1 if i == axis else 1 for i in range(len(patch))]
    weights = weights * np.exp(-0.5 * offset**2).reshape(shape)
  return np.maximum(weights, 1e-3).astype(np.float32)


def blend(
  windows: jax.Array, starts: jax.Array, extent: Sequence[int]
) -> jax.Array:
  """Weighted mean of overlapping windows [W, *patch, D] -> [*extent, D]."""
  patch = windows.shape[1:-1]
  weights = jnp.asarray(blend_weights(patch))[..., None]

  def add(sums, window_and_start):
    window, start = window_and_start
    offsets = [*start, 0]
    stacked = jnp.concatenate([window * weights, weights], -1)
    old = jax.lax.dynamic_slice(sums, offsets, stacked.shape)
    return jax.lax.dynamic_update_slice(sums, old + stacked, offsets), None

  zeros = jnp.zeros((*extent, windows.shape[-1] + 1), windows.dtype)
  sums = jax.lax.scan(add, zeros, (windows, starts))[0]
  return sums[..., :-1] / jnp.where(sums[..., -1:] > 0, sums[..., -1:], 1.0)


def sliding_window(
  function: Callable,
  images: Images,
  patch: Sequence[int],
  overlap: float,
) -> tuple[jax.Array, jax.Array]:
  """Applies `function` window by window and puts the items together again.

  A window has the patch's extent and lies inside its item, so a normalisation
  inside `function` sees what it saw in training. Exact for a function that
  returns its input.

  Args:
    function: [b, *patch, channels] -> (hidden [b, *patch, W], features [b, F]).
    images: a block of B items.
    patch: window, voxels.
    overlap: see `window_counts`.

  Returns:
    hidden [B, *sp, W] (zeros outside the items) and features [B, F], the mean
    over windows.
  """
  extent = images.values.shape[1:-1]
  counts = window_counts(extent, patch, overlap)
  starts = jax.vmap(lambda size: window_starts(size, patch, counts))(
    images.size
  )
  if math.prod(counts) == 1:
    return function(images.values)
  windows = jax.vmap(
    lambda item, starts: jax.vmap(
      lambda start: cut_item(images.values, item, start, patch)
    )(starts)
  )(jnp.arange(starts.shape[0]), starts)
  hidden, features = function(windows.reshape(-1, *windows.shape[2:]))
  hidden = hidden.reshape(*windows.shape[:2], *hidden.shape[1:])
  whole = jax.vmap(lambda w, s: blend(w, s, extent))(hidden, starts)
  return whole, features.reshape(*windows.shape[:2], -1).mean(1)
