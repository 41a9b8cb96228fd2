"""Which errors of a draft a reader would correct at all."""

from collections.abc import Sequence

import numpy as np
import scipy.ndimage

from alx.effort import contours
from alx.metrics import inputs


def noticed(
  draft: np.ndarray,
  final: np.ndarray,
  num_classes: int,
  tolerance: float,
  spacing_mm: Sequence[float] | None,
  plane: int | str | None,
) -> np.ndarray:
  """Wrong voxels where the outlines are farther apart than the tolerance.

  A wrong voxel goes with the voxels of both outlines that are nearest to it in
  its slice: it is corrected where one of them is farther than the tolerance
  from the other outline, which is what `alx.effort.edits.edit_of` counts as a
  path. What lies between outlines that are near each other is left alone, be
  it connected with a larger error or not.

  Args:
    draft, final: [*sp] integer classes 0..C-1 of 2 or 3 axes.
    num_classes: C, with the background.
    tolerance: >= 0, mm, or voxels where the spacing is unknown.
    spacing_mm: mm between voxels along each axis, or None.
    plane: in which contours are drawn, see `alx.effort.contours.axis_of`.

  Returns:
    [*sp] bool, some of `draft != final`; all of it if the tolerance is 0.
  """
  wrong = draft != final
  if not tolerance or not wrong.any():
    return wrong
  spacing = inputs.spacing_of(spacing_mm, draft.ndim)
  shape = draft.shape
  if draft.ndim == 2:
    draft, final, spacing = draft[None], final[None], np.r_[1.0, spacing]
  axis = contours.axis_of(plane, draft.shape, spacing)
  found = np.zeros(draft.shape, bool)
  for c in range(1, num_classes):
    found |= _of_class(draft == c, final == c, tolerance, spacing, axis)
  return found.reshape(shape)


def _of_class(draft, final, tolerance, spacing, axis):
  found = np.zeros(draft.shape, bool)
  wrong = draft ^ final
  if not wrong.any():
    return found
  axes = contours.contour_axes(draft.shape, axis)
  box = scipy.ndimage.find_objects((draft | final).astype(np.uint8))[0]
  before, after, add, erase = contours.paths_between(
    draft[box], final[box], tolerance, spacing, axis, axes
  )
  apart = contours.spacing_in_slices(add.shape, spacing, axis, tolerance)
  far = _at_nearest(after, add, apart) | _at_nearest(before, erase, apart)
  found[box] = wrong[box] & far
  return found


def _at_nearest(outline, path, spacing):
  """Of every voxel, whether the nearest one of the outline is in the path.

  Where a slice has no outline the answer is of another one; then all of the
  other outline in that slice is path, and all that is wrong there is noticed.
  """
  if not path.any():
    return np.zeros(outline.shape, bool)
  nearest = scipy.ndimage.distance_transform_edt(
    ~outline, sampling=spacing, return_distances=False, return_indices=True
  )
  return path[tuple(nearest)]
