"""Errors within the tolerance are left alone, by brute force."""

import numpy as np
import pytest
import scipy.ndimage

from alx.effort.contours import axis_of
from alx.effort.readers.noticed import noticed
from tests.effort.oracle_noticed import may_be_noticed


def blobs(seed, shape):
  """A draft and a final label of three classes that are near each other."""
  rng = np.random.default_rng(seed)

  def smooth():
    return scipy.ndimage.gaussian_filter(rng.standard_normal(shape), 2.0)

  base, cut = smooth(), [0.03, 0.1]
  final = np.digitize(base, cut)
  return np.digitize(base + 0.4 * smooth(), cut), final


@pytest.mark.parametrize(
  ("shape", "spacing"),
  [((14, 14), None), ((14, 12), (0.7, 1.1)), ((10, 10, 3), (1.0, 1.0, 3.0))],
)
@pytest.mark.parametrize("tolerance", [1.0, 1.6])
def test_it_is_the_nearest_outline_that_tells(shape, spacing, tolerance):
  draft, final = blobs(0, shape)
  found = noticed(draft, final, 3, tolerance, spacing, None)
  sides = np.ones(len(shape)) if spacing is None else np.array(spacing)
  axis = axis_of(None, shape, spacing) if len(shape) == 3 else None
  least, most = may_be_noticed(draft, final, 3, tolerance, sides, axis)
  assert (found >= least).all() and (found <= most).all()
  assert 0 < least.sum() <= most.sum() < (draft != final).sum()
  assert (most ^ least).sum() < 0.2 * (draft != final).sum()  # ties


def test_without_a_tolerance_all_is_noticed():
  draft, final = blobs(1, (20, 20))
  found = noticed(draft, final, 3, 0.0, None, None)
  assert (found == (draft != final)).all()


def test_what_a_slice_alone_has_is_noticed():
  final = np.zeros((8, 8, 3), int)
  final[3:5, 3:5, :2] = 1
  draft = final.copy()
  draft[..., 1] = 0
  draft[3:5, 3:5, 2] = 1
  found = noticed(draft, final, 2, 2.0, (1.0, 1.0, 1.0), None)
  assert (found == (draft != final)).all()
