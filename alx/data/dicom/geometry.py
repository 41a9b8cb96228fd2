"""Slices in space: their order, and where the voxels of their stack are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input

_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])  # DICOM's mm run to left and back
_SAME = 1e-3  # by which cosines, and shares of a pixel, may differ and be one
_TURNED = 1e-2  # likewise of slices that are one stack
_MOST_SHIFT = 0.1  # of a voxel, by which a slice may be out of its place
_SAME_PLACE_MM = 1e-3


class Slice(NamedTuple):
  """One slice; positions and directions run to left, back and head."""

  position: np.ndarray  # [3] mm, centre of the first pixel
  orientation: np.ndarray  # [6] cosines along a row, along a column
  spacing: np.ndarray  # [2] mm between rows, between columns
  shape: tuple[int, int]  # rows, columns
  frame_of_reference: str = ""

  @property
  def normal(self) -> np.ndarray:
    """[3], to where the slices of a stack follow each other."""
    return np.cross(self.orientation[:3], self.orientation[3:])


class Stack(NamedTuple):
  """Slices that make a volume."""

  order: tuple[int, ...]  # slice k of the volume is slice order[k] as given
  affine: np.ndarray  # [4, 4], index (column, row, k) to mm of RAS
  spacing_mm: tuple[float, float, float]


def stacked(slices: Sequence[Slice], name: object) -> Stack:
  """The slices in order along their normal.

  Args:
    slices: N >= 2, in any order.
    name: what an error names.

  Raises:
    DataError: slices of several sizes, orientations or frames of reference,
      two at one place, a gap, a gantry tilt; one slice alone.
  """
  _check_alike(slices, name)
  if len(slices) < 2:
    raise bad_input(name, "slices of a volume", "one slice alone")
  first = slices[0]
  _check_axes(first, name)
  along = np.array([s.position @ first.normal for s in slices])
  order = np.argsort(along, kind="stable")
  _check_places(along[order], name)
  step = (along[order[-1]] - along[order[0]]) / (len(slices) - 1)
  _check_straight([slices[i] for i in order], step, name)
  return Stack(
    tuple(int(i) for i in order),
    affine_of(slices[order[0]], step),
    (float(first.spacing[1]), float(first.spacing[0]), float(step)),
  )


def affine_of(first: Slice, step: float) -> np.ndarray:
  """[4, 4] from index (column, row, k) to mm of RAS.

  Args:
    first: the slice k = 0.
    step: mm from slice to slice, along the normal.
  """
  affine = np.eye(4)
  affine[:3, 0] = first.orientation[:3] * first.spacing[1]
  affine[:3, 1] = first.orientation[3:] * first.spacing[0]
  affine[:3, 2] = first.normal * step
  affine[:3, 3] = first.position
  return _TO_RAS @ affine


def _check_alike(slices, name):
  frames = {s.frame_of_reference for s in slices}
  told = (
    ("size", _count([s.shape for s in slices], 0)),
    (
      "orientation (is a localizer among them?)",
      _count([s.orientation for s in slices], _TURNED),
    ),
    ("pixel spacing", _count([s.spacing for s in slices], _SAME)),
    ("frame of reference", len(frames)),
  )
  for words, count in told:
    if count > 1:
      found = f"{len(slices)} slices of {count}"
      raise bad_input(name, f"slices of one {words}", found)


def _count(values, apart):
  """How many different ones there are, of [N, ...]."""
  kinds = []
  for value in map(np.asarray, values):
    if not any(np.abs(value - kind).max() <= apart for kind in kinds):
      kinds.append(value)
  return len(kinds)


def _check_axes(one, name):
  row, column = one.orientation[:3], one.orientation[3:]
  lengths = np.array([np.linalg.norm(row), np.linalg.norm(column)])
  if not np.isfinite(one.orientation).all() or (
    np.abs(lengths - 1).max() > _SAME or abs(row @ column) > _SAME
  ):
    found = np.round(one.orientation, 4).tolist()
    raise bad_input(name, "two directions at a right angle", found)
  if not (np.isfinite(one.spacing).all() and one.spacing.min() > 0):
    raise bad_input(name, "pixels of some mm", one.spacing.tolist())


def _check_places(along, name):
  if not np.isfinite(along).all():
    raise bad_input(name, "positions that are finite", "NaN or infinity")
  steps = np.diff(along)
  twice = int((steps < _SAME_PLACE_MM).sum())
  if twice:
    wanted = "one slice at each place (give each echo or time as a series)"
    raise bad_input(name, wanted, f"{twice} more, of {len(along)} slices")
  usual = float(np.median(steps))
  place = int(np.abs(steps - usual).argmax())
  even = along[0] + np.arange(len(along)) * (along[-1] - along[0]) / len(steps)
  if np.abs(along - even).max() > _MOST_SHIFT * usual or (
    abs(steps[place] - usual) > 2 * _MOST_SHIFT * usual
  ):
    found = (
      f"{steps[place]:.4g} mm between slices {place + 1} and {place + 2} of "
      f"{len(along)}"
    )
    raise bad_input(name, f"slices {usual:.4g} mm apart, no gap", found)


def _check_straight(ordered, step, name):
  """Refuses slices that are pushed aside, as under a tilted gantry."""
  first, last = ordered[0], ordered[-1]
  shifts = [
    s.position - first.position - first.normal * step * k
    for k, s in enumerate(ordered)
  ]
  aside = [
    np.linalg.norm(s - first.normal * (s @ first.normal)) for s in shifts
  ]
  if max(aside) > _MOST_SHIFT * first.spacing.min():
    way = last.position - first.position
    cosine = abs(way @ first.normal) / np.linalg.norm(way)
    angle = np.degrees(np.arccos(min(1.0, cosine)))
    wanted = "slices one behind the other (resample what was scanned tilted)"
    raise bad_input(name, wanted, f"a gantry tilt of {angle:.2f} degrees")
