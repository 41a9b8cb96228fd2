"""The farthest item again and again, without most of the distances."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import wanted
from alx.acquisition.comparisons.geometry import (
  cross,
  map_rows,
  report,
  squared_norms,
)

BLOCK = 1024  # items whose distances are brought up to date together
_CENTRES = 128  # centres in one matrix product
_FIRST = 512  # centres that every item is compared with at the start
_PATIENCE = 8  # a round costs as much as bounds of so many blocks
_PRECISE = 2.0**-8  # of squared norms: distances above it may be of products


class Rows(NamedTuple):
  """What is compared, made from the features where it is needed.

  Row i is `features[i] * scale[i] - origin`, and 0 where nothing is there.
  """

  features: jax.Array  # [N, D]
  there: jax.Array  # [N] bool
  scale: jax.Array  # [N]
  origin: jax.Array  # [D]
  norms: jax.Array  # [N], what |row|^2 counts as in a distance
  spread: jax.Array  # [N], |row - mean|^2 up to a constant
  angular: bool  # distances are 2 (1 - cosine), of a zero row 2


def take(rows, items, origin=True):
  """[B, D] the rows of some items; items >= N are clipped."""
  here = rows.there.at[items].get(mode="clip")[:, None]
  row = rows.features.at[items].get(mode="clip")
  row = row * rows.scale.at[items].get(mode="clip")[:, None]
  return jnp.where(here, row - rows.origin[None, :] if origin else row, 0.0)


def by_differences(rows: Rows, items: jax.Array) -> Callable:
  """ids [B] -> [A, B] squared distances to them, exact for duplicates."""
  # A difference needs no origin, which would round the rows.
  x = take(rows, items, origin=False)

  def to(others):
    y = take(rows, others, origin=False)
    square = jnp.square(x[:, None, :] - y[None, :, :]).sum(-1)
    if not rows.angular:
      return square
    zero = (squared_norms(x) == 0)[:, None] | (squared_norms(y) == 0)[None, :]
    return jnp.where(zero, 2.0, square)

  return to


def by_products(rows: Rows, items: jax.Array) -> Callable:
  """ids [B] -> [A, B] squared distances to them, off by a rounding."""
  x, norms = take(rows, items), rows.norms.at[items].get(mode="clip")

  def to(others):
    products = cross(x, take(rows, others))
    square = norms[:, None] + rows.norms[others][None, :] - 2.0 * products
    return jnp.maximum(square, 0.0)

  return to


class _State(NamedTuple):
  bound: jax.Array  # [N], the distance cannot be more; -inf: not to be picked
  seen: jax.Array  # [N] int32, the bound knows of so many centres
  centres: jax.Array  # [N] int32, the labelled, then the picks
  count: jax.Array  # [] int32, centres
  rounds: jax.Array  # [] int32, since all bounds were brought up to date
  precise: jax.Array  # [] bool, products are enough for the next picks


def lazy(
  rows, available, labelled, k, count=None, *, block=BLOCK, progress=None
):
  """The same greedy without most distances.

  A distance to the nearest centre only falls, so the last one known is an
  upper bound. The `block` largest bounds are brought up to date; then the
  best of the block are picks as long as no bound outside is above them. Once
  such rounds have cost as much as bringing all bounds up to date, that is
  done instead. All of it with products of matrices, until distances are so
  small beside the norms that rounding would decide; then with differences.
  """
  num_items = available.shape[0]
  num_labelled = labelled.sum().astype(jnp.int32)
  asked = wanted(k, count)
  number = jnp.minimum(asked, available.sum()).astype(jnp.int32)
  total = num_labelled + number
  block = min(block, num_items - 1)
  patience = 2 + num_items // (_PATIENCE * block)

  def until(distances, state):
    exact = distances is by_differences

    def going(state):
      return (state.count < total) & (exact | state.precise)

    def pick(state):
      state = _pick_from_block(rows, distances, state, total, block)
      report(progress, state.count - num_labelled, asked)
      return state

    def advance(state):
      state = jax.lax.while_loop(
        lambda s: going(s) & (s.rounds < patience), pick, state
      )
      return jax.lax.cond(
        going(state),
        lambda s: _all_bounds(rows, distances, s, s.seen.min()),
        lambda s: s,
        state,
      )

    return jax.lax.while_loop(going, advance, state)

  state = until(by_products, _start(rows, available, labelled, total))
  state = jax.lax.cond(
    state.count < total,
    lambda s: until(by_differences, _anew(rows, s)),
    lambda s: s,
    state,
  )
  slots = num_labelled + jnp.arange(k, dtype=jnp.int32)
  items = state.centres.at[slots].get(mode="clip")
  return jnp.where(slots < total, items, num_items)


def _start(rows, available, labelled, total):
  """Bounds from the first few centres, and a first centre if there is none."""
  num_items = available.shape[0]
  centres = jnp.nonzero(labelled, size=num_items, fill_value=0)[0]
  count = labelled.sum().astype(jnp.int32)
  alone = (count == 0) & (total > 0)
  farthest = jnp.argmax(jnp.where(available, rows.spread, -jnp.inf))
  centres = centres.at[0].set(jnp.where(alone, farthest, centres[0]))
  centres, count = centres.astype(jnp.int32), jnp.where(alone, 1, count)
  free = available.at[farthest].set(available[farthest] & ~alone)
  state = _State(
    jnp.where(free, jnp.inf, -jnp.inf),
    jnp.zeros(num_items, jnp.int32),
    centres,
    count,
    jnp.int32(0),
    jnp.bool_(True),
  )
  first = state._replace(count=jnp.minimum(count, _FIRST))
  first = _all_bounds(rows, by_products, first, jnp.int32(0))
  return first._replace(count=count)


def _anew(rows, state):
  """All bounds from all centres, by differences."""
  bound = jnp.where(jnp.isneginf(state.bound), -jnp.inf, jnp.inf)
  state = state._replace(bound=bound)
  return _all_bounds(rows, by_differences, state, jnp.int32(0))


def _all_bounds(rows, distances, state, start):
  """Brings every bound up to date with the centres from `start` on."""

  def nearest(items):
    bound = state.bound.at[items].get(mode="clip")
    return _to_centres(rows, distances, items, state, start, bound)

  return state._replace(
    bound=map_rows(nearest, state.bound.shape[0]),
    seen=jnp.full_like(state.seen, state.count),
    rounds=jnp.int32(0),
  )


def _to_centres(rows, distances, items, state, start, nearest):
  """[B] squared distances to centres[start:], at most `nearest` [B]."""

  distances = distances(rows, items)

  def body(carry):
    start, nearest = carry
    slots = start + jnp.arange(_CENTRES, dtype=jnp.int32)
    some = state.centres.at[slots].get(mode="clip")
    near = distances(some)
    near = jnp.where((slots < state.count)[None, :], near, jnp.inf).min(1)
    return start + _CENTRES, jnp.minimum(nearest, near)

  carry = jax.lax.while_loop(
    lambda c: c[0] < state.count, body, (start, nearest)
  )
  return carry[1]


def _pick_from_block(rows, distances, state, total, block):
  """One round of `lazy`: picks none, one or many items."""
  # Without the barrier XLA may turn top_k, once sliced, into a full sort; of
  # the very pair that top_k returns it aborts where arrays are sharded.
  pair = jax.lax.top_k(state.bound, block + 1)[::-1]
  items, top = jax.lax.optimization_barrier(pair)
  edge, edge_item = top[block], items[block]  # the best outside
  items, nearest = items[:block], top[:block]
  free = ~jnp.isneginf(nearest)
  start = jnp.where(free, state.seen[items], state.count).min()
  nearest = _to_centres(rows, distances, items, state, start, nearest)
  columns = _columns(rows, distances, items)
  num_items = state.bound.shape[0]
  least = -jnp.inf
  if distances is by_products:
    least = _PRECISE * jnp.where(free, rows.norms[items], 0.0).max()

  def best(nearest):
    highest = nearest.max()
    place = jnp.argmin(jnp.where(nearest == highest, items, num_items))
    return place, highest

  def certain(carry):
    _, _, count, place, highest = carry
    tie = (highest == edge) & (items[place] < edge_item)
    sure = (highest > least) & ((highest > edge) | tie)
    return sure & (count < total)

  def pick(carry):
    nearest, centres, count, place, _ = carry
    nearest = jnp.minimum(nearest, columns(place)).at[place].set(-jnp.inf)
    centres = centres.at[count].set(items[place])
    return nearest, centres, count + 1, *best(nearest)

  carry = nearest, state.centres, state.count, *best(nearest)
  carry = jax.lax.while_loop(certain, pick, carry)
  nearest, centres, count, _, highest = carry
  return _State(
    state.bound.at[items].set(nearest),
    state.seen.at[items].set(count),
    centres,
    count,
    state.rounds + 1,
    jnp.maximum(highest, edge) > least,
  )


def _columns(rows, distances, items):
  """place -> [M] squared distances of the items [M] to the one there."""
  if distances is by_products:
    between = by_products(rows, items)(items)
    return lambda place: between[place]
  between = by_differences(rows, items)
  return lambda place: between(items[place][None])[:, 0]
