"""Axes of volumes turned to the patient's right, front and head (RAS+).

A `Turn` only swaps and flips axes, so that nothing is resampled and `undo` is
exact. An oblique volume is turned to the closest.
"""

import itertools
from typing import NamedTuple

import numpy as np


class Turn(NamedTuple):
  """From the axes of a file to those in memory."""

  order: tuple[int, ...]  # axis i in memory is axis order[i] of the file
  flipped: tuple[bool, ...]  # whether it runs the other way


NONE = Turn((0, 1, 2), (False, False, False))


def closest(affine: np.ndarray, axes: int = 3) -> Turn:
  """The turn after which axes run most nearly to right, front and head.

  Args:
    affine: [4, 4], voxel index to mm, invertible on the axes.
    axes: 3, or 2 if the third column says nothing.
  """
  columns = np.array(affine[:3, :3], np.float64)
  if axes == 2:
    columns[:, 2] = np.cross(columns[:, 0], columns[:, 1])
  left, _, right = np.linalg.svd(columns / np.linalg.norm(columns, axis=0))
  directions = left @ right  # [world, file], shear taken away

  def along(order):
    return sum(abs(directions[i, axis]) for i, axis in enumerate(order))

  order = max(itertools.permutations(range(3)), key=along)
  flipped = (bool(directions[i, axis] < 0) for i, axis in enumerate(order))
  return Turn(order, tuple(flipped))


def letters(turn: Turn) -> str:
  """Where the axes of the file run to, such as LPS."""
  found = dict(zip(turn.order, zip("RAS", "LPI", strict=True), strict=True))
  ways = dict(zip(turn.order, turn.flipped, strict=True))
  return "".join(found[axis][ways[axis]] for axis in range(3))


def apply(array: np.ndarray, turn: Turn) -> np.ndarray:
  """An array [x, y, z, ...] of the file as it is in memory, without a copy."""
  turned = np.transpose(array, (*turn.order, *range(3, array.ndim)))
  return np.flip(turned, np.flatnonzero(turn.flipped))


def undo(array: np.ndarray, turn: Turn) -> np.ndarray:
  """An array [x, y, z, ...] in memory as it is in the file, without a copy."""
  flipped = np.flip(array, np.flatnonzero(turn.flipped))
  back = np.argsort(turn.order)
  return np.transpose(flipped, (*back, *range(3, array.ndim)))


def turned_affine(
  affine: np.ndarray, shape: tuple[int, ...], turn: Turn
) -> np.ndarray:
  """The affine [4, 4] of what `apply` makes of an array of the file.

  Args:
    affine: of the file.
    shape: of the array in the file, three extents.
    turn: what is done to it.
  """
  change = np.zeros((4, 4))
  change[3, 3] = 1.0
  for i, (axis, is_flipped) in enumerate(zip(*turn, strict=True)):
    change[axis, i] = -1.0 if is_flipped else 1.0
    change[axis, 3] = shape[axis] - 1 if is_flipped else 0.0
  return affine @ change
