"""Grids of voxels in mm, and label maps brought to one without resampling."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.projects.exchange.refused import Refused

SILENT_MM = 1e-3  # corners that are no farther apart are the same
_SNAP_MM, _SNAP_SHARE = 0.05, 0.02  # of the smallest voxel side
_SHEAR = 1e-3  # cosine between axes


class Grid(NamedTuple):
  """Where the voxels of an image are."""

  shape: tuple[int, ...]  # three extents; two of a picture
  affine: np.ndarray | None  # [4, 4], voxel index to mm; None: a picture

  @property
  def spacing_mm(self) -> tuple[float, ...] | None:
    """Voxel sides; None of a picture."""
    if self.affine is None:
      return None
    return tuple(np.linalg.norm(self.affine[:3, :3], axis=0).tolist())


def corners(shape: Sequence[int], affine: np.ndarray) -> np.ndarray:
  """[8, 3] mm, centres of the outermost voxels."""
  extents = (*shape, 1, 1)[:3]
  index = np.array(list(itertools.product(*((0, n - 1) for n in extents))))
  return index @ affine[:3, :3].T + affine[:3, 3]


def corner_error(
  shape: Sequence[int], affine: np.ndarray, other: np.ndarray
) -> float:
  """mm by which two affines put a corner of a grid apart at most."""
  apart = corners(shape, affine) - corners(shape, other)
  return float(np.linalg.norm(apart, axis=1).max())


def snap_mm(grid: Grid) -> float:
  """How far apart corners may be by rounding, mm."""
  return min(_SNAP_MM, _SNAP_SHARE * min(grid.spacing_mm))


def check_affine(affine: np.ndarray) -> None:
  """Raises Refused (422) unless axes are finite, real and at right angles."""
  if not np.isfinite(affine).all():
    raise Refused(422, "wrong geometry: numbers that are not finite")
  sides = np.linalg.norm(affine[:3, :3], axis=0)
  if sides.min() <= 0:
    raise Refused(422, "wrong geometry: a voxel side of 0 mm")
  axes = affine[:3, :3] / sides
  lean = np.abs(axes.T @ axes - np.eye(3)).max()
  if lean > _SHEAR:
    angle = np.degrees(np.arcsin(min(1.0, lean)))
    raise Refused(
      422, f"wrong geometry: axes {angle:.2f} degrees from right angles"
    )


def align(
  label: np.ndarray, affine: np.ndarray | None, grid: Grid
) -> tuple[np.ndarray, list[str]]:
  """A label map on the grid of its image, moved by whole voxels only.

  Args:
    label: [x, y, z], or [H, W] of a picture.
    affine: of it; None of a picture.
    grid: of the image.

  Returns:
    (the same voxels on the grid, a line for each thing that was done).

  Raises:
    Refused: 422, where voxels would have to be resampled or would be lost.
  """
  if grid.affine is None or affine is None:
    if grid.affine is None and label.shape == grid.shape:
      return label, []
    wanted = _by(grid.shape)
    raise Refused(422, f"wanted {wanted} pixels, found {_by(label.shape)}")
  check_affine(affine)
  if label.shape == grid.shape:
    error = corner_error(grid.shape, affine, grid.affine)
    if error <= SILENT_MM:
      return label, []
    if error <= snap_mm(grid):
      return label, [f"geometry off by {error:.2g} mm, as rounding: snapped"]
  return _moved(label, affine, grid)


def _moved(label, affine, grid):
  """By axes swapped and flipped, and by whole voxels where shapes differ."""
  step = np.linalg.inv(grid.affine) @ affine
  whole = np.rint(step)
  turn = np.abs(whole[:3, :3])
  is_turn = (turn.sum(0) == 1).all() and (turn.sum(1) == 1).all()
  near = grid.affine @ whole
  error = corner_error(label.shape, affine, near)
  if not is_turn or error > snap_mm(grid):
    raise Refused(422, _why(label, affine, grid))
  order = [int(np.flatnonzero(whole[axis, :3])[0]) for axis in range(3)]
  flips = [axis for axis in range(3) if whole[axis, order[axis]] < 0]
  moved = np.flip(np.transpose(label, order), flips)
  first = whole[:3, 3].astype(int)
  for axis in flips:
    first[axis] -= moved.shape[axis] - 1
  fixes = []
  if flips or order != [0, 1, 2]:
    fixes.append("axes in another order or direction: turned back")
  if moved.shape == grid.shape and not first.any():
    return np.ascontiguousarray(moved), fixes
  if moved.shape == grid.shape:  # another grid, not a part of this one
    raise Refused(422, _why(label, affine, grid))
  fixes.append(f"{_by(label.shape)} voxels put into {_by(grid.shape)}")
  return _pasted(moved, first, grid), fixes


def _pasted(label, first, grid):
  """The part inside of the grid, if nothing is labelled outside of it."""
  out = np.zeros(grid.shape, label.dtype)
  there, here = [], []
  for start, length, extent in zip(first, label.shape, grid.shape, strict=True):
    low, high = max(0, start), min(extent, start + length)
    there.append(slice(low, max(low, high)))
    here.append(slice(low - start, max(low, high) - start))
  inside = label[tuple(here)]
  lost = int(np.count_nonzero(label)) - int(np.count_nonzero(inside))
  if lost:
    raise Refused(422, f"wrong geometry: {lost} labelled voxels are outside")
  out[tuple(there)] = inside
  return out


def _why(label, affine, grid):
  sides = np.linalg.norm(affine[:3, :3], axis=0)
  known = np.asarray(grid.spacing_mm)
  if not np.allclose(np.sort(sides), np.sort(known), rtol=_SNAP_SHARE):
    return (
      f"voxels of {_mm(sides)} mm, the image's are {_mm(known)} mm: edit on "
      "the image as it is in the round, nothing is resampled"
    )
  if label.shape != grid.shape:
    found = f"{_by(label.shape)}, the image's is {_by(grid.shape)}"
    return f"wrong geometry: a grid of {found}, not whole voxels apart"
  error = corner_error(grid.shape, affine, grid.affine)
  return (
    f"wrong geometry: corners up to {error:.3g} mm from the image's; save it "
    "on the grid of the image"
  )


def _by(shape):
  return " x ".join(map(str, shape))


def _mm(sides):
  return " x ".join(f"{mm:.4g}" for mm in sides)
