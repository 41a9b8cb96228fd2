"""Sums of similarities between items and what they are to cover."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.geometry import cross, squared_norms

_GROUND = 1024, 128  # of the ground in one product, and of what is left over
_CANDIDATES = 4096  # candidates in one product


class Points(NamedTuple):
  """Rows to compare."""

  rows: jax.Array  # [N, D]
  norms: jax.Array  # [N] |row|^2


class Problem(NamedTuple):
  """Cover the ground by candidates: maximise sum_x max_{s in S} sim(x, s).

  What is real comes first in its array, anything behind it.
  """

  items: Points  # N of them
  ground: Points  # G of them, to be covered
  num_ground: jax.Array  # [] int32
  candidates: jax.Array  # [N] int32 ids of what may be picked, ascending
  num_candidates: jax.Array  # [] int32
  # (products [A, B], |x|^2 [A], |y|^2 [B]) -> similarities [A, B]
  similarity: Callable


def compact(mask: jax.Array) -> tuple[jax.Array, jax.Array]:
  """(ids of a mask [N] in ascending order, padded by any ids; how many)."""
  ids = jnp.nonzero(mask, size=mask.shape[0], fill_value=0)[0]
  return ids.astype(jnp.int32), mask.sum().astype(jnp.int32)


def points(rows: jax.Array) -> Points:
  """The rows [N, D] with their norms."""
  return Points(rows, squared_norms(rows))


def at(points: Points, ids: jax.Array) -> Points:
  """Some of the points [B]; the last one for ids beyond."""
  return jax.tree.map(lambda x: x.at[ids].get(mode="clip"), points)


def between(problem: Problem, x: Points, y: Points) -> jax.Array:
  """[A, B] similarities of x (A of them) and y (B of them)."""
  return problem.similarity(cross(x.rows, y.rows), x.norms, y.norms)


def to_item(problem: Problem, item: jax.Array) -> jax.Array:
  """[G] similarities of the ground to one item."""
  item = at(problem.items, item[None])
  return between(problem, problem.ground, item)[:, 0]


def best_cover(problem: Problem, ids: jax.Array, count: jax.Array) -> jax.Array:
  """[G] highest similarity to the items ids[:count]; -inf where count is 0."""
  num_ground = problem.ground.norms.shape[0]
  width, size = _even(num_ground), min(_GROUND[1], ids.shape[0])

  def part(i, cover):
    places = i * width + jnp.arange(width, dtype=jnp.int32)
    x = at(problem.ground, places)

    def add(j, best):
      slots = j * size + jnp.arange(size, dtype=jnp.int32)
      y = at(problem.items, ids.at[slots].get(mode="clip"))
      near = between(problem, x, y)
      near = jnp.where((slots < count)[None, :], near, -jnp.inf)
      return jnp.maximum(best, near.max(1))

    best = jnp.full(width, -jnp.inf, jnp.float32)
    best = jax.lax.fori_loop(0, _blocks(count, size), add, best)
    return cover.at[places].set(best, mode="drop")

  cover = jnp.full(num_ground, -jnp.inf, jnp.float32)
  return jax.lax.fori_loop(0, _blocks(problem.num_ground, width), part, cover)


def totals(problem: Problem) -> jax.Array:
  """[N] total similarity of the ground to each candidate; -inf behind them."""
  total = sums(problem, *whole_ground(problem), lambda similar, _: similar)
  real = jnp.arange(total.shape[0], dtype=jnp.int32) < problem.num_candidates
  return jnp.where(real, total, -jnp.inf)


def whole_ground(problem):
  """All of the ground, as places in it."""
  places = jnp.arange(problem.ground.norms.shape[0], dtype=jnp.int32)
  return places, problem.num_ground


def sums(problem, places, count, worth):
  """[N] for each candidate: the sum of worth over some of the ground.

  Args:
    problem: what covers what.
    places: [G] int32, of the ground.
    count: [] int32, so many of the places are meant.
    worth: (similarities [B, A], places [A]) -> [B, A].
  """
  num_items = problem.candidates.shape[0]
  width = _even(num_items)
  large, small = (min(size, places.shape[0]) for size in _GROUND)

  def part(i, done):
    slots = i * width + jnp.arange(width, dtype=jnp.int32)
    y = at(problem.items, problem.candidates.at[slots].get(mode="clip"))

    def add(j, total, start, size):
      spots = start + j * size + jnp.arange(size, dtype=jnp.int32)
      some = places.at[spots].get(mode="clip")
      similar = between(problem, y, at(problem.ground, some))
      real = (spots < count)[None, :]
      return total + jnp.where(real, worth(similar, some), 0.0).sum(1)

    full = count // large if large < places.shape[0] else 0
    left = _blocks(count - full * large, small)
    of_large = functools.partial(add, start=0, size=large)
    of_small = functools.partial(add, start=full * large, size=small)
    total = jnp.zeros(width, jnp.float32)
    if large < places.shape[0]:
      total = jax.lax.fori_loop(0, full, of_large, total)
    total = jax.lax.fori_loop(0, left, of_small, total)
    return done.at[slots].set(total, mode="drop")

  trips = _blocks(problem.num_candidates, width)
  return jax.lax.fori_loop(0, trips, part, jnp.zeros(num_items, jnp.float32))


def _even(size):
  """Length of equal blocks of at most _CANDIDATES."""
  return -(-size // max(-(-size // _CANDIDATES), 1))


def _blocks(count, size):
  return (count + size - 1) // size
