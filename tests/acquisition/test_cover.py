import jax.numpy as jnp

from alx.acquisition import Candidates, cover

LINE = jnp.array([[0.0], [1.0], [4.0], [10.0]])


def choose(features, available, k):
  candidates = Candidates(available, ~available)
  return cover.k_center(None, features, candidates, k).tolist()


def test_farthest_from_the_labelled():
  available = jnp.array([False, True, True, True])
  assert choose(LINE, available, 3) == [3, 2, 1]


def test_without_labelled_items_starts_farthest_from_the_mean():
  # Mean 3.75: item 3 first, then 0 (distance 10), then 2 (4 from 0).
  assert choose(LINE, jnp.ones(4, bool), 3) == [3, 0, 2]


def test_duplicates_are_distinct_items():
  same = jnp.ones((3, 2))
  assert choose(same, jnp.ones(3, bool), 4) == [0, 1, 2, 3]
