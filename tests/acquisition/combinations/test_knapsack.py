import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.combinations.knapsack import (
  best_set,
  knapsack,
  per_cost,
  per_distance,
)
from alx.acquisition.grammar import parse


def brute_force(values, costs, capacity):
  """The highest sum over all 2^n sets that fit."""
  best = 0.0
  for taken in itertools.product([0, 1], repeat=len(values)):
    if np.dot(taken, costs) <= capacity:
      best = max(best, np.dot(taken, values))
  return best


def everything(costs, budget):
  count = len(costs)
  return Candidates(
    jnp.ones(count, bool),
    jnp.zeros(count, bool),
    costs=jnp.asarray(costs, jnp.float32),
    budget=jnp.float32(budget),
  )


def test_a_toy():
  found = best_set(
    jnp.array([6.0, 10, 12]), jnp.array([1, 2, 3]), jnp.ones(3, bool), 5
  )
  assert found.tolist() == [False, True, True]


def test_what_may_not_be_taken_is_not():
  usable = jnp.array([True, False, True])
  found = best_set(jnp.array([1.0, 9, 1]), jnp.array([1, 1, 1]), usable, 2)
  assert found.tolist() == [True, False, True]


@pytest.mark.parametrize("seed", range(4))
def test_it_is_as_good_as_the_best_of_all_sets(seed):
  rng = np.random.default_rng(seed)
  values = rng.uniform(0, 10, 15).astype(np.float32)
  costs, capacity = rng.integers(1, 30, 15).astype(np.int32), 90
  found = np.asarray(
    best_set(jnp.asarray(values), jnp.asarray(costs), jnp.ones(15, bool), 90)
  )
  assert costs[found].sum() <= capacity
  best = brute_force(values.astype(np.float64), costs, capacity)
  assert values[found].sum() == pytest.approx(best, rel=1e-6)


def test_the_choice_fits_the_budget_in_any_currency():
  rng = np.random.default_rng(5)
  scores = jnp.asarray(rng.uniform(0, 1, 40), jnp.float32)
  costs = rng.uniform(0.1, 7, 40)
  row = knapsack(BY_NAME["entropy"])
  items = np.asarray(row.select(None, scores, everything(costs, 20.0), 40))
  items = items[items < 40]
  assert costs[items].sum() <= 20.0
  ratio = per_cost(BY_NAME["entropy"])
  order = np.asarray(ratio.select(None, scores, everything(costs, 20.0), 40))
  greedy, left = 0.0, 20.0
  for item in order:
    if costs[item] <= left:
      greedy, left = greedy + float(scores[item]), left - costs[item]
  # Rounding costs up to a thousandth of the budget may lose a little.
  assert float(scores[items].sum()) >= 0.97 * greedy


def test_the_cheapest_alone_where_nothing_fits():
  items = knapsack(BY_NAME["entropy"]).select(
    None, jnp.array([0.1, 0.9, 0.5]), everything([4.0, 6, 3], 2), 2
  )
  assert items.tolist() == [2, 3]


def test_equal_costs_are_the_highest_scores():
  scores = jnp.array([0.1, 0.9, 0.5, 0.7])
  items = knapsack(BY_NAME["entropy"]).select(
    None, scores, everything(np.ones(4), 2), 4
  )
  assert items.tolist() == [1, 3, 4, 4]


def test_scores_below_zero_count_from_the_lowest():
  scores = jnp.array([-0.9, -0.1, -0.5])
  row = knapsack(BY_NAME["margin"])
  items = row.select(None, scores, everything(np.ones(3), 2), 3)
  assert items.tolist() == [1, 2, 3]


def test_per_cost_is_the_ratio():
  scores = jnp.array([4.0, 3.0, 9.0, np.nan])
  row = per_cost(BY_NAME["entropy"])
  items = row.select(None, scores, everything([4.0, 1.0, 5.0, 1.0], 9), 4)
  assert items.tolist() == [1, 2, 0, 4]


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
