"""Slices in space: order, spacing, affine, and stacks that are none."""

import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.dicom.geometry import Slice, stacked

STRAIGHT = np.array([1.0, 0, 0, 0, 1, 0])


def slices(places, orientation=STRAIGHT, spacing=(0.8, 0.7), shape=(5, 6)):
  return [
    Slice(np.array(p, float), orientation, np.array(spacing), shape, "1.2")
    for p in places
  ]


def at(*heights):
  return slices([(-11, 7, z) for z in heights])


def test_slices_are_sorted_along_the_normal():
  found = stacked(at(30, 25, 35), "series")
  assert found.order == (1, 0, 2)
  # Columns run to the left, rows to the back: both against RAS.
  wanted = [[-0.7, 0, 0, 11], [0, -0.8, 0, -7], [0, 0, 5, 25], [0, 0, 0, 1]]
  np.testing.assert_allclose(found.affine, wanted)
  assert found.spacing_mm == (0.7, 0.8, 5.0)


def test_sagittal_slices():
  """Rows to the back, columns to the feet: the normal runs to the right."""
  turned = np.array([0.0, 1, 0, 0, 0, -1])
  found = stacked(slices([(x, 0, 0) for x in (4, 1, -2)], turned), "series")
  assert found.order == (0, 1, 2)
  wanted = [[0, 0, 3, -4], [-0.7, 0, 0, 0], [0, -0.8, 0, 0], [0, 0, 0, 1]]
  np.testing.assert_allclose(found.affine, wanted, atol=1e-12)


@pytest.mark.parametrize(
  ("places", "told"),
  [
    ((0, 1, 2, 4, 5), "2 mm between slices 3 and 4 of 5"),
    ((0, 1, 2, 2.4, 3, 4), "0.4 mm between slices 3 and 4"),
    ((0, 3, 1, 1, 2), "1 more, of 5 slices"),
    ((5,), "one slice alone"),
  ],
)
def test_gaps_and_slices_twice(places, told):
  with pytest.raises(DataError, match=told):
    stacked(at(*places), "series")


def test_rounded_positions_are_no_gap():
  exact = np.arange(200) * 0.625
  found = stacked(at(*np.round(exact, 2)), "series")
  assert found.spacing_mm[2] == pytest.approx(0.625, rel=1e-4)


def test_a_tilted_gantry():
  lean = np.tan(np.radians(12))
  places = [(0, z * lean, z) for z in range(5)]
  with pytest.raises(DataError, match=r"a gantry tilt of 12\.00 degrees"):
    stacked(slices(places), "series")


@pytest.mark.parametrize(
  ("other", "told"),
  [
    (slices([(0, 0, 9)], np.array([1.0, 0, 0, 0, 0, -1])), "2 orientation"),
    (slices([(0, 0, 9)], shape=(5, 7)), "one size"),
    (slices([(0, 0, 9)], spacing=(0.8, 0.9)), "one pixel spacing"),
    ([at(9)[0]._replace(frame_of_reference="1.3")], "frame of reference"),
    (slices([(0, 0, 9)], spacing=(0.8, 0.0)), "spacing"),
    (at(np.nan), "finite"),
  ],
)
def test_slices_that_do_not_belong_together(other, told):
  with pytest.raises(DataError) as error:
    stacked([*at(0, 3, 6), *other], "series")
  assert told.split()[-1] in str(error.value)


def test_axes_that_are_none():
  with pytest.raises(DataError, match="right angle"):
    stacked(slices([(0, 0, 0), (0, 0, 1)], STRAIGHT * 2), "series")
