"""Where the surface of a mask is, and what is near it."""

from collections.abc import Sequence

import numpy as np
import scipy.ndimage


def axes_with_extent(shape: Sequence[int]) -> list[int]:
  """Axes that are longer than one voxel; all of them if none is."""
  longer = [axis for axis, n in enumerate(shape) if n > 1]
  return longer or list(range(len(shape)))


def surfaces_of(
  pred: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
  """Surface voxels of two masks [*sp] bool, in the box that holds both.

  Nothing outside of it is foreground: no surface changes. Without foreground
  it has no voxel.
  """
  axes = axes_with_extent(pred.shape)
  either, box = pred | truth, (slice(0),) * pred.ndim
  if either.any():
    box = scipy.ndimage.find_objects(either.astype(np.uint8))[0]
  return surface_of(pred[box], axes), surface_of(truth[box], axes)


def surface_of(mask: np.ndarray, axes: Sequence[int]) -> np.ndarray:
  """Mask without its erosion by the face neighbours along some axes."""
  inner = np.ones_like(mask)
  for neighbour in _neighbours(mask, axes):
    inner &= neighbour
  return mask & ~inner


def with_neighbours(
  mask: np.ndarray, axes: Sequence[int] | None = None
) -> np.ndarray:
  """Voxels of the mask and those that share a face with one.

  Args:
    mask: [*sp] bool.
    axes: along which neighbours lie; None: all.
  """
  found = mask.copy()
  for neighbour in _neighbours(
    mask, range(mask.ndim) if axes is None else axes
  ):
    found |= neighbour
  return found


def distance_to(mask: np.ndarray, spacing: np.ndarray) -> np.ndarray:
  """[*sp] float64 to the nearest voxel of the mask; infinite without one."""
  if not mask.any():
    return np.full(mask.shape, np.inf)
  return scipy.ndimage.distance_transform_edt(~mask, sampling=spacing)


def _neighbours(mask, axes):
  """What the voxels before and behind are, along each axis."""
  padded = np.pad(mask, 1)
  for axis in axes:
    for start in (0, 2):
      at = [slice(1, -1)] * mask.ndim
      at[axis] = slice(start, start + mask.shape[axis])
      yield padded[tuple(at)]
