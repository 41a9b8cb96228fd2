import numpy as np
import pytest

from alx.units.slic import connected_pieces, shared_faces, superpixels


def check(regions, extent):
  assert regions.shape == extent
  numbers = np.unique(regions)
  assert numbers.tolist() == list(range(len(numbers)))
  assert connected_pieces(regions).max() + 1 == len(numbers)


@pytest.mark.parametrize("extent", [(20, 24), (8, 10, 12), (1, 9), (3, 3, 3)])
@pytest.mark.parametrize("compactness", [0.0, 0.1, 10.0])
def test_regions_are_connected_and_numbered_without_a_gap(extent, compactness):
  image = np.random.default_rng(0).standard_normal((*extent, 1))
  regions = superpixels(image, 12, compactness=compactness)
  check(regions, extent)


def test_two_tones_are_never_in_one_region():
  image = np.zeros((24, 24, 1))
  image[:, 11:] = 1.0
  regions = superpixels(image, 16)
  left, right = set(regions[:, :11].flat), set(regions[:, 11:].flat)
  assert not left & right


def test_a_constant_image_is_a_grid():
  regions = superpixels(np.zeros((12, 12, 1)), 9)
  assert np.bincount(regions.reshape(-1)).tolist() == [16] * 9


def test_regions_are_cubes_in_mm():
  """Slices of 4 mm and pixels of 1 mm: fewer regions across than along."""
  regions = superpixels(np.zeros((8, 32, 32, 1)), 64, (4.0, 1.0, 1.0))
  assert np.bincount(regions.reshape(-1)).tolist() == [2 * 8 * 8] * 64


def test_colours_count_alike():
  image = np.zeros((16, 16, 3), np.uint8)
  image[:8, :, 1] = 9
  regions = superpixels(image, 4)
  assert not set(regions[:8].flat) & set(regions[8:].flat)


def test_the_same_image_gives_the_same_regions():
  image = np.random.default_rng(1).standard_normal((16, 16, 1))
  one, two = (superpixels(image, 10) for _ in range(2))
  np.testing.assert_array_equal(one, two)


def test_shared_faces():
  pairs, faces = shared_faces(np.array([[0, 0, 1], [2, 2, 1]]))
  assert pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
  assert faces.tolist() == [1, 2, 1]
