import numpy as np
import pytest
from sklearn.decomposition import PCA

from alx.label_free import pca
from alx.label_free.pca import fit_components, project


def test_a_line_has_one_component():
  rows = np.array([[0.0, 1.0], [3.0, 5.0], [6.0, 9.0]])  # along (3, 4) / 5
  components = fit_components(rows, 1)
  np.testing.assert_allclose(components.directions, [[0.6, 0.8]], rtol=1e-6)
  np.testing.assert_allclose(project(components, rows)[:, 0], [-5, 0, 5])


def test_agrees_with_scikit_learn_up_to_sign():
  rng = np.random.default_rng(0)
  rows, others = rng.standard_normal((2, 30, 8)) * np.arange(8, 0, -1)
  peer = PCA(3).fit(rows)
  found = project(fit_components(rows, 3), others)
  wanted = peer.transform(others)
  assert found.dtype == np.float32
  np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-4)


def test_the_sign_does_not_depend_on_the_rows_order():
  rows = np.random.default_rng(1).standard_normal((20, 4))
  a, b = fit_components(rows, 2), fit_components(rows[::-1], 2)
  np.testing.assert_allclose(a.directions, b.directions, atol=1e-5)


def test_the_longer_axis_may_be_either_and_of_many_blocks(monkeypatch):
  rows = np.random.default_rng(2).standard_normal((6, 9)) + 100
  monkeypatch.setattr(pca, "_BLOCK", 4)
  for some in (rows, rows.T):
    found = fit_components(some, 2).directions
    centred = some - some.mean(0)
    wanted = np.linalg.svd(centred, full_matrices=False)[2][:2]
    np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-5)
    np.testing.assert_allclose(found @ found.T, np.eye(2), atol=1e-6)


@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_directions_without_variance_are_left_out(shift):
  """Three points lie in a plane, whatever the width that is asked for."""
  for rows in (np.eye(3, 9), np.repeat(np.eye(3), 5, axis=0)):
    found = fit_components(rows + shift, 64)
    assert found.directions.shape == (2, rows.shape[1])
    apart = project(found, rows + shift)
    np.testing.assert_allclose(np.square(apart).sum(1), 2 / 3, rtol=1e-3)


def test_equal_rows_have_no_components():
  with pytest.raises(ValueError, match="rows that differ, found 3 equal ones"):
    fit_components(np.full((3, 4), 0.1), 2)
