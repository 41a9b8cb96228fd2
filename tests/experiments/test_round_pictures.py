"""What is kept of an item for the page."""

from types import SimpleNamespace

import numpy as np

from alx.runs import pictures


def problem(image, spacing=None):
  """One item of class 1."""
  dataset = SimpleNamespace(
    images=(image,), labels=(np.int32(1),), ids=("a",), spacing_mm=(spacing,)
  )
  return SimpleNamespace(dataset=dataset)


def test_a_flat_image_is_kept_as_it_is():
  image = np.arange(6.0).reshape(2, 3, 1)
  kept = pictures._of_image(problem(image), 0, np.array([0.25, 0.75]))
  np.testing.assert_array_equal(kept["images"], image[..., 0])
  assert kept["where"] == "" and kept["truth_class"] == 1


def test_of_a_volume_the_middle_slice_is_kept_with_its_spacing():
  volume = np.zeros((2, 3, 5, 1))
  volume[0, 2, 2] = 1.0  # first axis to the right, second upwards
  kept = pictures._of_image(problem(volume, (1.0, 2.0, 9.0)), 0, np.ones(2) / 2)
  wanted = [[1, 0], [0, 0], [0, 0]]
  np.testing.assert_array_equal(kept["images"], wanted)
  assert kept["where"] == "slice 3 of 5 along axis 3"
  assert kept["spacing"].tolist() == [2.0, 1.0]


def test_maps_of_different_extents_stand_in_one_array():
  found = pictures.stack([np.ones((1, 2)), np.ones((2, 1))])
  np.testing.assert_array_equal(
    found, [[[1, 1], [np.nan, np.nan]], [[1, np.nan], [1, np.nan]]]
  )
