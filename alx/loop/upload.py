"""Puts an array that is larger than a copy may be onto the device."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.sources.source import NumberedIds, Source
from alx.units import UnitSet


class UnitRows:
  """What was told of regions, arrays [N, R, ...], as a `Source` of the units.

  Of regions that are no units nothing is read.
  """

  def __init__(self, description, units: UnitSet):
    """Keeps the arrays, without a copy.

    Args:
      description: pytree of NumPy arrays [N, R, ...].
      units: U of the regions.
    """
    self._arrays = description
    self._item = np.asarray(units.units.item)
    self._region = np.asarray(units.units.region)
    self.ids = NumberedIds(units.count)

  def __len__(self):
    return len(self._item)

  def __getitem__(self, i: int):
    return jax.tree.map(lambda x: x[0], self.rows(i, i + 1))

  def rows(self, start: int, stop: int):
    """Rows start..stop-1, copied."""
    at = self._item[start:stop], self._region[start:stop]
    return jax.tree.map(lambda x: x[at], self._arrays)


def to_device(source: Source, *, block: int = 2**14):
  """All N items of a source as arrays [N, ...] on the device.

  Block by block into one array that is made beforehand, so that the host never
  holds more than a block of it. Types are those JAX makes of them: float64 is
  float32 unless x64 is enabled.

  Args:
    source: with `rows`, such as `map_array` or `ArraySource` of what
      `describe_pool` returned.
    block: items at a time.

  Returns:
    The pytree of an item, with [N, ...].

  Raises:
    ValueError: no items, or no `rows`.
  """
  num_items = len(source)
  if num_items < 1 or not hasattr(source, "rows"):
    found = f"{type(source).__name__} of {num_items} items"
    raise ValueError(f"wanted a source with items and rows, found {found}")
  block = min(block, num_items)
  whole = jax.tree.map(
    lambda x: jnp.zeros((num_items, *x.shape[1:]), _as_jax(x.dtype)),
    source.rows(0, 1),
  )
  for start in range(0, num_items, block):
    # The last block reaches back: every block has one shape.
    start = min(start, num_items - block)
    whole = _put(whole, source.rows(start, start + block), np.int32(start))
  return jax.block_until_ready(whole)


def _as_jax(dtype):
  return jax.dtypes.canonicalize_dtype(dtype)


@functools.partial(jax.jit, donate_argnums=0)
def _put(whole, rows, start):
  def put(x, y):
    return jax.lax.dynamic_update_slice_in_dim(x, y.astype(x.dtype), start, 0)

  return jax.tree.map(put, whole, rows)
