"""Counts do not depend on how the axes of a label map lie in memory."""

import numpy as np
import pytest
from scipy import ndimage

from alx.projects.exchange import overlap, plausible


def drawn(order, seed=0):
  rng = np.random.default_rng(seed)
  return np.asarray(rng.integers(0, 3, (7, 8, 9)), np.uint8, order=order)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("other", ["C", "F"])
def test_pairs_are_counted(order, other):
  label, draft = drawn(order), drawn(other, 1)
  wanted = np.zeros((3, 3), int)
  np.add.at(wanted, (label.reshape(-1), draft.reshape(-1)), 1)
  np.testing.assert_array_equal(overlap.table(label, draft, 3), wanted)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float64])
def test_values(order, dtype):
  array = np.asarray(drawn(order) * 2, dtype, order=order)
  assert overlap.values(array).tolist() == [0, 2, 4]


@pytest.mark.parametrize("order", ["C", "F"])
def test_what_is_cut_away_is_empty(order):
  label = np.zeros((7, 8, 9), np.uint8, order)
  assert not plausible._solid(label).any()
  label[2:4, 3, 5:8] = label[6, 7, 8] = 1
  solid = plausible._solid(label)
  assert solid.sum() == label.sum()
  assert sorted(solid.shape) == sorted((5, 5, 4))
  assert ndimage.label(solid)[1] == ndimage.label(label)[1] == 2
