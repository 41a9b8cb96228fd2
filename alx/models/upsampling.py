"""Linear upsampling by two, written so that it is cheap to differentiate."""

import jax
import jax.numpy as jnp

KINDS = ("half_pixel", "box")


def upsample_linear(x: jax.Array, kind: str = "half_pixel") -> jax.Array:
  """Linear interpolation, twice the extent: [B,*sp,W] -> [B,2*sp,W].

  "half_pixel" puts samples at the centres of the voxels and repeats the edge:
  [0, 2] -> [0, 0.5, 1.5, 2]. "box" doubles every voxel, appends a zero at the
  far end and averages neighbours, as the code beside Kim et al. 2024 does:
  [a, b] -> [a, (a + b) / 2, b, b / 2].

  Raises:
    ValueError: for another kind.
  """
  if kind not in KINDS:
    raise ValueError(f"no upsampling {kind!r}; there are: {', '.join(KINDS)}")
  for axis in range(1, x.ndim - 1):
    x = _double(x, axis, kind)
  return x


def _double(x, axis, kind):
  """The same along one axis."""
  extent = x.shape[axis]
  first, rest = jnp.split(x, [1], axis)
  if kind == "half_pixel":
    start, last = jnp.split(x, [extent - 1], axis)
    before = jnp.concatenate([first, start], axis)
    after = jnp.concatenate([rest, last], axis)
    pair = 0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after
  else:
    after = jnp.concatenate([rest, jnp.zeros_like(first)], axis)
    pair = x, 0.5 * (x + after)
  shape = [*x.shape[:axis], 2 * extent, *x.shape[axis + 1 :]]
  return jnp.stack(pair, axis + 1).reshape(shape)
