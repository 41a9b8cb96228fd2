"""The items that are labelled first, and how items are handed on."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition.combinations.combine import equal_before


def as_groups(groups: Sequence[int] | None) -> jax.Array | None:
  """[N] int32, or None."""
  return None if groups is None else jnp.asarray(groups, jnp.int32)


def check_budget(num_items: int, start: int, query: int, rounds: int) -> None:
  """Raises ValueError if the pool cannot answer all the questions."""
  if start < 1:
    raise ValueError(f"the starting set needs at least 1 item, found {start}")
  if query < 1 or rounds < 0:
    raise ValueError(
      f"query must be >= 1 and rounds >= 0, found {query} and {rounds}"
    )
  wanted = start + query * rounds
  if wanted > num_items:
    raise ValueError(
      f"start {start} + {rounds} rounds x {query} items = {wanted} labels, "
      f"but the pool holds {num_items} items"
    )


def draw_start(
  key: jax.Array,
  num_items: int,
  start: int,
  groups: Sequence[int] | None = None,
  max_per_group: int = 0,
) -> jax.Array:
  """[start] int32 items for the first labels, drawn evenly from the pool.

  Depends on the key alone, so every acquisition starts from the same items.

  Args:
    key: of the run.
    num_items: N.
    start: how many.
    groups: [N] int >= 0, of a patient or volume.
    max_per_group: as of `Asking`; the cap rises by itself where every group
      is full.
  """
  order = jax.random.permutation(jax.random.fold_in(key, 2), num_items)
  if max_per_group:
    order = spread_over_groups(order, groups, max_per_group)
  return order[:start].astype(jnp.int32)


def draw_strata(
  key: jax.Array,
  strata: Sequence[int],
  start: int,
  even: bool = False,
  groups: Sequence[int] | None = None,
  max_per_group: int = 0,
) -> jax.Array:
  """[start] int32 items for the first labels, so many of each stratum.

  Args:
    key: of the run.
    strata: [N] int >= 0, such as classes; no concern of a real start, which
      does not know them.
    start: how many.
    even: as many of each, not in their shares of the pool.
    groups: [N] int >= 0, of a patient or volume.
    max_per_group: as of `draw_start`.
  """
  strata = np.asarray(strata)
  order = draw_start(key, len(strata), len(strata), groups, max_per_group)
  order = np.asarray(order)
  counts = np.bincount(strata)
  left = quotas(counts, start, even)
  taken = []
  for item in order:
    if left[strata[item]]:
      left[strata[item]] -= 1
      taken.append(item)
  return jnp.asarray(taken, jnp.int32)


def quotas(counts: Sequence[int], start: int, even: bool) -> np.ndarray:
  """[G] how many items of each stratum: in their shares, or as many of each.

  In shares each has one at least, if `start` allows; what is over goes to the
  strata that are furthest below their share, ties to the first.

  Args:
    counts: [G] items of each.
    start: how many in all, at most the sum of `counts`.
    even: as many of each, as far as there are so many.
  """
  counts = np.asarray(counts)
  weights = (counts > 0) if even else counts
  share = start * weights / weights.sum()
  found = np.zeros_like(counts)
  if start >= (counts > 0).sum():
    found = np.minimum(counts, 1)
  while found.sum() < start:
    below = np.where(found < counts, share - found, -np.inf)
    found[below.argmax()] += 1
  return found


def spread_over_groups(
  order: jax.Array, groups: Sequence[int], most: int
) -> jax.Array:
  """The order [n] of items with the first `most` of each group in front.

  Then the next so many of each, and so on; inside each part as before.

  Args:
    order: [n] int, items, the first to be taken first.
    groups: [N] int >= 0, of all items.
    most: >= 1, of a group.
  """
  before = equal_before(as_groups(groups)[order])
  return order[jnp.argsort(before // most, stable=True)]


def pad_items(items: jax.Array, width: int, num_items: int) -> jax.Array:
  """`items` [j] filled up to [width] with the empty slot, N."""
  return jnp.pad(items, (0, width - items.shape[0]), constant_values=num_items)
