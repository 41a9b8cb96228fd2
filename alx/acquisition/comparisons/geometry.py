"""Distances and similarities of features, in blocks of fixed size.

No function holds an N x N array. Products of features run at the highest
precision: the default would round them to bfloat16 on a TPU.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

BLOCK = 4096  # rows of one block of an N x N array


def cross(x: jax.Array, y: jax.Array) -> jax.Array:
  """Inner products of the rows of [N, D] and [M, D]: [N, M]."""
  return jnp.matmul(x, y.T, precision=jax.lax.Precision.HIGHEST)


def unit_rows(x: jax.Array) -> jax.Array:
  """Rows of [N, D] scaled to length 1; a zero row stays zero."""
  norm = jnp.sqrt(jnp.square(x).sum(-1, keepdims=True))
  return jnp.where(norm > 0, x / jnp.where(norm > 0, norm, 1.0), 0.0)


def sum_rows(x: jax.Array, some: jax.Array) -> jax.Array:
  """Sum of some rows [N] bool of [N, D]: [D]; the others are finite.

  As a product: a sum is split over the cores of a CPU, and its last bits change
  with their number; those of a product of one row do not.
  """
  return cross(some.astype(x.dtype)[None, :], x.T)[0]


def centred(x: jax.Array, there: jax.Array) -> jax.Array:
  """[N, D] minus the mean of the rows that are there [N]; others are 0.

  Differences stay what they are, and the squares that are subtracted from
  each other in `squared_distances` become as small as they can.
  """
  x = jnp.where(there[:, None], x, 0.0)
  mean = sum_rows(x, there)[None, :] / jnp.maximum(there.sum(), 1)
  return jnp.where(there[:, None], x - mean, 0.0)


def squared_norms(x: jax.Array) -> jax.Array:
  """|x|^2 of each row of [N, D]: [N]."""
  return jnp.square(x).sum(-1)


def squared_distances(x: jax.Array, y: jax.Array) -> jax.Array:
  """|x - y|^2 of the rows of [N, D] and [M, D], at least 0: [N, M].

  From |x|^2 + |y|^2 - 2 x y: fast, and off by a rounding of the squares; give
  it `centred` features.
  """
  square = squared_norms(x)[:, None] + squared_norms(y)[None, :]
  return jnp.maximum(square - 2.0 * cross(x, y), 0.0)


def squared_distances_to(points: jax.Array, centre: jax.Array) -> jax.Array:
  """|x - c|^2 for points [N, D] and one centre [D], exact at x = c: [N]."""
  return jnp.square(points - centre[None, :]).sum(-1)


def map_rows(function: Callable, num_items: int, block: int = BLOCK):
  """`function(items [block]) -> pytree of [block, ...]` over all items.

  The last block holds items >= N; index with mode="clip", they are dropped.

  Returns:
    A pytree of [N, ...].
  """
  block = min(block, max(num_items, 1))
  num_blocks = -(-num_items // block)
  items = jnp.arange(num_blocks * block, dtype=jnp.int32)
  out = jax.lax.map(function, items.reshape(num_blocks, block))
  return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:])[:num_items], out)


def report(progress: Callable | None, done, total) -> None:
  """Calls `progress(done, total)` on the host when a compiled loop gets here.

  Args:
    progress: None: nothing is compiled in.
    done: [] int32, how much is finished.
    total: [] int32 or int, of how much.
  """
  if progress is not None:
    jax.debug.callback(lambda *x: progress(*map(int, x)), done, total)
