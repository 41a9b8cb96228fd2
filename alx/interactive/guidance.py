"""What a reader has drawn, as channels beside the image."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

HOW = ("gaussian", "distance")


def channel(
  points: jax.Array,
  there: jax.Array,
  extent: Sequence[int],
  spacing: Sequence[float] | None = None,
  *,
  how: str = "gaussian",
  reach_mm: float = 3.0,
) -> jax.Array:
  """One channel of clicks, extreme points or the voxels of a scribble.

  With d the distance in mm to the nearest point: exp(-d^2 / (2 reach^2)), or
  max(0, 1 - d / reach). 1 at a point, and 0 everywhere without any. Time O(K V)
  for V voxels, memory O(V).

  Args:
    points: [K, d] int32, voxels.
    there: [K] bool, which of them there are.
    extent: d numbers, of the image.
    spacing: d sides of a voxel in mm; None: 1.
    how: "gaussian" or "distance".
    reach_mm: > 0, the standard deviation, or where the distance ends.

  Returns:
    [*extent] float32 in [0, 1].

  Raises:
    ValueError: for another kind, or points of other axes.
  """
  if how not in HOW:
    raise ValueError(f"how: wanted one of {', '.join(HOW)}, found {how!r}")
  if not reach_mm > 0:
    raise ValueError(f"reach_mm: wanted a number above 0, found {reach_mm}")
  squared = squared_distance(points, there, extent, spacing)
  if how == "gaussian":
    return jnp.exp(-squared / (2 * reach_mm**2))
  return jnp.maximum(1 - jnp.sqrt(squared) / reach_mm, 0.0)


def squared_distance(
  points: jax.Array,
  there: jax.Array,
  extent: Sequence[int],
  spacing: Sequence[float] | None = None,
) -> jax.Array:
  """[*extent] float32, mm^2 to the nearest of some points; inf without one.

  Args:
    points: [K, d] int32, voxels.
    there: [K] bool, which of them there are.
    extent: d numbers, of the image.
    spacing: d sides of a voxel in mm; None: 1.

  Raises:
    ValueError: for points or sides of other axes.
  """
  points = jnp.asarray(points, jnp.int32)
  spacing = (1.0,) * len(extent) if spacing is None else spacing
  if points.ndim != 2 or {points.shape[1], len(spacing)} != {len(extent)}:
    raise ValueError(
      f"wanted points [K, {len(extent)}] and as many sides of a voxel, found "
      f"{points.shape} and {tuple(spacing)}"
    )

  def nearer(found, point):
    place, is_there = point
    squared = jnp.zeros((), jnp.float32)
    for axis, (size, side) in enumerate(zip(extent, spacing, strict=True)):
      shape = [1] * len(extent)
      shape[axis] = size
      gap = (jnp.arange(size) - place[axis]).astype(jnp.float32) * side
      squared = squared + jnp.square(gap).reshape(shape)
    return jnp.where(is_there, jnp.minimum(found, squared), found), None

  start = jnp.full(tuple(extent), jnp.inf, jnp.float32)
  return jax.lax.scan(nearer, start, (points, jnp.asarray(there, bool)))[0]


def filled_box(
  low: Sequence[int], high: Sequence[int], extent: Sequence[int]
) -> np.ndarray:
  """[*extent] float32, 1 inside of a box from `low` to before `high`.

  What lies beyond the image is left out.
  """
  found = np.zeros(tuple(extent), np.float32)
  inside = zip(low, high, strict=True)
  found[tuple(slice(max(int(a), 0), max(int(b), 0)) for a, b in inside)] = 1.0
  return found


def corners(low: Sequence[int], high: Sequence[int]) -> np.ndarray:
  """[2^d, d] int32, the voxels in the corners of a box; 8 in a volume."""
  ends = np.stack([np.asarray(low), np.asarray(high) - 1])
  grid = np.indices((2,) * ends.shape[1]).reshape(ends.shape[1], -1)
  each = [ends[side, axis] for axis, side in enumerate(grid)]
  return np.stack(each, -1).astype(np.int32)
