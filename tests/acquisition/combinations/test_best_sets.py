import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition.combinations import best_sets
from tests.oracle_budgets import best_worth

N, CAPACITY = 12, 90
best_set = jax.jit(best_sets.best_set, static_argnums=3)


def taken(values, costs, capacity, usable=None, within=None):
  """The items of the best set."""
  usable = np.ones(len(values), bool) if usable is None else usable
  within = capacity if within is None else within
  found = best_set(
    jnp.asarray(values, jnp.float32),
    jnp.asarray(costs, jnp.int32),
    jnp.asarray(usable),
    capacity,
    jnp.int32(within),
  )
  return np.flatnonzero(found).tolist()


def test_a_toy():
  assert taken([6, 10, 12], [1, 2, 3], 5) == [1, 2]


def test_what_may_not_be_taken_is_not():
  assert taken([1, 9, 1], [1, 1, 1], 2, [True, False, True]) == [0, 2]


@pytest.mark.parametrize(
  ("values", "costs", "wanted"),
  [
    ([0, 3, 0], [0, 2, 0], [0, 1, 2]),  # what is free is taken, worth 0 too
    ([0, 0, 0], [2, 1, 1], [1, 2]),  # where all is alike, as many as can be
    ([2, 1, 1], [2, 1, 1], [1, 2]),
    ([1, 1, 1], [1, 1, 1], [0, 1]),  # then the first
  ],
)
def test_of_equal_sums_the_one_of_more_items(values, costs, wanted):
  assert taken(values, costs, 2) == wanted


@pytest.mark.parametrize("seed", range(3))
def test_it_is_as_good_as_the_best_of_all_sets(seed):
  rng = np.random.default_rng(seed)
  values, costs = rng.uniform(0, 10, N), rng.integers(0, 30, N)
  for within in (None, 17, 41, CAPACITY):
    found = taken(values, costs, CAPACITY, within=within)
    budget = CAPACITY if within is None else within
    assert costs[found].sum() <= budget
    best = best_worth(values, costs, budget)
    assert values[found].sum() == pytest.approx(best, rel=1e-6)


def test_whole_numbers_are_what_they_are_where_they_fit():
  fits = jnp.array([True, True, False])
  costs = jnp.array([3.0, 7.0, 0.5])
  found = best_sets.in_cells(costs, jnp.float32(9.5), fits, 10)
  assert (found.costs.tolist(), int(found.budget)) == ([3, 7, 0], 9)
  found = best_sets.in_cells(costs, jnp.float32(20.0), fits, 10)
  assert (found.costs.tolist(), int(found.budget)) == ([2, 4, 0], 10)
  found = best_sets.in_cells(costs, jnp.float32(9.5), fits.at[2].set(True), 10)
  assert (found.costs.tolist(), int(found.budget)) == ([4, 8, 1], 10)


@functools.partial(jax.jit, static_argnums=3)
def few_and_many(values, costs, budget, k):
  fits = jnp.ones(values.shape, bool)
  of = best_sets.Cells(costs, budget)
  return best_sets.few_and_many(values, of, fits, CAPACITY, k)


@pytest.mark.parametrize("k", [1, 4])
def test_few_and_many_are_together_worth_the_best_of_k(k):
  for seed in range(8):
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 10, N).astype(np.float32)
    costs, budget = rng.integers(1, 30, N).astype(np.int32), 60
    few, many = map(np.asarray, few_and_many(values, costs, budget, k))
    assert few.sum() <= k and costs[many].sum() <= budget
    worth = values[few].sum() + np.sort(values[many])[::-1][:k].sum()
    best = best_worth(values, costs, budget, k)
    assert worth >= best - 1e-4
    if few.sum() and not many.any():  # the best set has no more than k
      assert values[few].sum() == pytest.approx(best, rel=1e-6)


@jax.jit
def fill(sets, values, costs, fits, budget, k):
  return best_sets.best_filled(sets, values, costs, fits, budget, k)


@pytest.mark.parametrize(
  ("budget", "k", "wanted"),
  [(3, 6, [0, 2, 5]), (4, 6, [0, 1, 5]), (6, 6, [0, 1, 2, 4, 5]), (6, 1, [0])],
)
def test_a_set_is_cut_to_what_the_budget_pays_for_and_filled_up(
  budget, k, wanted
):
  values = np.zeros(1000, np.float32)
  values[:6] = 5, 4, 3, 2, 0, 0
  costs = jnp.ones(1000).at[:6].set(jnp.array([2.0, 2, 1, 1, 1, 0]))
  fits = (jnp.arange(1000) < 6).at[3].set(False)
  both = jnp.arange(1000)[None, :] < 2
  found = fill(both, values, costs, fits, jnp.float32(budget), k)
  assert np.flatnonzero(found).tolist() == wanted


@pytest.mark.parametrize(
  ("cost", "budget", "number"), [(0.1, 1.0, 10), (1.0009, 1000.0, 999)]
)
def test_a_sum_of_many_costs_is_exact(cost, budget, number):
  costs = jnp.full(1000, cost)
  everything = jnp.ones(1000, bool)
  found = fill(
    everything[None, :], costs, costs, everything, jnp.float32(budget), 1000
  )
  assert found.sum() == number
