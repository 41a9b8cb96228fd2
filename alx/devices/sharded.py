"""Exact choices from a pool that is sharded over processes.

Each process gives the arrays of its own items and gets the items of all, the
same on every process. Exchanged are few candidates, never the pool.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition.base import Candidates, finite_rows, in_float32
from alx.acquisition.comparisons.geometry import (
  cross,
  map_rows,
  squared_distances_to,
  squared_norms,
)
from alx.acquisition.scores import select
from alx.devices.distributed import Shard, all_gather

_CENTRES = 256  # labelled rows of one process in one exchange


def top_k(
  scores: jax.Array,
  candidates: Candidates,
  k: int,
  shard: Shard,
  *,
  gather: Callable = all_gather,
) -> np.ndarray:
  """`select.top_k` of all scores: k pairs of each process are exchanged.

  Args:
    scores: [n] float32 of the shard's items.
    candidates: of the shard's items.
    k: how many items, of all processes together.
    shard: what this process holds.
    gather: as `distributed.all_gather`.

  Returns:
    items [k] int32, global, best first; ties go to the lowest id; an empty
    slot holds N.
  """
  local = np.asarray(_top_k(scores, candidates, k))
  found = local < shard.stop - shard.start
  values = np.full(k, -np.inf, np.float32)
  values[found] = np.asarray(scores)[local[found]]
  items = np.where(found, local + shard.start, shard.num_items)
  return merge_top_k(*gather((values, items.astype(np.int32))), k)


@partial(jax.jit, static_argnums=2)
def _top_k(scores, candidates, k):
  return select.top_k(None, scores, candidates, k)


def merge_top_k(values: np.ndarray, items: np.ndarray, k: int) -> np.ndarray:
  """[k] items of the highest values [P, k]; ties go to the lowest item."""
  values, items = values.ravel(), items.ravel()
  return items[np.lexsort((items, -values))[:k]]


class _Offer(NamedTuple):
  """The best of a shard; the last one only bounds what is not offered."""

  values: jax.Array  # [ahead + 1] float32, -inf: nothing
  items: jax.Array  # [ahead + 1] int32, global
  rows: jax.Array  # [ahead + 1, D] float32


class _Shard(NamedTuple):
  """What a process knows of its items between two exchanges."""

  features: jax.Array  # [n, D] float32
  there: jax.Array  # [n] bool
  free: jax.Array  # [n] bool, may be picked
  nearest: jax.Array  # [n] float32, squared distance to the nearest centre


def k_center(
  features: jax.Array,
  candidates: Candidates,
  k: int,
  shard: Shard,
  *,
  ahead: int = 32,
  gather: Callable = all_gather,
) -> np.ndarray:
  """Greedy k-center of all items, as `acquisition.cover.k_center` makes it.

  Every process offers its farthest items. The best of all offers is picked,
  and the next ones too, as long as none that was not offered can be farther.
  Then each process brings its own distances up to date.

  Distances are differences, as in the plain greedy of `cover`, and the picks
  are the same one by one. They may differ in two places, both only where a
  rounding decides: the mean, for the first pick when nothing is labelled, is
  a sum in another order; and for large pools `cover` itself takes distances
  from products as long as these are precise enough.

  Time O((N_labelled + k) n D) on each process; memory O(n) beside the
  features; P * ahead rows are exchanged for at least one pick.

  Args:
    features: [n, D] float32 of the shard's items. An item with a non-finite
      feature is never picked and is no centre.
    candidates: of the shard's items.
    k: how many items, of all processes together.
    shard: what this process holds.
    ahead: at least 1, items that a process offers at a time.
    gather: as `distributed.all_gather`.

  Returns:
    items [k] int32, global, best first; an empty slot holds N.
  """
  state = _start(jnp.asarray(features), candidates)
  state, alone = _from_labelled(state, candidates.labelled, gather)
  picks = []
  while len(picks) < k:
    bound, limit = state.nearest, k - len(picks)
    if alone and not picks:
      bound, limit = _spread(state, shard, gather), 1
    offers = gather(_offer(state, bound, shard.start, ahead))
    items, rows, count = _decide(offers, limit)
    if not count:
      break
    state = _accept(state, items - shard.start, rows, count)
    picks.extend(np.asarray(items[:count]))
  picks += [shard.num_items] * (k - len(picks))
  return np.array(picks, np.int32)


def _start(features, candidates) -> _Shard:
  """No distances yet. A shard of no items has one that is not there."""
  missing = int(features.shape[0] == 0)
  features = jnp.pad(in_float32(features), ((0, missing), (0, 0)))
  available = jnp.pad(jnp.asarray(candidates.available), (0, missing))
  present = jnp.pad(jnp.asarray(candidates.present), (0, missing))
  there = present & finite_rows(features)
  nearest = jnp.full(there.shape, jnp.inf, jnp.float32)
  return _Shard(features, there, available & there, nearest)


def _from_labelled(state, labelled, gather):
  """(distances to the labelled items of all, whether there are none)."""
  size = len(labelled)
  mine = np.flatnonzero(np.asarray(labelled) & np.asarray(state.there)[:size])
  counts = np.asarray(gather(np.int32(mine.size)))
  for begin in range(0, counts.max(), _CENTRES):
    some = mine[begin : begin + _CENTRES]
    rows = np.zeros((_CENTRES, state.features.shape[1]), np.float32)
    rows[: some.size] = state.features[some]
    everyone = np.asarray(gather(rows))
    real = np.arange(_CENTRES) < np.clip(counts - begin, 0, None)[:, None]
    rows = np.concatenate([everyone[real], everyone[~real]])
    state = state._replace(nearest=_nearer(state, rows, real.sum()))
  return state, counts.sum() == 0


def _rows(state, items):
  """[B, D] rows of local items, 0 where none is there; `items` are clipped."""
  there = state.there.at[items].get(mode="clip")[:, None]
  return jnp.where(there, state.features.at[items].get(mode="clip"), 0.0)


@jax.jit
def _nearer(state, centres, count):
  """[n] distances once the first `count` of the centres [M, D] are there."""

  def of_block(items):
    rows = _rows(state, items)

    def nearer(i, nearest):
      return jnp.minimum(nearest, squared_distances_to(rows, centres[i]))

    nearest = state.nearest.at[items].get(mode="clip")
    return jax.lax.fori_loop(0, count, nearer, nearest)

  return map_rows(of_block, state.nearest.shape[0])


@partial(jax.jit, static_argnames="ahead")
def _offer(state, bound, start, ahead) -> _Offer:
  """The highest bounds among the free items."""
  size = bound.shape[0]
  bound = jnp.where(state.free, bound, -jnp.inf)
  values, items = jax.lax.top_k(bound, min(ahead + 1, size))
  short = ahead + 1 - values.shape[0]
  values = jnp.pad(values, (0, short), constant_values=-jnp.inf)
  items = jnp.pad(items, (0, short))
  return _Offer(values, items + start, _rows(state, items))


@jax.jit
def _decide(offers: _Offer, limit):
  """The greedy among the offers [P, ahead + 1].

  Returns:
    (items [M], rows [M, D], count): the first `count` are the picks.
  """
  edge = offers.values[:, -1].max()
  outside = jnp.where(offers.values[:, -1] == edge, offers.items[:, -1], _LAST)
  inside = jax.tree.map(lambda x: x[:, :-1].reshape(-1, *x.shape[2:]), offers)
  _, items, rows = inside

  def best(nearest):
    highest = nearest.max()
    place = jnp.argmin(jnp.where(nearest == highest, items, _LAST))
    return place, highest

  def certain(carry):
    _, _, count, place, highest = carry
    tie = (highest == edge) & (items[place] < outside.min())
    sure = (highest > edge) | (tie & ~jnp.isneginf(highest))
    return sure & (count < limit)

  def pick(carry):
    nearest, places, count, place, _ = carry
    distance = squared_distances_to(rows, rows[place])
    nearest = jnp.minimum(nearest, distance).at[place].set(-jnp.inf)
    places = places.at[count].set(place)
    return nearest, places, count + 1, *best(nearest)

  places = jnp.zeros_like(items)
  carry = inside.values, places, jnp.int32(0), *best(inside.values)
  _, places, count, _, _ = jax.lax.while_loop(certain, pick, carry)
  return items[places], rows[places], count


_LAST = np.iinfo(np.int32).max


@jax.jit
def _accept(state, items, rows, count):
  """The state once the first `count` local items, wherever, are picks."""
  size = state.free.shape[0]
  picked = (jnp.arange(items.shape[0], dtype=jnp.int32) < count) & (items >= 0)
  free = state.free.at[jnp.where(picked, items, size)].set(False, mode="drop")
  return state._replace(free=free, nearest=_nearer(state, rows, count))


def _spread(state, shard, gather):
  """[n] |row - mean of all|^2 up to a constant, for the very first pick.

  The origin of the squares is the row nearest to the mean, as in `cover`.
  """
  totals, counts = gather(_total(state))
  mean = np.sum(totals, 0) / np.maximum(np.sum(counts), 1).astype(np.float32)
  off, item, row = gather(_nearest_row(state, mean, shard.start))
  amid = np.lexsort((item, off))[0]
  return _spread_around(state, mean, row[amid])


@jax.jit
def _total(state):
  return jnp.where(state.there[:, None], state.features, 0.0).sum(0), (
    state.there.sum()
  )


@jax.jit
def _nearest_row(state, mean, start):
  """(|row - mean|^2, global item, row [D]) of the row nearest to the mean."""
  off = squared_distances_to(state.features, mean)
  off = jnp.where(state.there, off, jnp.inf)
  item = jnp.argmin(off)
  return off[item], item + start, _rows(state, item[None])[0]


@jax.jit
def _spread_around(state, mean, origin):
  def of_block(items):
    rows = _rows(state, items) - origin[None, :]
    along = cross(rows, (mean - origin)[None, :])[:, 0]
    return squared_norms(rows) - 2.0 * along

  return map_rows(of_block, state.there.shape[0])
