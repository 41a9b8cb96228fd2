"""How well first labels cover the pool."""

import numpy as np

from experiments.cold.coverage import coverage


def test_coverage_by_hand():
  features = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
  assert coverage(features, [0]) == (2.0, 5.0)
  assert coverage(features, [0, 1, 2]) == (0.0, 0.0)
