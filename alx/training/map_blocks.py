"""A function over many items, block by block."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.patches import Images


def map_blocks(function: Callable, images: Images, block: int):
  """Applies `function(images, items)` to blocks of items, one after another.

  There are as few blocks as `block` allows, of one shape: the last is filled up
  with copies of the last item, which are dropped. The size of a block changes
  memory and, where matrix products round otherwise, last bits.

  Args:
    function: (Images of B items, items [B]) -> pytree of [B, ...]
    images: of N items.
    block: items at a time, at most.

  Returns:
    A pytree of [N, ...].
  """
  num_items = images.size.shape[0]

  def of_block(items):
    return function(_take(images, items), items)

  out = jax.lax.map(of_block, jnp.asarray(_blocks(num_items, block)))
  return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:])[:num_items], out)


def each_block(function: Callable, images: Images, block: int):
  """The same blocks outside of jit: a call of `function` for each.

  Args:
    function: (Images of B items, items [B]) -> pytree of [B, ...]
    images: of N items.
    block: items at a time, at most.

  Returns:
    A pytree of [N, ...].
  """
  num_items = images.size.shape[0]
  blocks = _blocks(num_items, block)
  return _join([function(_cut(images, b), b) for b in blocks], num_items)


def _blocks(num_items, block):
  """[blocks, B] int32 items; the last one fills up."""
  num_blocks = -(-num_items // block)
  block = -(-num_items // num_blocks)
  items = np.arange(num_blocks * block, dtype=np.int32)
  return np.minimum(items, num_items - 1).reshape(num_blocks, block)


def _take(images, items):
  return jax.tree.map(lambda x: x[items], images)


_cut = jax.jit(_take)


@partial(jax.jit, static_argnums=1)
def _join(blocks, num_items):
  return jax.tree.map(lambda *x: jnp.concatenate(x)[:num_items], *blocks)
