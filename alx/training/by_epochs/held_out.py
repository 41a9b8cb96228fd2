"""Labelled items to train on, and some that are held out to validate on."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.pool import PoolState


class Part(NamedTuple):
  """Some of the labelled items."""

  items: jax.Array  # [M] int32, the first `count` are meant
  count: jax.Array  # [] int32


def split_labelled(
  key: jax.Array, pool: PoolState, share: float, resampled: str = ""
) -> tuple[Part, Part]:
  """(training, held-out) items of the labelled ones; a single one is both.

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
  order = shuffle(key_order, Part(pool.order, count))
  wanted = jnp.round(share * count).astype(jnp.int32)
  num_held = jnp.clip(wanted, 1, jnp.maximum(count - 1, 0))
  num_held = jnp.minimum(num_held, count - 1)
  train = Part(jnp.roll(order, -num_held), count - num_held)
  held = Part(order, jnp.where(num_held > 0, num_held, count))
  if resampled:
    train = _resample(key_train, train)
  if resampled == "both":
    held = _resample(key_held, held)
  return train, held


def shuffle(key: jax.Array, part: Part) -> jax.Array:
  """[M] the items that are meant first, in random order."""
  size = part.items.shape[0]
  meant = jnp.arange(size, dtype=jnp.int32) < part.count
  chance = jnp.where(
    meant, jax.random.uniform(key, (size,), dtype=jnp.float32), jnp.inf
  )
  return part.items[jnp.argsort(chance)]


def _resample(key, part):
  """As many items, drawn with replacement."""
  slots = jax.random.randint(key, part.items.shape, 0, part.count, jnp.int32)
  return Part(part.items[slots], part.count)
