"""Planes, contours in them, and what is far from one."""

import numpy as np
import pytest

from alx.effort import contours
from alx.metrics import outlines


@pytest.mark.parametrize(
  ("plane", "shape", "spacing", "axis"),
  [
    (None, (9, 9, 9), None, 2),
    (None, (9, 9, 9), (1, 1, 1), 2),
    (None, (9, 9, 9), (5, 1, 1), 0),
    (None, (9, 9, 9), (1, 5, 5.001), 2),  # alike but for rounding
    (None, (1, 9, 9), (1, 1, 7), 0),  # a picture in a volume
    ("coronal", (9, 9, 9), (5, 1, 1), 1),
    (0, (9, 9, 9), None, 0),
  ],
)
def test_axis_of_slices(plane, shape, spacing, axis):
  assert contours.axis_of(plane, shape, spacing) == axis


def test_a_contour_is_within_its_slice():
  mask = np.ones((4, 4, 3), bool)
  found = outlines.surface_of(mask, contours.contour_axes(mask.shape, 2))
  assert found.sum() == 3 * 12  # also of the middle slice, not its inside


@pytest.mark.parametrize(
  ("shape", "axes"),
  [((9, 9, 9), [0, 1]), ((9, 1, 9), [0]), ((1, 1, 9), [0, 1])],
)
def test_an_axis_of_one_pixel_has_no_outside(shape, axes):
  assert contours.contour_axes(shape, 2) == axes


def test_beyond_a_tolerance_in_the_slice():
  one, other = np.zeros((5, 5, 2), bool), np.zeros((5, 5, 2), bool)
  one[0, 0, 0] = one[3, 0, 0] = one[0, 0, 1] = True
  other[0, 2, 0] = True
  found = contours.beyond(one, other, 2.0, np.array([1.0, 1.0, 0.1]), 2)
  assert np.argwhere(found).tolist() == [[0, 0, 1], [3, 0, 0]]


def test_pixel_length_is_of_the_plane():
  assert contours.pixel_length(np.array([1.0, 2.0, 9.0]), 2) == 1.5
