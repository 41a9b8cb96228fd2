"""A simulated reader accepts, edits or redraws a draft."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.ndimage

from alx.effort.edits import Edit, edit_of
from alx.effort.readers.habits import Habits
from alx.effort.readers.noticed import noticed
from alx.effort.readers.opinion import generator_of, opinion_of
from alx.metrics import inputs
from alx.metrics.means import nan_mean
from alx.metrics.surfaces import surface_dice


class Answer(NamedTuple):
  """What came back from a reader."""

  label: np.ndarray  # [*sp] integer classes
  decision: str  # one of `alx.effort.model.DECISIONS`
  edit: Edit  # from the draft, or from nothing, to the label
  pace: float  # what this reader's seconds of the case are multiplied by


def answer_of(
  key: Any,
  habits: Habits,
  truth: np.ndarray,
  draft: np.ndarray | None,
  num_classes: int,
  *,
  spacing_mm: Sequence[float] | None = None,
  plane: int | str | None = None,
) -> Answer:
  """The answer of a reader, a pure function of the key and what is seen.

  Args:
    key: of the reader and the case.
    habits: of the reader.
    truth: [*sp] integer classes 0..C-1, what is in the image.
    draft: [*sp] classes that are shown; None: from scratch.
    num_classes: C, with the background.
    spacing_mm: mm between voxels; None: distances in voxels.
    plane: in which contours are drawn, see `alx.effort.contours.axis_of`.

  Raises:
    ValueError: for maps that are no classes, or of different extents.
  """
  truth = inputs.classes("truth", truth, num_classes)
  inputs.check_range("truth", truth, num_classes)
  if draft is not None:
    draft = inputs.classes("draft", draft, num_classes)
    inputs.check_shapes(draft, truth, 2, "2 or 3 axes")
    inputs.check_range("draft", draft, num_classes)
  opinion = opinion_of(key, habits, truth, num_classes, spacing_mm)
  how = {
    "spacing_mm": spacing_mm,
    "plane": plane,
    "tolerance_mm": habits.tolerance,
  }
  pace = _pace(key, habits)
  if draft is None:
    edit = edit_of(None, opinion, num_classes, **how)
    return Answer(opinion, "scratch", edit, pace)
  seen = noticed(
    draft, opinion, num_classes, habits.tolerance, spacing_mm, plane
  )
  if not seen.any() or _is_content(
    habits, draft, opinion, num_classes, spacing_mm
  ):
    label, decision = draft.astype(opinion.dtype), "accept"
  else:
    if habits.redraws_above:
      edit = edit_of(draft, opinion, num_classes, **how)
      if _throws_away(habits, edit):
        return Answer(opinion, "redraw", edit, pace)
    label = _corrected(habits, draft, opinion, seen, num_classes, spacing_mm)
    decision = "edit"
  return Answer(
    label, decision, edit_of(draft, label, num_classes, **how), pace
  )


def agreement(
  draft: np.ndarray,
  label: np.ndarray,
  num_classes: int,
  tolerance: float,
  spacing_mm: Sequence[float] | None,
) -> float:
  """Surface Dice, mean over classes that one of both has; 1 without any."""
  found = [
    surface_dice(draft == c, label == c, tolerance, spacing_mm)
    for c in range(1, num_classes)
  ]
  mean = float(nan_mean(np.array(found)))
  return 1.0 if np.isnan(mean) else mean


def _is_content(habits, draft, label, num_classes, spacing_mm):
  if np.array_equal(draft, label):
    return True
  if habits.content >= 1:
    return False
  found = agreement(draft, label, num_classes, habits.tolerance, spacing_mm)
  return found >= habits.content


def _throws_away(habits, edit):
  """Whether correcting is more work than drawing it all."""
  path = edit.added.sum() + edit.erased.sum()
  path += habits.part * edit.components.sum()
  return path > habits.redraws_above * edit.whole.sum() > 0


def _corrected(habits, draft, opinion, seen, num_classes, spacing_mm):
  """The draft with its largest errors mended, until the reader is content."""
  parts, sizes = _errors(draft, opinion, seen)
  order = np.argsort(-sizes, kind="stable") + 1
  enough = np.cumsum(sizes[order - 1]) >= habits.fixes * sizes.sum() - 1e-9
  last = int(np.argmax(enough)) + 1

  def mended(count):
    return np.where(np.isin(parts, order[:count]), opinion, draft)

  def content(count):
    label = mended(count)
    return _is_content(habits, label, opinion, num_classes, spacing_mm)

  if habits.content < 1:
    last = _first_true(content, last)
  return mended(last).astype(opinion.dtype)


def _errors(draft, opinion, wrong):
  """Connected parts of what is wrong, by both classes: [*sp], sizes."""
  parts, count = np.zeros(wrong.shape, np.int64), 0
  kinds = np.where(wrong, draft.astype(np.int64) * 1000 + opinion, -1)
  for kind in np.unique(kinds[wrong]):
    found, more = scipy.ndimage.label(kinds == kind)
    parts[found > 0] = found[found > 0] + count
    count += more
  return parts, np.bincount(parts.ravel(), minlength=count + 1)[1:]


def _first_true(holds, most):
  """The least count from 1 to `most` at which it holds; `most` if none."""
  low, high = 1, most
  while low < high:
    middle = (low + high) // 2
    low, high = (low, middle) if holds(middle) else (middle + 1, high)
  return low


def _pace(key, habits):
  """Lognormal with mean `habits.pace`."""
  noise = generator_of(key, "pace").standard_normal()
  return float(
    habits.pace * np.exp(habits.spread * noise - habits.spread**2 / 2)
  )
