import jax
import numpy as np
import pytest

from alx.data.resize import common_shape, resize


@pytest.mark.parametrize(
  ("extents", "longest", "shape"),
  [
    ([[28, 28]], 64, (28, 28)),
    ([[128, 128], [64, 64], [128, 96]], 64, (64, 48)),
    ([[36, 50, 34]], 32, (24, 32, 20)),
    ([[6, 1]], 64, (8, 4)),
  ],
)
def test_the_shape_keeps_the_proportions_of_the_usual_item(
  extents, longest, shape
):
  assert common_shape(np.array(extents), longest, 4) == shape


def test_halving_averages_and_doubling_interpolates():
  image = np.array([0.0, 0.0, 4.0, 4.0])[:, None]
  np.testing.assert_allclose(resize(image, (2,))[:, 0], [4 / 7, 24 / 7])
  doubled = resize(np.array([[0.0], [2.0]]), (4,))
  np.testing.assert_allclose(doubled[:, 0], [0, 0.5, 1.5, 2])


def test_is_the_resize_of_jax():
  image = np.random.default_rng(0).standard_normal((5, 7, 6, 2))
  image = image.astype(np.float32)
  wanted = jax.image.resize(image, (4, 8, 3, 2), "linear")
  np.testing.assert_allclose(resize(image, (4, 8, 3)), wanted, atol=1e-5)


def test_an_image_of_that_shape_stays():
  image = np.arange(4, dtype=np.float32).reshape(2, 2, 1)
  np.testing.assert_array_equal(resize(image, (2, 2)), image)
