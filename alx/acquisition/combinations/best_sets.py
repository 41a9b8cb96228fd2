"""Sets of items of the highest sum that a budget pays for."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

_PRICES = 32  # that are tried at most; they end by themselves after a few
_BETTER = 1e-6  # of a worth: what is less is a rounding
_ROUNDING = 2.0**-23  # of a budget: it and the costs are float32


def best_set(
  values: jax.Array,
  costs: jax.Array,
  usable: jax.Array,
  capacity: int,
  within: jax.Array,
) -> jax.Array:
  """[N] bool, the set of the highest sum of values that a budget pays for.

  The dynamic programme over items and whole costs, exact. Of equal sums the
  one of more items, then the one without later items.

  Args:
    values: [N] float32 >= 0.
    costs: [N] int32 >= 0.
    usable: [N] bool, may be taken.
    capacity: the highest budget there may be.
    within: [] int32 in [0, capacity], the budget.
  """
  cells = jnp.arange(capacity + 1, dtype=jnp.int32)

  def consider(best, item):
    value, cost, may = item
    total, number = (x.at[cells - cost].get(mode="clip") for x in best)
    total, number = total + value, number + 1
    more = (total > best[0]) | ((total == best[0]) & (number > best[1]))
    better = may & more & (cells >= cost)
    taken = (
      jnp.where(better, total, best[0]),
      jnp.where(better, number, best[1]),
    )
    return taken, jnp.packbits(better)

  start = jnp.zeros(capacity + 1, jnp.float32), jnp.zeros_like(cells)
  items = values.astype(jnp.float32), costs, usable
  _, taken = jax.lax.scan(consider, start, items)

  def go_back(left, row):
    bits, cost = row
    took = (bits[left // 8] >> (7 - left % 8)) & 1
    return left - took.astype(jnp.int32) * cost, took.astype(bool)

  return jax.lax.scan(go_back, within, (taken, costs), reverse=True)[1]


class Cells(NamedTuple):
  """Costs and a budget as whole numbers."""

  costs: jax.Array  # [N] int32
  budget: jax.Array  # [] int32


def in_cells(
  costs: jax.Array, budget: jax.Array, fits: jax.Array, cells: int
) -> Cells:
  """What is whole and small enough as it is, else in parts, rounded up.

  Args:
    costs: [N] float32 >= 0.
    budget: [] float32 >= 0.
    fits: [N] bool, the others do not matter.
    cells: what a budget is at most, or how many parts it has.
  """
  whole = (~fits | (costs == jnp.floor(costs))).all() & (budget < cells + 1)
  part = jnp.where(budget > 0, budget, 1.0) / cells
  # A part that was divided and rounded is no part more.
  parts = jnp.ceil(costs / jnp.where(whole, 1.0, part) - 1e-3)
  return Cells(
    jnp.where(fits, parts, 0).astype(jnp.int32),
    jnp.where(whole, jnp.floor(budget), cells).astype(jnp.int32),
  )


class _Search(NamedTuple):
  few: jax.Array  # [N] bool, best at a price, at most k items
  many: jax.Array  # [N] bool, best at a lower price, and mostly more
  step: jax.Array  # [] int32
  done: jax.Array  # [] bool, no price between theirs has a better set


def few_and_many(
  values: jax.Array, of: Cells, fits: jax.Array, cells: int, k: int
) -> tuple[jax.Array, jax.Array]:
  """Sets [N] bool of few and of many items: the best set there is, and none.

  Where it has more than k items, each item is charged a price at which a set of
  at most k and one of more are both best. What the first is worth, and the best
  k of the second, adds up to the worth of the best set of k, or more.

  Args:
    values: [N] float32 >= 0.
    of: what the items cost, and the budget.
    fits: [N] bool, may be taken.
    cells: see `in_cells`.
    k: the most items of a set.
  """

  def at(price):
    worth = jnp.maximum(values - price, 0.0)
    return best_set(worth, of.costs, fits & (values >= price), cells, of.budget)

  def worth(chosen):
    return jnp.where(chosen, values, 0.0).sum(), chosen.sum()

  def go_on(search):
    (low, least), (high, most) = worth(search.few), worth(search.many)
    price = (high - low) / jnp.maximum(most - least, 1)  # at first 0
    found = at(price)
    total, number = worth(found)
    before = high - price * most
    better = total - price * number > before + _BETTER * high
    better |= search.step == 0
    return _Search(
      jnp.where(better & (number <= k), found, search.few),
      jnp.where(better & (number > k), found, search.many),
      search.step + 1,
      ~better,
    )

  def unfinished(search):
    too_many = (search.step == 0) | (search.many.sum() > k)
    return too_many & ~search.done & (search.step < _PRICES)

  nothing = jnp.zeros_like(fits)
  start = _Search(nothing, nothing, jnp.int32(0), jnp.bool_(False))
  return jax.lax.while_loop(unfinished, go_on, start)[:2]


def best_filled(
  sets: jax.Array,
  values: jax.Array,
  costs: jax.Array,
  fits: jax.Array,
  budget: jax.Array,
  k: int,
) -> jax.Array:
  """[N] bool, the best of several sets, each cut to k items and filled up.

  A set is taken from its highest value down, then the others by their value
  for each cost, as long as there are fewer than k; what does not fit the budget
  is left out.

  Args:
    sets: [S, N] bool; of equal sums the first counts.
    values: [N] float32 >= 0.
    costs: [N] float32 >= 0.
    fits: [N] bool, may be taken.
    budget: [] float32.
    k: the most items of a set.
  """
  orders = jax.vmap(lambda inside: _order(values, costs, inside & fits))(sets)
  limit = budget * (1 + _ROUNDING)

  def consider(state, items):
    number, spent, rest = state
    total, less = _added(spent, rest, costs[items])
    may = fits[items] & (number < k) & (total - limit + less <= 0)
    spent, rest = jnp.where(may, total, spent), jnp.where(may, less, rest)
    return (number + may, spent, rest), may

  zeros = jnp.zeros(len(sets), jnp.float32)
  start = jnp.zeros(len(sets), jnp.int32), zeros, zeros
  _, may = jax.lax.scan(consider, start, orders.T)
  rows = jnp.arange(len(sets), dtype=jnp.int32)[:, None]
  taken = jnp.zeros(sets.shape, bool).at[rows, orders].set(may.T)
  return taken[jnp.where(taken, values, 0.0).sum(1).argmax()]


def _order(values, costs, inside):
  """[N] int32: what is inside by value, the others by value for each cost."""
  ratio = values / jnp.where(costs > 0, costs, 1.0)
  ratio = jnp.where((costs > 0) | (values == 0), ratio, jnp.inf)
  rank = jnp.where(inside, values, ratio)
  return jnp.lexsort((-values, costs, -rank, ~inside)).astype(jnp.int32)


def _added(total, rest, more):
  """(total, rest) and more: a sum in float32, and what rounding left of it."""
  found = total + more
  part = found - total
  return found, rest + ((total - (found - part)) + (more - part))
