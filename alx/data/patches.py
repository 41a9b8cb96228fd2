"""Items of different extent in one array; patches out of them and back."""

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

  values: jax.Array  # [N, *sp, channels] float32, or uint8: see `as_float`
  size: jax.Array  # [N, d] int32, extents that may be read, >= patch
  real: jax.Array  # [N, d] int32, extents of the item itself
  regions: jax.Array | None = None  # [N, *sp] int32, of units that are stored


def stack_images(images: Sequence[np.ndarray], patch: Sequence[int]) -> Images:
  """Puts N arrays [*sp, channels] of any extents into one `Images`."""
  real = np.array([x.shape[:-1] for x in images], np.int32)
  size = np.maximum(real, np.array(patch, np.int32)[None])
  return Images(_stack(images, patch, size), size, real)


def as_float(values: jax.Array) -> jax.Array:
  """Bytes [0, 255] of pictures to float32 [-1, 1]; other values as they are.

  Pictures stay bytes until they are used: a quarter of the memory.
  """
  if values.dtype == jnp.uint8:
    return values.astype(jnp.float32) / 127.5 - 1.0
  return values


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


def near(
  x: np.ndarray | jax.Array, extent: Sequence[int], leading: int = 0
) -> np.ndarray | jax.Array:
  """The near `extent` of the axes behind the leading ones: padding undone."""
  return x[(slice(None),) * leading + tuple(slice(n) for n in extent)]


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
  offsets = _offsets(item, *start, *([0] * len(tail)))
  return jax.lax.dynamic_slice(values, offsets, (1, *patch, *tail))[0]


def _offsets(*offsets):
  """All of them int32; with 64 bits enabled a plain 0 would be int64."""
  return [jnp.asarray(offset, jnp.int32) for offset in offsets]


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
  size: jax.Array | np.ndarray, patch: Sequence[int], overlap: float
) -> jax.Array | np.ndarray:
  """How many windows cover each axis of an item: size [..., d] -> [..., d].

  Args:
    size: extents of the items, voxels, at least the patch.
    patch: window, voxels.
    overlap: the least share of a window that its neighbour covers, in [0, 1).
  """
  stride = np.array([max(1, int(p * (1.0 - overlap))) for p in patch], np.int32)
  room = size - np.broadcast_to(np.array(patch, np.int32), size.shape)
  return 1 - (-room // np.broadcast_to(stride, size.shape))


def window_start(
  n: jax.Array, size: jax.Array, counts: jax.Array, patch: Sequence[int]
) -> jax.Array:
  """Where the n-th window of one item starts: [d] int32.

  The windows are spread evenly over the item's own extent `size` [d], so each
  of them lies inside it; n counts through them in raster order.
  """
  room = size - np.array(patch, np.int32)
  place = []
  for count in counts[::-1]:
    place.append(n % count)
    n = n // count
  return jnp.stack(place[::-1]) * room // jnp.maximum(counts - 1, 1)


def blend_weights(patch: Sequence[int]) -> np.ndarray:
  """[*patch] float32 weight of a window's voxels: a Gaussian, sigma = 1/8."""
  weights = np.ones(tuple(patch), np.float32)
  for axis, n in enumerate(patch):
    offset = (np.arange(n) - (n - 1) / 2) / (n / 8)
    shape = [-1 if i == axis else 1 for i in range(len(patch))]
    weights = weights * np.exp(-0.5 * offset**2).reshape(shape)
  return np.maximum(weights, 1e-3).astype(np.float32)


def sliding_window(
  function: Callable, images: Images, patch: Sequence[int], overlap: float
) -> tuple[jax.Array, jax.Array]:
  """Applies `function` window by window and puts the items together again.

  A window has the patch's extent and lies inside its item, so a normalisation
  inside `function` sees what it saw in training. Overlapping windows are
  averaged with Gaussian weights. Exact for a function that returns its input.
  One window of each item is alive at a time; a block takes as many turns as
  its largest item has windows.

  Args:
    function: [B, *patch, channels] -> (hidden [B, *patch, W], features [B, F]).
    images: a block of B items.
    patch: window, voxels.
    overlap: see `window_counts`.

  Returns:
    hidden [B, *sp, W] (zeros outside the items) and features [B, F], the mean
    over windows.
  """
  if tuple(images.values.shape[1:-1]) == tuple(patch):
    return function(images.values)
  counts = window_counts(images.size, patch, overlap)
  totals = counts.prod(-1)

  def add(n, sums):
    starts = jax.vmap(lambda size, c: window_start(n, size, c, patch))(
      images.size, counts
    )
    windows = jax.vmap(lambda x, start: _cut(x, start, patch))(
      images.values, starts
    )
    hidden, features = function(windows)
    real = (n < totals).astype(hidden.dtype)
    blended = jax.vmap(_blend)(sums[0], hidden, starts, real)
    return blended, sums[1] + features * real[:, None]

  sums = _zero_sums(function, images, patch)
  hidden, features = jax.lax.fori_loop(0, totals.max(), add, sums)
  weights = hidden[..., -1:]
  hidden = hidden[..., :-1] / jnp.where(weights > 0, weights, 1.0)
  return hidden, features / totals[:, None].astype(features.dtype)


def _zero_sums(function, images, patch):
  """([B, *sp, W + 1], [B, F]) zeros: weighted sums with their weights."""
  num_items, *extent, channels = images.values.shape
  window = jax.ShapeDtypeStruct((num_items, *patch, channels), jnp.float32)
  hidden, features = jax.eval_shape(function, window)
  whole = jnp.zeros((num_items, *extent, hidden.shape[-1] + 1), hidden.dtype)
  return whole, jnp.zeros(features.shape, features.dtype)


def _blend(sums, window, start, real):
  """Adds a window [*patch, W] and its weights to [*sp, W + 1]."""
  weights = jnp.asarray(blend_weights(window.shape[:-1]))[..., None] * real
  added = jnp.concatenate([window * weights, weights], -1)
  offsets = _offsets(*start, 0)
  old = jax.lax.dynamic_slice(sums, offsets, added.shape)
  return jax.lax.dynamic_update_slice(sums, old + added, offsets)


def _cut(values, start, patch):
  """The patch of `values` [*sp, channels] at `start` [d]."""
  offsets = _offsets(*start, 0)
  return jax.lax.dynamic_slice(values, offsets, (*patch, values.shape[-1]))
