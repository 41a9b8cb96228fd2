import numpy as np
from sklearn.decomposition import PCA

from alx.pca import fit_components, project


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


def test_there_are_no_more_components_than_rows():
  assert fit_components(np.eye(3, 9), 64).directions.shape == (3, 9)
