import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.combinations.knapsack import (
  knapsack,
  per_cost,
  per_distance,
)
from alx.acquisition.grammar import parse
from tests.oracle_budgets import best_worth, down


def everything(costs, budget):
  count = len(costs)
  return Candidates(
    jnp.ones(count, bool),
    jnp.zeros(count, bool),
    costs=jnp.asarray(costs, jnp.float32),
    budget=jnp.float32(budget),
  )


ROW = knapsack(BY_NAME["entropy"])


@functools.partial(jax.jit, static_argnums=2)
def select(scores, candidates, k):
  return ROW.select(None, scores, candidates, k)


def chosen(scores, costs, budget, k=None):
  """The items of the knapsack, k of them at most; of 10 or 2000, or fewer."""
  count = len(costs)
  more = max(10 - count, 0)
  candidates = everything([*costs, *[1] * more], budget)
  candidates = candidates._replace(available=jnp.arange(count + more) < count)
  scores = jnp.asarray([*scores, *[9] * more], jnp.float32)
  items = np.asarray(select(scores, candidates, k or count + more))
  return items[items < count].tolist()


# Costs and a budget, by name: whole numbers, anything, and a free half.
POOLS = {
  "whole": lambda rng: (rng.integers(1, 30, 10).astype(float), 60.0),
  "any": lambda rng: (rng.uniform(0.1, 7, 10), 15.0),
  "small": lambda rng: (rng.uniform(1e-4, 7e-3, 10), 0.015),
  "free": lambda rng: (rng.integers(0, 2, 10) * rng.uniform(1, 7, 10), 9.0),
}


@pytest.mark.parametrize("k", [10, 2])
@pytest.mark.parametrize("kind", POOLS)
def test_it_holds_against_all_sets(kind, k):
  for seed in range(12):
    rng = np.random.default_rng(seed)
    costs, budget = POOLS[kind](rng)
    costs = costs.astype(np.float32).astype(np.float64)
    scores = rng.uniform(0, 10, 10).astype(np.float32).astype(np.float64)
    items = chosen(scores, costs, budget, k)
    assert costs[items].sum() <= budget and len(items) <= k
    best, worth = best_worth(scores, costs, budget, k), scores[items].sum()
    assert worth >= (0.5 if k < 10 else 0.9) * best
    if kind == "whole" and k == 10:
      assert worth == pytest.approx(best, rel=1e-6)
    for orders in (-scores, -scores / np.maximum(costs, 1e-9)):
      greedy = down(np.argsort(orders, kind="stable"), costs, budget, k)
      assert worth >= scores[greedy].sum() - 1e-4


@pytest.mark.parametrize("budget", [3, 7, 300, 600, 900, 1500])
def test_no_budget_is_left_unspent(budget):
  scores = np.random.default_rng(0).uniform(0, 1, 2000)
  items = chosen(scores, np.ones(2000), budget)
  assert sorted(items) == sorted(np.argsort(-scores)[:budget])


def test_it_is_never_above_the_budget():
  """Each label is a little more than a thousandth of it."""
  costs = np.zeros(2000) + np.where(np.arange(2000) < 1000, 1.0009, 9000)
  assert len(chosen(np.ones(2000), costs, 1000)) == 999


@pytest.mark.parametrize("score", [0.0, -0.3, 0.7])
def test_items_that_are_alike_are_taken_as_well(score):
  costs = [2, 1, 1, 3, 1, 1, 2, 1, 2, 2]
  found = chosen(np.full(10, score), costs, 5)
  assert found == [1, 2, 4, 5, 7]


def test_what_is_free_and_worth_nothing_is_taken():
  scores = [0, 3, 0, 1, 0, 0, 0, 0, 0, 0]
  costs = [5, 5, 0, 5, 9, 9, 9, 9, 9, 0]
  assert chosen(scores, costs, 10) == [1, 3, 2, 9]
  assert chosen(scores, costs, 10, 2) == [1, 3]


def test_as_many_as_are_asked_for_are_part_of_what_is_best():
  scores = [4.9, 1, 1, 1, 1, 1, 0.1, 0, 0, 0]
  costs = [5, 1, 1, 1, 1, 1, 5, 9, 9, 9]
  assert chosen(scores, costs, 5, 2) == [0]
  assert chosen(scores, costs, 5) == [1, 2, 3, 4, 5]


def test_a_budget_of_nothing_buys_what_is_free():
  scores, costs = np.ones(10), np.arange(10) % 5
  assert chosen(scores, costs, 0) == [0, 5]
  assert chosen(scores, costs + 1, 0) == []
  assert chosen(scores, costs + 1, 0.5) == [0]


def test_the_cheapest_alone_where_nothing_fits():
  assert chosen([0.1, 0.9, 0.5], [4, 6, 3], 2) == [2]


def test_equal_costs_are_the_highest_scores():
  assert chosen([0.1, 0.9, 0.5, 0.7], np.ones(4), 2) == [1, 3]


def test_scores_below_zero_count_from_the_lowest():
  assert chosen([-0.9, -0.1, -0.5], np.ones(3), 2) == [1, 2]


def test_per_cost_is_the_ratio():
  scores = jnp.array([4.0, 3.0, 9.0, np.nan])
  row = per_cost(BY_NAME["entropy"])
  items = row.select(None, scores, everything([4.0, 1.0, 5.0, 1.0], 9), 4)
  assert items.tolist() == [1, 2, 0, 4]


def test_per_cost_takes_first_what_costs_nothing():
  """Worth nothing too: the scores below 0 are taken from the lowest."""
  row = per_cost(BY_NAME["entropy"])
  costs = [4.0, 0.0, 1.0, 0.0, 1e-13]
  for scores in ([4.0, 0, 3, 1, 0], [0.0, -4, -1, -3, -4]):
    items = row.select(None, jnp.array(scores), everything(costs, 9), 5)
    assert items.tolist() == [3, 1, 2, 0, 4]


@pytest.mark.parametrize("alpha", [0.25, 0.8])
def test_a_score_fused_with_its_cost(alpha):
  """info^alpha (1 - cost)^(1 - alpha), both from 0 to 1 (CEREALS)."""
  rng = np.random.default_rng(3)
  scores, costs = rng.uniform(1, 3, 9), rng.uniform(2, 8, 9)
  info = (scores - scores.min()) / np.ptp(scores)
  cost = (costs - costs.min()) / np.ptp(costs)
  expected = np.argsort(-(info**alpha) * (1 - cost) ** (1 - alpha))
  row = per_cost(BY_NAME["entropy"], alpha)
  found = row.select(None, jnp.asarray(scores), everything(costs, 9), 7)
  assert found.tolist() == expected[:7].tolist()


def test_a_fusion_where_all_are_alike():
  row, scores = per_cost(BY_NAME["entropy"], 0.5), jnp.array([1.0, 3, 2])
  same_costs = row.select(None, scores, everything([4.0, 4, 4], 9), 3)
  assert same_costs.tolist() == [1, 2, 0]
  same_scores = row.select(None, jnp.ones(3), everything([4.0, 2, 3], 9), 3)
  assert same_scores.tolist() == [1, 2, 0]
  with pytest.raises(ValueError, match="alpha: wanted a number above 0 and"):
    per_cost(BY_NAME["entropy"], 1.0)


def test_a_slice_beside_a_labelled_one_comes_first():
  """Score / (floor + mm)."""
  there = Candidates(jnp.ones(4, bool), jnp.zeros(4, bool))
  there = there._replace(distance_mm=jnp.array([0.0, 1, 3, 9]))
  scores = jnp.array([1.0, 3, 4, 8])  # 1, 1.5, 1, 0.8
  row = per_distance(BY_NAME["entropy"])
  assert row.select(None, scores, there, 4).tolist() == [1, 0, 2, 3]
  row = per_distance(BY_NAME["entropy"], 9.0)  # 0.11, 0.3, 0.33, 0.44
  assert row.select(None, scores, there, 4).tolist() == [3, 2, 1, 0]
  with pytest.raises(ValueError, match="floor: wanted mm above 0, found 0"):
    per_distance(BY_NAME["entropy"], 0)
  with pytest.raises(ValueError, match="candidates with distances"):
    row.select(None, scores, there._replace(distance_mm=None), 1)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_per_cost_never_takes_what_has_no_cost(alpha):
  row, scores = per_cost(BY_NAME["entropy"], alpha), jnp.array([1.0, 3, 2])
  items = row.select(None, scores, everything([2.0, np.nan, 2.0], 9), 3)
  assert items.tolist() == [2, 0, 3]


def test_what_has_no_cost_is_not_the_cheapest():
  assert chosen([0.1, 0.9, 0.5], [4, np.nan, 3], 2) == [2]
  assert chosen([0.1, 0.9, 0.5], [1, np.nan, 1], 2) == [2, 0]
  assert chosen([0.9], [np.nan], 2) == []


def test_per_cost_of_scores_that_are_far_apart():
  """From the lowest on they are beyond float32."""
  row, scores = per_cost(BY_NAME["entropy"]), jnp.array([3e38, -3e38, 3e38])
  items = row.select(None, scores, everything([2.0, 1.0, 1.0], 9), 3)
  assert items.tolist() == [2, 0, 1]


def test_they_can_be_written():
  assert parse("per_distance(entropy)").needs == ("probs", "distances")
  assert parse("per_cost(vote_entropy, alpha=0.5)").needs[-1] == "costs"
  assert parse("knapsack(entropy)").needs == ("probs", "costs")
  assert parse("per_cost(bald)").needs == ("samples", "costs")


def test_without_costs_there_is_nothing_to_choose_by():
  free = Candidates(jnp.ones(2, bool), jnp.zeros(2, bool))
  with pytest.raises(ValueError, match="costs and a budget"):
    knapsack(BY_NAME["entropy"]).select(None, jnp.ones(2), free, 1)


def test_it_compiles_once_for_any_budget():
  row, traces = knapsack(BY_NAME["entropy"]), []

  @jax.jit
  def choose(scores, candidates):
    traces.append(1)
    return row.select(None, scores, candidates, 3)

  for budget in (1.0, 2.0):
    choose(jnp.arange(4.0), everything(np.ones(4), budget))
  assert len(traces) == 1
