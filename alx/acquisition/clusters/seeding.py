"""Batches drawn by distance: exact D^2 sampling of outer products."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, in_float32, wanted
from alx.acquisition.clusters.greedy_seeding import best_of_draws
from alx.acquisition.comparisons.geometry import report
from alx.acquisition.scores.embeddings import (
  Factors,
  squared_distances,
  squared_norms,
  take,
)
from alx.acquisition.scores.select import top_k

_BLOCK = 1024  # weights in one cumulative sum
_PROPOSALS = 64  # drawn together
_FEW = 8  # taken of them: fewer, and the weights are brought up to date
_CENTRES = 32  # picks in one matrix product
_NUMBERS = 2**24  # in an array of distances


class _Weights(NamedTuple):
  """What proposals are drawn from."""

  nearest: jax.Array  # [N] squared distance to the picks known; 0: not free
  scale: jax.Array  # [] the largest of them
  inside: jax.Array  # [blocks, _BLOCK] cumulative weights of a block
  blocks: jax.Array  # [blocks] cumulative weights of whole blocks


class _State(NamedTuple):
  weights: _Weights
  picks: jax.Array  # [k] int32
  count: jax.Array  # [] int32, picks so far
  known: jax.Array  # [] int32, picks that the weights know of
  turn: jax.Array  # [] int32
  stuck: jax.Array  # [] bool, exact weights and yet nothing was drawn


def d2_sampling(
  key: jax.Array,
  factors: Factors,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  first: str = "norm",
  power: float = 2.0,
  trials: int = 1,
  progress: Callable | None = None,
) -> jax.Array:
  """k-means++ seeding among the available: i with probability ~ D_i^power.

  D_i is the distance to the nearest pick; the labelled do not matter (Ash et
  al. 2020, Algorithm 1; Arthur & Vassilvitskii 2007). Once every D is 0, also
  if all vectors are, the rest is drawn uniformly. Distances below 1e-3 of the
  lengths are rounding, and count as 0.

  The law is exact, though most distances are never computed: D only falls, so
  old ones are upper bounds; a proposal from the old weights is taken with
  probability new / old weight. The weights are brought up to date when too
  few are. Time O(N (C + D) + k^2 (C + D)) if the sum of D^power falls slowly,
  O(k N (C + D)) at worst; memory O(N + k (C + D)) beside the factors.

  Args:
    key: of the draws.
    factors: N vectors. One whose squared length is not finite is never drawn.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    first: "norm", the longest vector (ties to the lowest id), or "uniform".
    power: >= 0. 0 is uniform among what is not covered; math.inf takes the
      farthest, which is greedy k-center.
    trials: draws of each pick, of which the one that leaves the smallest sum
      of D^power is kept; 0: 2 + floor(log k) as in scikit-learn. More than 1
      is another law, and takes `greedy_seeding.best_of_draws`'s time.
    progress: called with (picked, k) now and then.

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N.

  Raises:
    ValueError: for an unknown `first`, or `trials` below 0.
  """
  if first not in ("norm", "uniform"):
    raise ValueError(f"first is 'norm' or 'uniform', not {first!r}")
  if trials < 0:
    raise ValueError(f"trials must be >= 0, not {trials}")
  if k == 0:
    return jnp.zeros(0, jnp.int32)
  factors = in_float32(factors)
  norms = squared_norms(factors)
  free = candidates.available & jnp.isfinite(norms)
  asked = wanted(k, count)
  total = jnp.minimum(asked, free.sum()).astype(jnp.int32)
  key_fill, key_draw = jax.random.split(key)
  noise = jax.random.uniform(key_fill, free.shape, dtype=jnp.float32)
  rank = norms if first == "norm" else 1.0 + noise
  rank = jnp.where(free, rank, -1.0)
  if trials != 1:
    start = jnp.argmax(rank).astype(jnp.int32)
    given = key_draw, factors, free, start, total, k
    picks, drawn = best_of_draws(
      *given, trials=trials, power=power, asked=asked, progress=progress
    )
    some = rank[start] > 0
    return _filled(noise, picks, jnp.where(some, drawn, 0), free, k, asked)
  state = _start(factors, rank, free, k, power)

  def unfinished(state):
    some_weight = state.weights.blocks[-1] > 0
    return (state.count < total) & some_weight & ~state.stuck

  def advance(state):
    state = _draw(key_draw, factors, state, total, power)
    report(progress, state.count, asked)
    return state

  state = jax.lax.while_loop(unfinished, advance, state)
  return _filled(noise, state.picks, state.count, free, k, asked)


def _start(factors, rank, free, k, power):
  """With the first pick, if any vector is longer than 0."""
  item = jnp.argmax(rank).astype(jnp.int32)
  count = (rank[item] > 0).astype(jnp.int32)
  picks = jnp.zeros(k, jnp.int32).at[0].set(item)
  nearest = squared_distances(factors, take(factors, item[None]))[:, 0]
  free = (free & (count > 0)).at[item].set(False)
  weights = _weights(jnp.where(free, nearest, 0.0), power)
  zero = jnp.int32(0)
  return _State(weights, picks, count, count, zero, jnp.bool_(False))


def _weights(nearest, power):
  num_blocks = -(-nearest.shape[0] // _BLOCK)
  scale = nearest.max()
  weight = _weight(nearest, scale, power)
  weight = jnp.pad(weight, (0, num_blocks * _BLOCK - weight.shape[0]))
  inside = jnp.cumsum(weight.reshape(num_blocks, _BLOCK), axis=1)
  return _Weights(nearest, scale, inside, jnp.cumsum(inside[:, -1]))


def _weight(squares, scale, power):
  """D^power over that of the largest D when the weights were made."""
  if power == math.inf:
    return ((squares >= scale) & (scale > 0)).astype(squares.dtype)
  ratio = squares / jnp.where(scale > 0, scale, 1.0)
  return jnp.where(ratio > 0, ratio ** (power / 2), 0.0)


def _draw(key, factors, state, total, power):
  """One row of proposals, each taken or not, in turn."""
  weights = state.weights
  keys = jax.random.split(jax.random.fold_in(key, state.turn), 2)
  items = _propose(keys[0], weights)
  level = jax.random.uniform(keys[1], items.shape, dtype=jnp.float32)
  rows = take(factors, items)
  old = weights.nearest[items]
  level = level * _weight(old, weights.scale, power)
  picked = (items[:, None] == state.picks[None, :]) & (
    jnp.arange(state.picks.shape[0], dtype=jnp.int32) < state.count
  )[None, :]
  nearest = _to_picks(factors, rows, state, old)
  nearest = jnp.where(picked.any(1), 0.0, nearest)
  same = items[:, None] == items[None, :]
  apart = jnp.where(same, 0.0, squared_distances(rows, rows))

  def consider(i, carry):
    nearest, picks, count = carry
    taken = level[i] < _weight(nearest[i], weights.scale, power)
    taken = taken & (count < total)
    nearer = jnp.minimum(nearest, apart[i])
    nearest = jnp.where(taken, nearer, nearest)
    slot = jnp.where(taken, count, picks.shape[0])
    picks = picks.at[slot].set(items[i], mode="drop")
    return nearest, picks, count + taken

  carry = nearest, state.picks, state.count
  _, picks, count = jax.lax.fori_loop(0, items.shape[0], consider, carry)
  taken = count - state.count
  state = state._replace(
    picks=picks,
    count=count,
    turn=state.turn + 1,
    stuck=(taken == 0) & (state.known == state.count),
  )
  behind = (taken < _FEW) & (count < total)
  return jax.lax.cond(
    behind, lambda s: _up_to_date(factors, s, power), lambda s: s, state
  )


def _propose(key, weights):
  """[_PROPOSALS] items: first a block, then one in it.

  Two draws of 23 bits, so that one weight of a million is not rounded away.
  """
  low, high = jax.random.uniform(key, (2, _PROPOSALS), dtype=jnp.float32)
  blocks = _invert(weights.blocks, high)
  places = jax.vmap(_invert)(weights.inside[blocks], low)
  return jnp.minimum(blocks * _BLOCK + places, weights.nearest.shape[0] - 1)


def _invert(sums, level):
  """The first place whose cumulative sum is above a level in [0, 1)."""
  place = jnp.searchsorted(sums, level * sums[-1], side="right")
  return jnp.minimum(place, sums.shape[0] - 1).astype(jnp.int32)


def _to_picks(factors, rows, state, nearest, width=_CENTRES):
  """[B] squared distances to the picks the weights know not of."""
  last = state.picks.shape[0] - 1

  def body(carry):
    start, nearest = carry
    slots = start + jnp.arange(width, dtype=jnp.int32)
    picks = state.picks[jnp.minimum(slots, last)]
    distance = squared_distances(rows, take(factors, picks))
    new = (slots < state.count)[None, :]
    distance = jnp.where(new, distance, jnp.inf).min(1)
    return start + width, jnp.minimum(nearest, distance)

  start = state.known, nearest
  return jax.lax.while_loop(lambda c: c[0] < state.count, body, start)[1]


def _up_to_date(factors, state, power):
  num_items, num_slots = state.weights.nearest.shape[0], state.picks.shape[0]
  width = max(min(_CENTRES, _NUMBERS // num_items), 1)
  nearest = state.weights.nearest
  nearest = _to_picks(factors, factors, state, nearest, width)
  used = jnp.arange(num_slots, dtype=jnp.int32) < state.count
  picks = jnp.where(used, state.picks, num_items)
  nearest = nearest.at[picks].set(0.0, mode="drop")
  return state._replace(weights=_weights(nearest, power), known=state.count)


def _filled(noise, picks, count, free, k, asked):
  """The picks, then any of the available in random order."""
  used = jnp.arange(k, dtype=jnp.int32) < count
  picks = jnp.where(used, picks, free.shape[0])
  rest = free.at[picks].set(False, mode="drop")
  others = top_k(None, noise, Candidates(rest, ~rest), k)
  places = jnp.maximum(jnp.arange(k, dtype=jnp.int32) - count, 0)
  filled = jnp.where(used, picks, others[places])
  counted = jnp.arange(k, dtype=jnp.int32) < asked
  return jnp.where(counted, filled, free.shape[0])
