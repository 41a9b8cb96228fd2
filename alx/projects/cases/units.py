"""Slices and boxes of a case: which voxels, how they are told, what is left."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.label_maps import UNLABELLED
from alx.projects.cases.targets import label_of
from alx.projects.store.project import Project
from alx.projects.store.state import State

_AXES = "xyz"


class Box(NamedTuple):
  """Voxels start <= index < stop on the axes of the file, counted from 0."""

  start: tuple[int, ...]
  stop: tuple[int, ...]


def box_of(mask: np.ndarray) -> Box:
  """The box that a mask [*sp] of a slice or box fills."""
  places = np.argwhere(mask)
  start, stop = places.min(0).tolist(), (places.max(0) + 1).tolist()
  return Box(tuple(start), tuple(stop))


def mask_of(units: Sequence, shape: Sequence[int]) -> np.ndarray:
  """[*sp] bool, the voxels of all boxes."""
  mask = np.zeros(tuple(shape), bool)
  for start, stop in units:
    mask[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))] = True
  return mask


def text_of(units: Sequence, shape: Sequence[int]) -> str:
  """Such as "z 12; z 17" or "x 0 to 15, y 16 to 31", voxels from 0."""
  return "; ".join(_text(start, stop, shape) for start, stop in units)


def _text(start, stop, shape):
  sides = zip(_AXES, start, stop, shape, strict=False)
  parts = [
    f"{name} {a}" if b - a == 1 else f"{name} {a} to {b - 1}"
    for name, a, b, n in sides
    if (a, b) != (0, n)
  ]
  return ", ".join(parts) or "all of it"


def asked_of(state: State) -> dict[str, list | None]:
  """Boxes of each case that were asked for so far; None: all of it was."""
  found: dict[str, list | None] = {uid: [] for uid in state.cases}
  for task in state.tasks():
    boxes = found[task.uid]
    if task.repeat or boxes is None:
      continue
    key = task.uid, task.reader, task.round
    if key in state.expired or key[:2] in state.skips:
      continue
    if task.units:
      boxes += task.units
    else:
      found[task.uid] = None
  return found


def merged(project: Project, uid: str, label: np.ndarray, units) -> np.ndarray:
  """The answer inside its units; elsewhere what is known, or UNLABELLED."""
  before = project.state.newest(uid)
  known = np.full(label.shape, UNLABELLED, np.uint8)
  if before:  # each holds what was known before it
    last = max(before, key=lambda answer: answer.number)
    known = label_of(project, uid, last.label)
  return np.where(mask_of(units, label.shape), label, known)
