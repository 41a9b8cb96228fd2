"""The numbers of a cold-start study."""

import numpy as np

from experiments.cold import results


def test_a_percentile_counts_pairs_and_halves_ties():
  assert results._percentile(np.array([2.0]), np.arange(4.0)) == 62.5
  same = np.array([1.0, 5.0, 3.0])
  assert results._percentile(same, same) == 50
