"""Better medoids by swaps: the second half of k-medoids."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.coverage import Problem, at, between
from alx.acquisition.comparisons.geometry import cross
from alx.acquisition.comparisons.lazy_greedy import TIE

_BLOCK = 1024  # candidates, and items of the ground, in one product
_LEAST = 1e-6  # of the objective: a smaller improvement may be rounding


class _Cover(NamedTuple):
  first: jax.Array  # [G], similarity to the most similar medoid
  second: jax.Array  # [G], to the one after it; -inf: there is none
  owner: jax.Array  # [G, k] float32, 1 where pick i is the most similar one


def swap(
  problem: Problem, items: jax.Array, fixed: jax.Array, swaps: int
) -> jax.Array:
  """Swaps a pick for a candidate, the best swap first, while that helps.

  Maximises sum_x max_{s} sim(x, s) over the picks and the fixed medoids (PAM,
  Kaufman & Rousseeuw 1987). All k N swaps are judged in one pass (Schubert &
  Rousseeuw 2019, FastPAM1), in time O(N G (D + k)) and memory O(G k + N D).
  Ties go to the lowest candidate, then to the earliest pick.

  Args:
    problem: what covers what.
    items: [k] int32 picks, N in an empty slot.
    fixed: [G] highest similarity to medoids that stay; -inf: there is none.
    swaps: at most so many.
  """
  num_items = problem.items.norms.shape[0]

  def step(carry):
    items, _, done = carry
    cover = _cover(problem, items, fixed)
    real = jnp.arange(fixed.shape[0], dtype=jnp.int32) < problem.num_ground
    total = jnp.abs(jnp.where(real, cover.first, 0.0)).sum()
    gain, place, slot = _best_swap(problem, items, cover, TIE * total)
    better = gain > _LEAST * total
    swapped = items.at[slot].set(problem.candidates[place])
    return jnp.where(better, swapped, items), better, done + 1

  def on(carry):
    return carry[1] & (carry[2] < swaps)

  start = items, (items < num_items).any(), jnp.int32(0)
  return jax.lax.while_loop(on, step, start)[0]


def _cover(problem, items, fixed):
  filled = items < problem.items.norms.shape[0]
  near = between(problem, problem.ground, at(problem.items, items))
  near = jnp.where(filled[None, :], near, -jnp.inf)
  near = jnp.concatenate([near, fixed[:, None]], 1)
  (first, second), owner = _top_two(near)
  slots = jnp.arange(items.shape[0], dtype=jnp.int32)
  owner = (owner[:, None] == slots[None, :]).astype(near.dtype)
  return _Cover(first, second, owner)


def _top_two(near):
  """((highest [G], second [G]), place of the highest [G]) of [G, M]."""
  top, places = jax.lax.top_k(near, 2)
  return (top[:, 0], top[:, 1]), places[:, 0]


def _best_swap(problem, items, cover, apart):
  """(gain, place among the candidates, slot among the picks)."""
  num_items = problem.items.norms.shape[0]
  num_ground = problem.ground.norms.shape[0]
  width, size = min(_BLOCK, num_items), min(_BLOCK, num_ground)
  filled = items < num_items
  picked = jnp.zeros(num_items, bool).at[items].set(True, mode="drop")

  def part(i, best):
    places = i * width + jnp.arange(width, dtype=jnp.int32)
    ids = problem.candidates.at[places].get(mode="clip")
    y = at(problem.items, ids)

    def add(j, gains):
      places = j * size + jnp.arange(size, dtype=jnp.int32)
      return gains + _gains(problem, y, places, cover)

    trips = (problem.num_ground + size - 1) // size
    gains = jnp.zeros((width, items.shape[0]), jnp.float32)
    gains = jax.lax.fori_loop(0, trips, add, gains)
    free = (places < problem.num_candidates) & ~picked[ids]
    gains = jnp.where(free[:, None] & filled[None, :], gains, -jnp.inf)
    first = jnp.argmax(gains >= gains.max() - apart)
    place, slot = jnp.unravel_index(first, gains.shape)
    found = gains[place, slot], places[place], slot.astype(jnp.int32)
    better = found[0] > best[0] + apart
    return jax.tree.map(lambda a, b: jnp.where(better, a, b), found, best)

  none = jnp.float32(-jnp.inf), jnp.int32(0), jnp.int32(0)
  trips = (problem.num_candidates + width - 1) // width
  return jax.lax.fori_loop(0, trips, part, none)


def _gains(problem, y, places, cover):
  """[B, k] what B candidates give to a part of the ground, at places [A].

  An item comes to the candidate if that is nearer; without its pick it goes
  to the candidate or to its second medoid.
  """
  similar = between(problem, y, at(problem.ground, places))
  some = jax.tree.map(lambda x: x.at[places].get(mode="clip"), cover)
  first, second = some.first[None, :], some.second[None, :]
  real = (places < problem.num_ground)[None, :]
  nearer = jnp.maximum(similar, first)
  gain = jnp.where(real, nearer - first, 0.0).sum(1)
  loss = jnp.where(real, jnp.maximum(similar, second) - nearer, 0.0)
  return gain[:, None] + cross(loss, some.owner.T)
