"""Grids that hospitals send: swapped, cropped, elsewhere."""

import numpy as np
import pytest

from tests.projects.ingest_cases import GOOD, LABEL, flagged, refused, taken
from tests.projects.label_files import (
  AFFINE,
  SHAPE,
  nifti,
  nrrd,
  patched,
  target,
)


def test_17_a_slice():
  refused(nifti(LABEL[:, :, 3]), 422, "a slice of 6 x 7")
  refused(nifti(LABEL[:, :, 3:4]), 422, "a slice of 6 x 7 x 1")
  refused(nrrd(LABEL[:, :, 3:4]), 422, "a slice of 6 x 7 x 1")


def test_18_axes_swapped_and_flipped():
  for order, flips in [((2, 0, 1), (0, 2)), ((0, 1, 2), (0,)), ((1, 0, 2), ())]:
    turned = np.flip(np.transpose(LABEL, order), flips)
    change = np.zeros((4, 4))
    change[3, 3] = 1
    for i, axis in enumerate(order):
      change[axis, i] = -1 if i in flips else 1
      change[axis, 3] = SHAPE[axis] - 1 if i in flips else 0
    taken(nifti(turned, AFFINE @ change), "turned back")


def test_19_cropped_and_enlarged():
  crop = AFFINE.copy()
  crop[:3, 3] = AFFINE[:3] @ [0, 1, 1, 1]
  taken(nifti(LABEL[:, 1:, 1:7], crop), "put into 6 x 7 x 8")
  wide = AFFINE.copy()
  wide[:3, 3] = AFFINE[:3] @ [-1, -2, 0, 1]
  padded = np.pad(LABEL, ((1, 1), (2, 0), (0, 0)))
  taken(nifti(padded, wide), "put into")
  padded[0, 0, 0] = 1
  refused(nifti(padded, wide), 422, "1 labelled voxels are outside")


def test_20_another_spacing():
  affine = AFFINE @ np.diag([0.5, 0.5, 1, 1])
  twice = LABEL.repeat(2, 0).repeat(2, 1)
  refused(nifti(twice, affine), 422, "voxels of 0.5 x 1 x 3 mm", "1 x 2 x 3")


@pytest.mark.parametrize(
  "affine",
  [
    np.diag([1.0, 2, 3, 1]),
    AFFINE @ np.diag([-1.0, 1, 1, 1]),
    AFFINE
    + np.eye(4)[:, [3, 3, 3, 0]] * 0
    + np.outer([1, 0, 0, 0], [0, 0, 0, 1]),
  ],
)
def test_21_same_shape_elsewhere(affine):
  found = refused(nifti(LABEL, affine), 422, "wrong geometry")
  assert "mm" in found.problem


def off_by(mm):
  affine = AFFINE.copy()
  affine[0, 3] += mm
  return nifti(LABEL, affine)


def test_22_off_by_rounding():
  taken(off_by(1e-4))
  taken(off_by(0.015), "snapped")  # 2% of 1 mm is the limit


@pytest.mark.parametrize("mm", [0.03, 0.1, 0.5, 0.9])
def test_23_off_by_part_of_a_voxel(mm):
  refused(off_by(mm), 422, "wrong geometry")


def test_24_two_forms():
  def shifted(header):
    other = AFFINE.copy()
    other[0, 3] += 4
    header.set_qform(other, 1)

  flagged("sform and qform are 4 mm", nifti(LABEL, change=shifted), target())

  elsewhere = patched(GOOD, 280 + 12, "<f4", AFFINE[0, 3] + 4)  # of the sform
  refused(elsewhere, 422, "wrong geometry")

  without = patched(GOOD, 252, "<i2", 0)  # qform_code
  taken(without)
  refused(patched(without, 254, "<i2", 0), 422, "neither")


def test_25_affines_that_cannot_be():
  lean = AFFINE.copy()
  lean[0, 1] = 0.4
  shear = nifti(LABEL, AFFINE)
  for row in range(3):
    for column in range(4):
      place = 280 + 16 * row + 4 * column
      shear = patched(shear, place, "<f4", lean[row, column])
  refused(shear, 422, "right angles")
  refused(patched(GOOD, 280, "<f4", 0.0), 422)
  refused(patched(GOOD, 280, "<f4", np.nan), 422)
