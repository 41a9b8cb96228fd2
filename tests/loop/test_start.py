"""Starting sets by strata."""

import jax
import numpy as np
import pytest

from alx.loop import draw_strata
from alx.loop.start import quotas


@pytest.mark.parametrize(
  ("counts", "start", "even", "found"),
  [
    ([80, 10, 10], 10, False, [8, 1, 1]),
    ([85, 8, 7], 4, False, [2, 1, 1]),  # each once, the rest to the largest
    ([96, 2, 2], 2, False, [2, 0, 0]),  # fewer than there are
    ([96, 2, 2], 6, True, [2, 2, 2]),
    ([96, 1, 3], 9, True, [5, 1, 3]),
    ([5, 0, 5], 4, True, [2, 0, 2]),
    ([3, 2], 5, False, [3, 2]),
  ],
)
def test_quotas(counts, start, even, found):
  assert quotas(counts, start, even).tolist() == found


def test_items_are_drawn_inside_the_strata():
  strata = np.repeat([0, 1, 2], [14, 4, 2])
  found = draw_strata(jax.random.key(0), strata, 10)
  assert np.bincount(strata[found]).tolist() == [7, 2, 1]
  assert len(set(found.tolist())) == 10
  other = draw_strata(jax.random.key(1), strata, 10)
  assert set(other.tolist()) != set(found.tolist())


def test_patients_are_spread():
  strata, groups = np.zeros(12, int), np.repeat([0, 1, 2, 3], 3)
  found = draw_strata(jax.random.key(0), strata, 4, False, groups, 1)
  assert sorted(groups[np.asarray(found)]) == [0, 1, 2, 3]
