"""A function over many items, block by block inside one program."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

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
  num_blocks = -(-num_items // block)
  block = -(-num_items // num_blocks)
  items = jnp.minimum(
    jnp.arange(num_blocks * block, dtype=jnp.int32), num_items - 1
  )

  def of_block(items):
    return function(jax.tree.map(lambda x: x[items], images), items)

  out = jax.lax.map(
    of_block, items.reshape(num_blocks, block).astype(jnp.int32)
  )
  return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:])[:num_items], out)
