"""Data sets whose label maps are partly labelled."""

from collections.abc import Mapping, Sequence

import numpy as np

from alx.data.dataset import Dataset, bad_input
from alx.data.label_values import note_of_partly
from alx.label_maps import UNLABELLED


def keep_labelled(
  file: object,
  maps: Mapping[int, np.ndarray],
  ids: Sequence[str],
  ignore: int | None,
  strict: bool,
) -> tuple[list[int], tuple[str, ...], tuple[str, ...]]:
  """(numbers, lines, notes): the items of which a voxel is labelled.

  Args:
    file: what the lines name.
    maps: the label map of each item by its number, `UNLABELLED` where nobody
      told a class.
    ids: of the items.
    ignore: the value in the file; None: all is labelled.
    strict: stop at the first item without a labelled voxel.

  Raises:
    DataError: not one of them has any; with `strict` the first that has not.
  """
  if ignore is None:
    return list(maps), (), ()
  kept = [i for i, label in maps.items() if (label != UNLABELLED).any()]
  known = {*kept}
  wanted, found = "a labelled voxel", f"only {ignore}, which is no class"
  odd = [
    bad_input(f"{file}, {ids[i]}", wanted, found)
    for i in maps
    if i not in known
  ]
  if odd and (strict or not kept):
    raise odd[0]
  count = sum((maps[i] == UNLABELLED).any() for i in kept)
  notes = (note_of_partly(file, count, len(kept), ignore),) if count else ()
  return kept, tuple(map(str, odd)), notes


def is_partly_labelled(dataset: Dataset) -> bool:
  """Whether a voxel of a segmentation has no class."""
  if dataset.task != "segmentation":
    return False
  known = getattr(dataset.labels, "is_partly", None)
  if known is not None:
    return known
  return any((label == UNLABELLED).any() for label in dataset.labels)
