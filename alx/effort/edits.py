"""What was done to a draft to make it the final label, in mm and counts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.ndimage

from alx.effort import contours
from alx.metrics import inputs, outlines

_CORNERS = np.ones((3, 3, 3))


class Edit(NamedTuple):
  """An edit, foreground class by class; lengths in `unit`."""

  added: np.ndarray  # [C-1] float64, path that had to be drawn
  erased: np.ndarray  # [C-1] float64, draft contour that had to go
  components: np.ndarray  # [C-1] int64, parts of the error that were touched
  deleted: np.ndarray  # [C-1] int64, of them whole parts of the draft
  slices: np.ndarray  # [C-1] int64, with path to add or erase
  missed: np.ndarray  # [C-1] int64, objects that the draft does not touch
  whole: np.ndarray  # [C-1] float64, contour of the final label: from scratch
  changed: np.ndarray  # [C-1] int64, voxels of the class that differ
  touched: int  # slices that any class was changed in
  viewed: int  # slices to look through
  drawn: int  # slices that hold foreground in the end
  unit: str  # "mm", or "voxels" where the spacing is not known


PER_CLASS = Edit._fields[:8]  # what has a number for each class


class Totals(NamedTuple):
  """The same for all classes together: what an effort model reads."""

  viewed: float  # slices
  added: float  # mm
  erased: float  # mm
  components: float
  slices: float
  whole: float  # mm
  unit: str = "mm"


def edit_of(
  draft: np.ndarray | None,
  final: np.ndarray,
  num_classes: int,
  *,
  spacing_mm: Sequence[float] | None = None,
  plane: int | str | None = None,
  tolerance_mm: float = 0.0,
) -> Edit:
  """What it takes to get from a draft to the final label.

  The path that is added is the contour of the final class, in the slices of
  one plane, that is farther than the tolerance from the draft's contour
  (Vaassen et al. 2020, added path length; each pixel of a contour counts the
  mean of its two sides). What is erased is the same the other way round, but a
  connected part of the draft that shares no voxel with the final class goes
  with one click: it is a component, and no path. An error nowhere farther
  than the tolerance is left alone. Where two classes touch both have a contour.

  Args:
    draft: [*sp] integer classes 0..C-1 of 2 or 3 axes; None: from scratch.
    final: the same.
    num_classes: C >= 2, with the background.
    spacing_mm: mm between voxels along each axis; None: all in voxels.
    plane: in which contours are drawn, see `contours.axis_of`; for volumes.
    tolerance_mm: >= 0, what nobody would correct; in voxels where the spacing
      is unknown.

  Returns:
    Of C - 1 classes; a path is 0 where there is nothing to do.

  Raises:
    ValueError: for other kinds, shapes or classes, or a plane of a picture.
  """
  final = inputs.classes("final", final, num_classes)
  given = draft is not None
  draft = inputs.classes("draft", draft, num_classes) if given else 0 * final
  inputs.check_num_classes(num_classes)
  inputs.check_shapes(draft, final, 2, "2 or 3 axes")
  for name, value in (("draft", draft), ("final", final)):
    inputs.check_range(name, value, num_classes)
  tolerance = inputs.number_of("tolerance_mm", tolerance_mm, 0)
  unit = "voxels" if spacing_mm is None else "mm"
  spacing = inputs.spacing_of(spacing_mm, final.ndim)
  if final.ndim == 2:
    draft, final, spacing = draft[None], final[None], np.r_[1.0, spacing]
    if plane is not None:
      raise ValueError(f"plane: a picture has none, found {plane!r}")
  axis = contours.axis_of(plane, final.shape, spacing)
  parts = [
    _of_class(draft == c, final == c, spacing, axis, tolerance)
    for c in range(1, num_classes)
  ]
  touched = np.any([part.pop("where") for part in parts], axis=0)
  arrays = {name: np.array([p[name] for p in parts]) for name in parts[0]}
  drawn = (final > 0).any(tuple(a for a in range(3) if a != axis))
  return Edit(
    **arrays,
    touched=int(touched.sum()),
    viewed=final.shape[axis],
    drawn=int(drawn.sum()),
    unit=unit,
  )


def totals_of(edit: Edit) -> Totals:
  """All classes together; a slice that several are changed in counts once."""
  return Totals(
    float(edit.viewed),
    float(edit.added.sum()),
    float(edit.erased.sum()),
    float(edit.components.sum()),
    float(edit.touched),
    float(edit.whole.sum()),
    edit.unit,
  )


def _of_class(draft, final, spacing, axis, tolerance):
  """The parts of an `Edit` of one class, and `where`: slices [N] bool."""
  num_slices = draft.shape[axis]
  either = draft | final
  if not either.any():
    return dict.fromkeys(PER_CLASS, 0) | {"where": np.zeros(num_slices, bool)}
  axes = contours.contour_axes(draft.shape, axis)
  box = scipy.ndimage.find_objects(either.astype(np.uint8))[0]
  draft, final = draft[box], final[box]
  _, after, add, erase = contours.paths_between(
    draft, final, tolerance, spacing, axis, axes
  )
  clicks, deleted = _clicked_away(draft, final, erase)
  touched = _touched(draft ^ final, add | erase, axis)
  path = add | (erase & ~clicks)
  where = np.zeros(num_slices, bool)
  where[box[axis]] = path.any(tuple(a for a in range(3) if a != axis))
  length = contours.pixel_length(spacing, axis)
  return {
    "added": add.sum() * length,
    "erased": (erase & ~clicks).sum() * length,
    "components": touched,
    "deleted": deleted,
    "slices": int(where.sum()),
    "missed": _without_a_voxel_of(draft, final),
    "whole": after.sum() * length,
    "changed": int((draft ^ final).sum()),
    "where": where,
  }


def _clicked_away(draft, final, erase):
  """Voxels of draft parts that go as a whole, and how many parts."""
  parts, count = scipy.ndimage.label(draft, _CORNERS)
  wrong = set(range(1, count + 1)) - set(np.unique(parts[final]).tolist())
  wrong &= set(np.unique(parts[erase]).tolist())
  return np.isin(parts, list(wrong)), len(wrong)


def _touched(error, path, axis):
  """How many connected parts of the error hold, or are beside, some path."""
  flat = [a for a in range(3) if a != axis]
  parts, count = scipy.ndimage.label(error, _CORNERS)
  if not count or not path.any():
    return 0
  near = outlines.with_neighbours(path, flat)
  return len(np.setdiff1d(np.unique(parts[near]), [0]))


def _without_a_voxel_of(draft, final):
  """How many connected parts of the final mask the draft does not touch."""
  parts, count = scipy.ndimage.label(final, _CORNERS)
  return count - len(np.setdiff1d(np.unique(parts[draft]), [0]))
