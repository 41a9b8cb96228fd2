"""Agreement and expected scores on counts one can do by hand."""

import numpy as np
import pytest

from alx.stats.stopping.agreement import cohen_kappa, expected_dice


@pytest.mark.parametrize(
  ("joint", "wanted"),
  [
    ([[20, 5], [10, 15]], 0.4),  # (0.7 - 0.5) / 0.5
    ([[5, 0], [0, 5]], 1.0),
    ([[0, 5], [5, 0]], -1.0),
    ([[25, 25], [25, 25]], 0.0),
    ([[10, 0], [0, 0]], np.nan),  # one class by both: chance does it too
    ([[0, 0], [0, 0]], np.nan),
    ([[0, 10], [0, 0]], 0.0),  # each one class, never the same
    ([[1e9, 0, 0], [0, 1e9, 0], [0, 0, 1e9]], 1.0),
  ],
)
def test_kappa(joint, wanted):
  np.testing.assert_allclose(cohen_kappa(np.array(joint)), wanted, atol=1e-12)


def test_kappa_of_labels_as_scikit_learn_has_it():
  sklearn = pytest.importorskip("sklearn.metrics")
  rng = np.random.default_rng(0)
  a, b = rng.integers(0, 4, (2, 50))
  joint = np.zeros((4, 4))
  np.add.at(joint, (a, b), 1)
  wanted = sklearn.cohen_kappa_score(a, b)
  assert cohen_kappa(joint) == pytest.approx(wanted)
  both = cohen_kappa(np.stack([joint, np.eye(4)]))
  np.testing.assert_allclose(both, [wanted, 1])


def test_counts_that_are_none():
  with pytest.raises(ValueError, match=r"\[\.\.\., C, C\].*\(2, 3\)"):
    cohen_kappa(np.ones((2, 3)))


def test_expected_dice():
  # Class 1: 8 voxels predicted at p = 0.75, 2 more of it elsewhere.
  overlap = np.array([[90.0, 180], [6, 16], [0, 0.5]])
  assert expected_dice(overlap) == pytest.approx((0.75 + 0) / 2)
  assert np.isnan(expected_dice(np.zeros((2, 2))))
