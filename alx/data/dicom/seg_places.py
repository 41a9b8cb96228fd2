"""Where the frames of a SEG are among the slices of an image."""

from collections.abc import Sequence

import numpy as np

from alx.data.dataset import bad_input
from alx.data.dicom.frames import Frame
from alx.data.dicom.geometry import affine_of

_NAME = "the SEG"
_OUT_OF_PLACE = 0.1  # of a voxel
_MOST_SLICES = 4  # times those of the image


def places_of(
  frames: Sequence[Frame], shape: Sequence[int], affine: np.ndarray
) -> tuple[list[int], np.ndarray]:
  """(slice of each frame, affine): on the grid, or on a grid of their own.

  Args:
    frames: at least one.
    shape: of the grid of the image.
    affine: of it; this very array is returned where frames are on the grid.

  Raises:
    DataError: frames of several orientations, between slices or far away.
  """
  slices = [frame.slice for frame in frames]
  first = slices[0]
  _check_one_way(slices)
  step = _step(first, affine)
  own = affine_of(first, step)
  index = np.linalg.inv(affine) @ own
  onto = all(s.shape == (shape[1], shape[0]) for s in slices)
  if onto and np.abs(index[:3, :3] - np.eye(3)).max() * max(shape) <= (
    _OUT_OF_PLACE
  ):
    places = [np.linalg.inv(affine) @ affine_of(s, step)[:, 3] for s in slices]
    whole = np.rint(places)
    near = np.abs(np.array(places) - whole).max() <= _OUT_OF_PLACE
    inside = (whole[:, 2] >= 0) & (whole[:, 2] < shape[2])
    if near and not whole[:, :2].any() and inside.all():
      return [int(k) for k in whole[:, 2]], affine
  along = np.array([s.position @ first.normal for s in slices])
  lowest = slices[int(along.argmin())]
  places = (along - along.min()) / step
  whole = np.rint(places)
  aside = [
    s.position - lowest.position - first.normal * step * k
    for s, k in zip(slices, whole, strict=True)
  ]
  if np.linalg.norm(aside, axis=1).max() > _OUT_OF_PLACE * min(
    step, *first.spacing
  ):
    raise bad_input(_NAME, "frames at slices of the image", "some between them")
  if whole.max() >= _MOST_SLICES * max(shape):
    raise bad_input(_NAME, "frames near the image", "some far away")
  return [int(k) for k in whole], affine_of(lowest, step)


def _check_one_way(slices):
  first = slices[0]
  for one in slices[1:]:
    if (
      np.abs(one.orientation - first.orientation).max() > 1e-3
      or np.abs(one.spacing - first.spacing).max() > 1e-3
    ):
      raise bad_input(_NAME, "frames of one orientation and size", "several")


def _step(first, affine):
  """mm between slices of the image along the normal of a frame."""
  sides = np.linalg.norm(affine[:3, :3], axis=0)
  normal = first.normal * (-1.0, -1.0, 1.0)
  return float(sides[np.abs(normal @ (affine[:3, :3] / sides)).argmax()])
