"""What a budget can be worth, from all sets of a few items."""

import numpy as np


def all_sets(count):
  """[2^count, count] bool."""
  numbers = np.arange(2**count)[:, None]
  return (numbers >> np.arange(count)) % 2 == 1


def best_worth(values, costs, budget, k=None):
  """The highest sum of values of at most k items that cost no more."""
  sets = all_sets(len(values))
  paid = sets @ np.asarray(costs, np.float64) <= budget
  few = sets.sum(1) <= (len(values) if k is None else k)
  return (sets @ np.asarray(values, np.float64))[paid & few].max()


def down(orders, costs, budget, k):
  """The items that are taken in this order, what does not fit left out."""
  taken, left = [], float(budget)
  for item in orders:
    if costs[item] <= left and len(taken) < k:
      taken.append(int(item))
      left -= float(costs[item])
  return taken
