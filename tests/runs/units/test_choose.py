"""A method of features alone, while nothing is labelled."""

import jax
import numpy as np

from alx.acquisition import BY_NAME
from alx.runs.units.choose import Choice

ROWS = np.array([[0.0], [9.0], [1.0], [50.0], [10.0]])


def test_only_some_items_are_chosen_in_arrays_with_room_for_more():
  choose = Choice(BY_NAME["k_center"], None)
  among = np.array([0, 1, 2])
  for room in (3, 5):
    found = choose(jax.random.key(0), ROWS, among, room, 2)
    assert set(found) <= {0, 1, 2} and 1 in found  # 3 is farther
  assert sorted(choose(jax.random.key(0), ROWS, among, 5, 4)) == [0, 1, 2]


def test_a_method_that_reads_nothing():
  choose = Choice(BY_NAME["random"], None)
  found = choose(jax.random.key(0), None, np.array([4, 2]), 5, 2)
  assert sorted(found) == [2, 4]
