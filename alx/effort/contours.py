"""Outlines as a person draws them: slice by slice, in one plane."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.metrics import outlines

# Of volumes that are turned to RAS+, the axis along which slices follow.
PLANES = {"sagittal": 0, "coronal": 1, "axial": 2}
_NEAR = 1 + 1e-6  # a tolerance but for rounding


def axis_of(
  plane: int | str | None,
  shape: Sequence[int],
  spacing_mm: Sequence[float] | None,
) -> int:
  """The axis along which slices follow each other, of a volume.

  Args:
    plane: its number, "axial", "coronal" or "sagittal" of a volume in RAS+;
      None: the one of extent 1, else of the largest spacing, else axial.
    shape: three extents.
    spacing_mm: between voxels along each axis, or None: alike.

  Raises:
    ValueError: for another plane, or no three axes.
  """
  if len(shape) != 3:
    raise ValueError(f"plane: wanted a volume of 3 axes, found {tuple(shape)}")
  if plane is not None:
    return _named(plane)
  flat = [axis for axis, extent in enumerate(shape) if extent == 1]
  if flat:
    return flat[-1]
  spacing = np.ones(3) if spacing_mm is None else np.asarray(spacing_mm)
  return int(np.flatnonzero(spacing >= spacing.max() * (1 - 1e-3))[-1])


def _named(plane):
  axis = PLANES.get(plane) if isinstance(plane, str) else plane
  is_axis = isinstance(axis, int | np.integer) and not isinstance(axis, bool)
  if not is_axis or not 0 <= axis <= 2:
    raise ValueError(
      f"plane: wanted {', '.join(PLANES)}, or the number of an axis from 0 to "
      f"2, found {plane!r}"
    )
  return int(axis)


def contour_axes(shape: Sequence[int], axis: int) -> list[int]:
  """Axes of a slice along which a contour has an outside, of a whole volume.

  Not those of extent 1, unless both are; a part that is cut out of a volume
  has those of the volume.
  """
  inside = [a for a in range(3) if a != axis]
  return [a for a in inside if shape[a] > 1] or inside


class Paths(NamedTuple):
  """What leads from one outline to another, arrays [X, Y, Z] bool."""

  before: np.ndarray  # outline of what is there
  after: np.ndarray  # of what is to be
  add: np.ndarray  # of `after`, what is to be drawn
  erase: np.ndarray  # of `before`, what is to go


def paths_between(
  draft: np.ndarray,
  final: np.ndarray,
  tolerance: float,
  spacing: np.ndarray,
  axis: int,
  axes: Sequence[int],
) -> Paths:
  """The outlines of two masks, and where they are apart.

  Args:
    draft, final: [X, Y, Z] bool, or the same part of both.
    tolerance, spacing, axis: as in `beyond`.
    axes: of a slice, as `contour_axes` has them of the whole volume.
  """
  before = outlines.surface_of(draft, axes)
  after = outlines.surface_of(final, axes)
  add = beyond(after, before, tolerance, spacing, axis)
  erase = beyond(before, after, tolerance, spacing, axis)
  return Paths(before, after, add, erase)


def beyond(
  contour: np.ndarray,
  other: np.ndarray,
  tolerance: float,
  spacing: np.ndarray,
  axis: int,
) -> np.ndarray:
  """Pixels of a contour that are farther from the other one in their slice.

  Args:
    contour, other: [X, Y, Z] bool.
    tolerance: >= 0, in the unit of the spacing.
    spacing: [3], of a voxel.
    axis: along which slices follow; another slice is never near.
  """
  apart = spacing_in_slices(contour.shape, spacing, axis, tolerance)
  distance = outlines.distance_to(other, apart)
  return contour & (distance > tolerance * _NEAR)


def spacing_in_slices(
  shape: Sequence[int], spacing: np.ndarray, axis: int, tolerance: float
) -> np.ndarray:
  """[3] with slices so far apart that nothing is near in another one."""
  extent = np.asarray(shape) * spacing
  extent[axis] = 0.0
  apart = spacing.copy()
  apart[axis] = 4 * np.linalg.norm(extent) + 4 * tolerance + 1
  return apart


def pixel_length(spacing: np.ndarray, axis: int) -> float:
  """What a pixel of a contour adds to its length: the mean of its sides."""
  return float(np.delete(spacing, axis).mean())
