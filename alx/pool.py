"""Which of the pool's items are labelled, in arrays that never change shape."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class PoolState(NamedTuple):
  """Which of the N items are labelled; room for M labels.

  Always true: `set(order[:count]) == set(where(labelled))`.
  """

  labelled: jax.Array  # [N] bool
  order: jax.Array  # [M] int32, items in order of labelling; empty slot = N
  count: jax.Array  # [] int32


def init_pool(num_items: int, capacity: int | None = None) -> PoolState:
  """A pool in which nothing is labelled yet.

  Args:
    num_items: N, at least 1.
    capacity: M, the most labels there will ever be, 1..N; N when not given.

  Raises:
    ValueError: if the sizes make no sense.
  """
  capacity = num_items if capacity is None else capacity
  if not 1 <= capacity <= num_items:
    raise ValueError(
      f"capacity must be 1..num_items={num_items}, found {capacity}"
    )
  return PoolState(
    labelled=jnp.zeros((num_items,), bool),
    order=jnp.full((capacity,), num_items, jnp.int32),
    count=jnp.int32(0),
  )


def mark_labelled(pool: PoolState, items: jax.Array) -> PoolState:
  """Appends `items` [k] int32 in their order.

  An entry equal to N, an item labelled before (or earlier in `items`) and
  whatever no longer fits change nothing.
  """
  num_items, capacity = pool.labelled.shape[0], pool.order.shape[0]
  places = jnp.arange(items.shape[0], dtype=jnp.int32)
  first = jnp.full((num_items,), items.shape[0], places.dtype)
  first = first.at[items].min(places, mode="drop")
  known = pool.labelled.at[items].get(mode="fill", fill_value=True)
  fresh = ~known & (first.at[items].get(mode="clip") == places)
  slots = jnp.where(fresh, pool.count + jnp.cumsum(fresh) - 1, capacity)
  kept = jnp.where(slots < capacity, items, num_items)
  return PoolState(
    labelled=pool.labelled.at[kept].set(True, mode="drop"),
    order=pool.order.at[slots].set(items, mode="drop"),
    count=jnp.minimum(pool.count + fresh.sum(dtype=jnp.int32), capacity),
  )


def first_slots(pool: PoolState) -> jax.Array:
  """[M] int32, the first slot with the item of each; of an empty slot, M."""
  num_slots = pool.order.shape[0]
  first = jnp.full(pool.labelled.shape, num_slots, jnp.int32)
  slots = jnp.arange(num_slots, dtype=jnp.int32)
  first = first.at[pool.order].min(slots, mode="drop")
  return first.at[pool.order].get(mode="fill", fill_value=num_slots)


def pool_of(items: jax.Array, count: jax.Array, num_items: int) -> PoolState:
  """The pool of N items whose labelled ones are the first of `items` [M].

  Args:
    items: [M] int32; one that is there twice has two slots.
    count: [] int32, how many of them are meant.
    num_items: N.
  """
  meant = jnp.arange(items.shape[0], dtype=jnp.int32) < count
  order = jnp.where(meant, items, num_items)
  labelled = jnp.zeros(num_items, bool).at[order].set(True, mode="drop")
  return PoolState(labelled, order, count)


def labelled_of(pool: PoolState) -> np.ndarray:
  """[count] int32 labelled items in the order of labelling, on the host."""
  return np.asarray(pool.order)[: int(pool.count)]


def sample_labelled(key: jax.Array, pool: PoolState, batch: int) -> jax.Array:
  """[batch] int32 labelled items, drawn evenly with replacement."""
  return pool.order[jax.random.randint(key, (batch,), 0, pool.count, jnp.int32)]
