"""Label values that have moved: told by what they lie on in the draft."""

from typing import NamedTuple

import numpy as np

_SIZEABLE = 20  # voxels, of a class that tells anything
_BLOCK = 2**20  # voxels that are counted at a time
_EXPLAINS = 0.9  # share of each class that a permutation has to explain


class Moved(NamedTuple):
  """Values that lie on other classes of the draft."""

  to: dict[int, int]  # value found -> class of the draft it lies on
  table: np.ndarray  # [C, C] shares, rows the values found


def values(array: np.ndarray) -> np.ndarray:
  """The values that are there, sorted; voxels as they lie in memory."""
  flat = array.ravel("K")
  if flat.dtype != np.uint8:
    return np.unique(flat)
  counts = np.zeros(256, np.int64)
  for start in range(0, flat.size, _BLOCK):
    counts += np.bincount(flat[start : start + _BLOCK], minlength=256)
  return np.flatnonzero(counts)


def table(label: np.ndarray, draft: np.ndarray, classes: int) -> np.ndarray:
  """[C, C] voxels of value i that are of class j in the draft."""
  order = "F" if label.flags.f_contiguous and draft.flags.f_contiguous else "C"
  one, other = label.ravel(order), draft.ravel(order)
  counts = np.zeros(classes * classes, np.int64)
  for start in range(0, one.size, _BLOCK):
    part = slice(start, start + _BLOCK)
    joint = one[part].astype(np.int64) * classes + other[part]
    counts += np.bincount(joint, minlength=classes * classes)
  return counts.reshape(classes, classes)


def shares(counts: np.ndarray) -> np.ndarray:
  """Rows that sum to 1, of those with any voxel."""
  total = counts.sum(1, keepdims=True)
  return counts / np.maximum(total, 1)


def moved(label: np.ndarray, draft: np.ndarray, classes: int) -> Moved | None:
  """How values were shifted or swapped, if that explains nearly all of them.

  Args:
    label: [*sp] values 0..C-1, as submitted.
    draft: [*sp] what the reader was given.
    classes: C.

  Returns:
    None where it does not: a real edit, or a draft that tells nothing.
  """
  counts = table(label, draft, classes)
  found = [
    value for value in range(1, classes) if counts[value].sum() >= _SIZEABLE
  ]
  rows = shares(counts)
  to = {value: int(rows[value].argmax()) for value in found}
  if not to or len(set(to.values())) < len(to) or 0 in to.values():
    return None
  explained = all(rows[v, c] > _EXPLAINS for v, c in to.items())
  if explained and any(v != c for v, c in to.items()):
    return Moved(to, rows)
  return None


def told(found: Moved, names: tuple[str, ...]) -> str:
  """The mistake in words, with the shares."""
  parts = [
    f"{v} ({names[v]}) lies on {names[to]} ({found.table[v, to]:.2f})"
    for v, to in found.to.items()
  ]
  return (
    f"label values have moved: {', '.join(parts)}; save it as .seg.nrrd, which "
    "holds the names, or renumber it as labels/ tells"
  )
