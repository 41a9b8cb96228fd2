"""From scores to items: top-k, the random baselines, turns of groups.

Each `select(key, description, candidates, k)` gives [k] int32 items, distinct
and available, best first. When fewer than k are available, or fewer have a
finite score, the empty slots at the end hold N. `count` is that of
`Acquisition.select`.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, picks_of, usable, wanted
from alx.acquisition.comparisons.geometry import cross, unit_rows
from alx.acquisition.shares import share_of, spaced

_STEPS = 2**23  # of the random numbers in [0, 1) that there are in float32


def top_k(
  key: jax.Array,
  scores: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """The k highest finite scores [N]; ties go to the lowest item id."""
  del key
  num_items = scores.shape[0]
  usable = candidates.available & jnp.isfinite(scores)
  # top_k would rank -0.0 below 0.0; they are a tie.
  scores = jnp.where(scores == 0, 0.0, scores)
  ranked = jnp.where(usable, scores, -jnp.inf)
  # A k beyond N is legal here and fills with empty slots.
  items = jax.lax.top_k(ranked, min(k, num_items))[1]
  number = jnp.minimum(usable.sum(), wanted(k, count))
  kept = jnp.arange(items.shape[0], dtype=jnp.int32) < number
  items = jnp.where(kept, items, num_items).astype(jnp.int32)
  return jnp.pad(items, (0, k - items.shape[0]), constant_values=num_items)


def uniform(
  key: jax.Array,
  description: None,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """k available items, every set of k equally likely."""
  del description
  noise = jax.random.uniform(key, candidates.available.shape, dtype=jnp.float32)
  return top_k(key, noise, candidates, k, count)


def evenly_spaced(
  key: jax.Array,
  description: None,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Every n-th of the available items, n = available / k, from a random start.

  Of slices, item by item in their order, it is every n-th slice: systematic
  sampling, each item with the same probability. In whole numbers, so that no
  item is there twice. Time O(N + k log N), memory O(N).
  """
  del description
  num_items = candidates.available.shape[0]
  number = candidates.available.sum(dtype=jnp.int32)
  asked = jnp.minimum(jnp.maximum(wanted(k, count), 1), jnp.maximum(number, 1))
  offset = jax.random.uniform(key, dtype=jnp.float32)
  offset = (offset * _STEPS).astype(jnp.int32)
  start, _ = share_of(number, offset, _STEPS)
  places = spaced(jnp.arange(k, dtype=jnp.int32), number, asked, start)
  rank = jnp.cumsum(candidates.available) - 1
  at = jnp.searchsorted(rank, jnp.minimum(places, number - 1), side="left")
  there = jnp.arange(k) < jnp.minimum(number, wanted(k, count))
  return jnp.where(there, at, num_items).astype(jnp.int32)


def uniform_among_highest(
  key: jax.Array,
  levels: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Random order inside each integer level [N], higher levels first."""
  noise = jax.random.uniform(key, candidates.available.shape, dtype=jnp.float32)
  return top_k(key, levels + noise, candidates, k, count)


def exclude_neighbours(
  key: jax.Array,
  description: dict,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  similarity: float = 0.85,
) -> jax.Array:
  """The highest scores, but not of items that are like one already picked.

  Goes down the scores and leaves out what has a cosine above `similarity` to
  an item it took (Chen J. et al. 2023, FEAL). When nothing else is left, the
  best of those that were left out follow. The labelled items exclude nobody.
  Ties go to the lowest id; a zero vector is like nothing. Time O(k N D),
  memory O(N D).

  Args:
    key: unused.
    description: {"score": [N] float32, "features": [N, D] float32}.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    similarity: in [-1, 1]; more than 1, say 2, is `top_k`.
  """
  del key
  description, kept = usable(description, candidates)
  scores, rows = description["score"], unit_rows(description["features"])
  num_items = scores.shape[0]

  def pick(carry, _):
    free, near = carry
    first = jnp.where((free & ~near).any(), free & ~near, free)
    item = jnp.argmax(jnp.where(first, scores, -jnp.inf)).astype(jnp.int32)
    found, cosine = free.any(), cross(rows, rows[item][None, :])[:, 0]
    carry = free.at[item].set(False), near | (cosine > similarity)
    return carry, jnp.where(found, item, num_items)

  start = kept.available, jnp.zeros(num_items, bool)
  return picks_of(pick, start, num_items, k, count)


class Groups(NamedTuple):
  """Where each item stands in its group, whatever the labels are called."""

  ids: jax.Array  # [N] int32 in [0, N), in the order of the labels
  rank: jax.Array  # [N] int32 among the available of its group, 0 is the best
  sizes: jax.Array  # [N] int32, available items of group ids
  labelled: jax.Array  # [N] int32, labelled items of group ids


def grouped(
  labels: jax.Array, priority: jax.Array, candidates: Candidates
) -> Groups:
  """Ranks the available items inside their groups, without a loop.

  Items that are not there form groups of their own behind all others. Time
  O(N log N), memory O(N).

  Args:
    labels: [N] int32, equal in a group, any numbers.
    priority: [N] float, the highest is the best; ties go to the lowest id.
    candidates: of the N items.
  """
  num_items = labels.shape[0]
  there, available = candidates.present, candidates.available
  priority = jnp.where(available, priority, 0.0)
  order = jnp.lexsort((-priority, ~available, labels, ~there))
  places = jnp.arange(num_items, dtype=jnp.int32)
  first = (labels[order] != jnp.roll(labels[order], 1)) | (places == 0)
  first |= there[order] != jnp.roll(there[order], 1)
  start = jax.lax.cummax(jnp.where(first, places, 0))

  def back(x):
    return jnp.zeros_like(x).at[order].set(x)

  ids = back(jnp.cumsum(first, dtype=jnp.int32) - 1)
  counts = jnp.zeros(num_items, jnp.int32)
  return Groups(
    ids,
    back(places - start),
    counts.at[ids].add(available.astype(jnp.int32)),
    counts.at[ids].add(candidates.labelled.astype(jnp.int32)),
  )


def first_by(
  orders: tuple[jax.Array, ...],
  available: jax.Array,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """The k available items with the lowest orders [N], the first one first.

  Ties go to the next order and at last to the lowest id; empty slots hold N.
  """
  num_items = available.shape[0]
  items = jnp.lexsort((*reversed(orders), ~available)).astype(jnp.int32)
  items = jnp.where(available[items], items, num_items)[:k]
  if count is not None:
    counted = jnp.arange(items.shape[0], dtype=jnp.int32) < count
    items = jnp.where(counted, items, num_items)
  return jnp.pad(items, (0, k - items.shape[0]), constant_values=num_items)


def round_robin(
  labels: jax.Array,
  priority: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """One item of each group, then a second of each, from the smallest group on.

  The counts of two groups differ by at most one as long as both have items
  left. Time O(N log N), memory O(N).

  Args:
    labels: [N] int32, equal in a group, any numbers. Groups of one size, of
      the available items, come in the order of their labels.
    priority: [N] float, the highest of a group is its first; ties go to the
      lowest id. An item without a finite one is never picked.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
  """
  free = candidates.available & jnp.isfinite(priority)
  groups = grouped(labels, priority, candidates._replace(available=free))
  orders = groups.rank, groups.sizes[groups.ids], groups.ids
  return first_by(orders, free, k, count)
