"""Labelled items to train on, and some that are held out to validate on."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.pool import PoolState, first_slots


class Part(NamedTuple):
  """Some of the labelled items."""

  items: jax.Array  # [M] int32, the first `count` are meant
  count: jax.Array  # [] int32


def split_labelled(
  key: jax.Array, pool: PoolState, share: float, resampled: str = ""
) -> tuple[Part, Part]:
  """(training, held-out) items of the labelled ones; a single one is both.

  An item that a resample drew several times is as often in one of them.

  Args:
    key: random key.
    pool: at least one labelled item.
    share: of the labelled items that is held out: at least one item, and none
      of a single one.
    resampled: "": items as they are; "train": training items are drawn with
      replacement (Breiman 1996); "both": those held out are too.
  """
  key_order, key_train, key_held = jax.random.split(key, 3)
  count = pool.count
  order, until = _shuffle_items(key_order, pool)
  num_items = until[-1]
  wanted = jnp.round(share * num_items).astype(jnp.int32)
  num_held = jnp.clip(wanted, 1, jnp.maximum(num_items - 1, 0))
  num_held = jnp.minimum(num_held, num_items - 1)
  num_held = jnp.searchsorted(until, num_held, side="right").astype(jnp.int32)
  train = Part(jnp.roll(order, -num_held), count - num_held)
  held = Part(order, jnp.where(num_held > 0, num_held, count))
  if resampled:
    train = _resample(key_train, train)
  if resampled == "both":
    held = _resample(key_held, held)
  return train, held


def shuffle(key: jax.Array, part: Part) -> jax.Array:
  """[M] the items that are meant first, in random order."""
  return part.items[jnp.argsort(_places(key, part))]


def _places(key, part):
  """[M] float32 to sort by: random of what is meant, inf of the rest."""
  size = part.items.shape[0]
  meant = jnp.arange(size, dtype=jnp.int32) < part.count
  drawn = jax.random.uniform(key, (size,), dtype=jnp.float32)
  return jnp.where(meant, drawn, jnp.inf)


def _shuffle_items(key, pool):
  """Labelled items first, in random order, copies of one behind each other.

  Returns:
    ([M] items, [M] int32, how many different ones there are until each).
  """
  first = first_slots(pool)
  places = _places(key, Part(pool.order, pool.count))
  places = places.at[first].get(mode="fill", fill_value=jnp.inf)
  slots = jnp.lexsort((first, places))  # what is alike by its item
  is_first = first == jnp.arange(first.shape[0], dtype=jnp.int32)
  return pool.order[slots], jnp.cumsum(is_first[slots], dtype=jnp.int32)


def _resample(key, part):
  """As many items, drawn with replacement."""
  slots = jax.random.randint(key, part.items.shape, 0, part.count, jnp.int32)
  return Part(part.items[slots], part.count)
