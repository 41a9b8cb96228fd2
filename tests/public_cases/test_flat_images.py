"""An image stored with an axis of extent 1 has the outlines of a flat one."""

import numpy as np
import pytest

from alx import metrics
from tests import oracles


def discs(radius, shift, extent=24):
  rows, columns = np.indices((extent, extent)) - extent // 2
  a = rows**2 + columns**2 <= radius**2
  return a, np.roll(a, shift, 1)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_thin_axis_makes_no_surface(axis):
  """Every voxel would be surface, and the distances of most of them 0."""
  pred, truth = discs(8, 3)
  flat = metrics.surface_distances(pred, truth, (2.0, 1.5))
  wanted = oracles.surface_distances(pred, truth, (2.0, 1.5))
  np.testing.assert_allclose(flat, wanted, rtol=1e-12)
  spacing = np.insert([2.0, 1.5], axis, 7.0)
  thin = [np.expand_dims(x, axis) for x in (pred, truth)]
  assert metrics.surface_distances(*thin, spacing) == flat
  np.testing.assert_allclose(
    oracles.surface_distances(*thin, spacing), wanted, rtol=1e-12
  )


def test_a_thin_structure_in_a_thick_image_is_all_surface():
  """Its box has extent 1, the image has not."""
  pred, truth = (np.zeros((5, 24, 24), bool) for _ in range(2))
  pred[2], truth[2] = discs(8, 3)
  found = metrics.surface_distances(pred, truth)
  wanted = oracles.surface_distances(pred, truth, (1.0,) * 3)
  np.testing.assert_allclose(found, wanted, rtol=1e-12)
  assert found.assd < metrics.surface_distances(pred[2], truth[2]).assd / 2


def test_the_penalty_of_a_flat_image_is_that_of_its_plane():
  assert metrics.image_diagonal((1, 6, 8), (9.0, 1.0, 1.0)) == 10.0
  assert metrics.image_diagonal((6, 8, 1)) == metrics.image_diagonal((6, 8))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 1, 1)])
def test_a_single_voxel_is_its_own_surface(shape):
  one = np.ones(shape, bool)
  assert metrics.surface_distances(one, one) == (0.0, 0.0, 0.0)
  assert np.isnan(metrics.surface_distances(one, ~one)).all()
