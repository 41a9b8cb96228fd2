import jax
import numpy as np
import pytest

from alx.data.dataset import Dataset
from alx.data.resize import coarsen, common_shape, resize


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


def two_items(dtype=np.float32):
  """A slice of 2 x 3 and its label map, and a slice without spacing."""
  image = np.array([[0, 2, 4], [6, 8, 10]], dtype)[..., None]
  label = np.array([[0, 0, 1], [0, 0, 2]], np.uint8)
  return Dataset(
    "x",
    "segmentation",
    ("a", "b"),
    (image, image[:, :2]),
    (label, label[:, :2]),
    ("background", "one", "two"),
    ((1.0, 0.5), None),
    None,
    None,
    (),
  )


def test_coarser_items_keep_their_place_and_their_classes():
  found = coarsen(two_items(), 2)
  assert [x.shape for x in found.images] == [(1, 2, 1), (1, 1, 1)]
  assert found.images[1].item() == 4 and found.images[1].dtype == np.float32
  # The middles of the two columns lie at 0.75 and 2.25 of 3.
  np.testing.assert_array_equal(found.labels[0], [[0, 2]])
  assert found.spacing_mm == ((2.0, 0.75), None) and found.ids == ("a", "b")


def test_coarser_items_are_as_large_as_they_were():
  """33 x 33 x 9 voxels by 4 are 9 x 9 x 3, and 33 x 33 x 18 mm stay."""
  image = np.zeros((33, 33, 9, 1), np.float32)
  label = np.zeros(image.shape[:-1], np.uint8)
  one = Dataset(
    *("x", "segmentation", ("a",), (image,), (label,), ("background", "one")),
    *(((1.0, 1.0, 2.0),), None, None, ()),
  )
  found = coarsen(one, 4)
  assert found.labels[0].shape == (9, 9, 3)
  np.testing.assert_allclose(found.spacing_mm, [(33 / 9, 33 / 9, 6.0)])


def test_coarser_pictures_are_pictures_and_classes_stay():
  pictures = two_items(np.uint8)._replace(
    labels=(np.array(1, np.int32), np.array(0, np.int32))
  )
  found = coarsen(pictures, 2)
  assert found.images[0].dtype == np.uint8
  assert [int(x) for x in found.labels] == [1, 0]
  assert coarsen(pictures, 1) is pictures
  with pytest.raises(ValueError, match="coarsen: wanted 1 or more, found 0"):
    coarsen(pictures, 0)
