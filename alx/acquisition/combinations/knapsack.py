"""Choices whose items cost: the most worth for a budget, or for each cost."""

import jax.numpy as jnp

from alx.acquisition.base import Acquisition, in_float32, with_needs
from alx.acquisition.combinations.best_sets import (
  best_filled,
  few_and_many,
  in_cells,
)
from alx.acquisition.combinations.fuse import minmax, not_negative
from alx.acquisition.scores.select import first_by, top_k

CELLS = 1000


def knapsack(acquisition: Acquisition, cells: int = CELLS) -> Acquisition:
  """The set of the most summed score whose costs fit the budget (Kuo 2018).

  At most k items, and never above the budget; where nothing fits, the cheapest
  alone, unless the budget is 0. Scores below 0 are taken from the lowest.

  The best set there is where costs are whole numbers, the budget is at most
  `cells`, and that set has no more than k items. Else costs count in `cells`
  parts of the budget, each rounded up, and what the budget has left is filled
  up. Where the best set, so counted, has more than k items, what is taken is
  worth at least half of the best set of k, and mostly as much. It is worth no
  less than going down the scores, or the scores for each cost.

  Time O(N cells), a few times that where k binds; memory N cells / 8 bytes.

  Args:
    acquisition: describes the score, [N]; its `select` is not used.
    cells: >= 1.

  Raises:
    ValueError: for fewer cells; when `select` finds no costs or no budget.
  """
  if cells < 1:
    raise ValueError(f"cells: wanted at least 1, found {cells}")

  def select(key, scores, candidates, k):
    costs, budget = _costs(candidates, "knapsack")
    usable = candidates.available & jnp.isfinite(scores) & ~jnp.isnan(costs)
    fits = usable & (costs <= budget)
    values = not_negative(scores, fits)
    of = in_cells(costs, budget, fits, cells)
    few, many = few_and_many(values, of, fits, cells, k)
    nothing = jnp.zeros_like(fits)
    taken = best_filled(
      jnp.stack([few, many, nothing, fits]), values, costs, fits, budget, k
    )
    cheapest = jnp.where(usable, costs, jnp.inf).argmin()
    alone = usable & (jnp.arange(costs.shape[0]) == cheapest) & (budget > 0)
    taken = jnp.where(fits.any(), taken, alone)
    return top_k(key, scores, candidates._replace(available=taken), k)

  return _with(acquisition, select)


def per_cost(acquisition: Acquisition, alpha: float = 0.0) -> Acquisition:
  """The highest scores for each cost (Mackowiak et al. 2018, CEREALS).

  Scores below 0 are taken from the lowest; what costs nothing comes first. As
  far as the budget it is the greedy knapsack. With an `alpha` both are fused
  as published: score^alpha (1 - cost)^(1 - alpha), each from 0 to 1 over what
  may be picked.

  Args:
    acquisition: describes the score, [N]; its `select` is not used.
    alpha: weight of the score in (0, 1); 0: the ratio.

  Raises:
    ValueError: for another alpha; when `select` finds no costs or no budget.
  """
  if not 0 <= alpha < 1:
    raise ValueError(
      f"alpha: wanted a number above 0 and below 1, or 0 for the ratio, found "
      f"{alpha}"
    )

  def select(key, scores, candidates, k):
    costs, _ = _costs(candidates, "per_cost")
    usable = candidates.available & jnp.isfinite(scores) & ~jnp.isnan(costs)
    if not alpha:
      value, paid = not_negative(scores, usable), costs > 0
      ratio = value / jnp.where(paid, costs, 1.0)
      return first_by((paid, -ratio), usable, k)
    worth = minmax(scores, usable)
    worth = jnp.where(worth.max(initial=0.0) > 0, worth, 1.0)  # or all alike
    value = worth**alpha * (1 - minmax(costs, usable)) ** (1 - alpha)
    return top_k(key, value, candidates._replace(available=usable), k)

  return _with(acquisition, select)


def per_distance(
  acquisition: Acquisition, floor_mm: float = 1.0
) -> Acquisition:
  """The highest scores for floor + mm to a labelled slice (Shen et al. 2021).

  A slice beside one that is labelled is quickly done, and much like it: the
  opposite of a diverse choice. Scores below 0 are taken from the lowest.

  Args:
    acquisition: describes the score, [N]; its `select` is not used.
    floor_mm: > 0, what a slice costs that is labelled.

  Raises:
    ValueError: for another floor; when `select` finds no distances.
  """
  if not 0 < floor_mm < float("inf"):
    raise ValueError(f"floor: wanted mm above 0, found {floor_mm}")

  def select(key, scores, candidates, k):
    if candidates.distance_mm is None:
      raise ValueError("per_distance needs candidates with distances: slices")
    usable = candidates.available & jnp.isfinite(scores)
    ratio = not_negative(scores, usable) / (floor_mm + candidates.distance_mm)
    return top_k(key, ratio, candidates._replace(available=usable), k)

  needs = with_needs(acquisition, "distances")
  return acquisition._replace(select=select, needs=needs)


def _costs(candidates, name):
  if candidates.costs is None or candidates.budget is None:
    raise ValueError(f"{name} needs candidates with costs and a budget")
  return in_float32((candidates.costs, candidates.budget))


def _with(acquisition, select):
  needs = with_needs(acquisition, "costs")
  return acquisition._replace(select=select, needs=needs)
