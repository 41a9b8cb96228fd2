"""Which windows of an image or volume to label: the patch query."""

import math

import jax
import jax.numpy as jnp


def window_means(
  values: jax.Array, window: tuple[int, ...], *, stride: int = 1
) -> jax.Array:
  """Mean over every window that lies inside the image or volume.

  Axis by axis, each by doubling: sums over 2^j neighbours make sums over
  2^(j+1), and those make the window's width. So O(log width) additions per
  voxel and axis, no subtraction, and nothing outside a window touches its
  mean, not even a NaN. Memory O(number of voxels).

  Args:
    values: [*sp] float32.
    window: extent along each axis, at least 1.
    stride: from one start to the next, the same along every axis.

  Returns:
    [*((sp - window) // stride + 1)] means; entry i is the window that starts
    at stride * i.

  Raises:
    ValueError: if the window has other axes or is larger than the image.
  """
  wrong = len(window) != values.ndim or min(window) < 1
  if wrong or any(w > n for w, n in zip(window, values.shape, strict=True)):
    raise ValueError(f"no window {window} in an image of {values.shape}")
  return _window_sums(values, window, stride) / math.prod(window)


def _window_sums(values, window, stride):
  for axis, width in enumerate(window):
    values = _sums_along(values, width, stride, axis)
  return values


def _sums_along(values, width, stride, axis):
  """Sums over `width` neighbours; `block` holds those over `size`."""
  starts = values.shape[axis] - width + 1
  block, size, offset, total = values, 1, 0, None
  while True:
    if width & size:
      end = offset + starts
      part = jax.lax.slice_in_dim(block, offset, end, stride, axis)
      total = part if total is None else total + part
      offset += size
    if offset == width:
      return total
    length = block.shape[axis] - size
    low = jax.lax.slice_in_dim(block, 0, length, axis=axis)
    block = low + jax.lax.slice_in_dim(block, size, size + length, axis=axis)
    size *= 2


def best_windows(
  values: jax.Array,
  window: tuple[int, ...],
  k: int,
  taken: jax.Array | None = None,
  *,
  stride: int = 1,
) -> tuple[jax.Array, jax.Array]:
  """The k windows of highest mean that do not overlap, best first.

  Greedy: the highest mean, then the highest of those that share no voxel with
  it, and so on; ties go to the first start in row-major order. Time O(V) per
  window for V voxels, memory O(V).

  Args:
    values: [*sp] float32. A window with a value that is not finite is never
      chosen.
    window: extent along each axis.
    k: how many.
    taken: [*sp] bool, voxels that are labelled already; no window touches one.
    stride: only starts at multiples of it are looked at.

  Returns:
    (starts [k, d] int32, means [k]). Once no window is left, empty slots hold
    the shape of the image as start and -inf as mean.
  """
  means = window_means(values, window, stride=stride)
  free = jnp.isfinite(means)
  if taken is not None:
    # Counts of voxels would overflow no window but are only compared with 0.
    free &= _window_sums(taken.astype(jnp.float32), window, stride) == 0
  shape = jnp.array(values.shape, jnp.int32)

  def pick(free, _):
    ranked = jnp.where(free, means, -jnp.inf)
    place = jnp.unravel_index(ranked.argmax(), means.shape)
    found, mean = free.any(), ranked.max()
    start = jnp.stack(place).astype(jnp.int32) * stride
    free &= ~_overlaps(start, means.shape, window, stride)
    return free, (jnp.where(found, start, shape), mean)

  return jax.lax.scan(pick, free, length=k)[1]


def _overlaps(start, shape, window, stride):
  """Which windows share a voxel with the one at `start` [d]: [*shape]."""
  found = jnp.ones(shape, bool)
  for axis, width in enumerate(window):
    here = jax.lax.broadcasted_iota(jnp.int32, shape, axis) * stride
    found &= jnp.abs(here - start[axis]) < width
  return found
