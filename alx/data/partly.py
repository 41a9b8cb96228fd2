"""Data sets whose label maps are partly labelled."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from alx.data.dataset import Dataset, bad_input
from alx.data.label_values import note_of_partly
from alx.label_maps import UNLABELLED

NOTHING = "a labelled voxel"  # what is wanted of a map
_BARE = (  # in lines about items that nobody has labelled
  f"wanted {NOTHING},",
  "wanted a label labels",
  "found no seg",
  "wanted one mask of its name, found none",
)


def keep_labelled(
  file: object,
  maps: Mapping[int, np.ndarray],
  ids: Sequence[str],
  ignore: int | None,
  strict: bool,
  keep: Collection[int] = (),
) -> tuple[list[int], tuple[str, ...], tuple[str, ...]]:
  """(numbers, lines, notes): the items of which a voxel is labelled.

  And those of `keep`, which need none.

  Args:
    file: what the lines name.
    maps: the label map of each item by its number, `UNLABELLED` where nobody
      told a class.
    ids: of the items.
    ignore: the value in the file; None: all is labelled.
    strict: stop at the first item without a labelled voxel.
    keep: numbers of items that stay in any case.

  Raises:
    DataError: not one of them has any; with `strict` the first that has not.
  """
  if ignore is None:
    return list(maps), (), ()
  told = [i for i, label in maps.items() if (label != UNLABELLED).any()]
  known = {*told, *keep}
  kept = [i for i in maps if i in known]
  found = f"only {ignore}, which is no class"
  odd = [
    bad_input(f"{file}, {ids[i]}", NOTHING, found)
    for i in maps
    if i not in known or not told
  ]
  if odd and (strict or not told):
    raise odd[0]
  count = sum((maps[i] == UNLABELLED).any() for i in kept)
  notes = (note_of_partly(file, count, len(kept), ignore),) if count else ()
  return kept, tuple(map(str, odd)), notes


def with_note_of_bare(dataset: Dataset, file: object) -> Dataset:
  """The data set with a line on how many items nobody has labelled.

  Args:
    dataset: without them, each with a line in `left_out`.
    file: what the line names.
  """
  count = sum(any(w in x for w in _BARE) for x in dataset.left_out)
  if not count:
    return dataset
  line = (
    f"{file}: {count} left out that nobody has labelled a voxel of: in a "
    "simulation nobody could answer for them (start_with=labelled keeps them "
    "in the pool)"
  )
  return dataset._replace(notes=(line, *dataset.notes))


def unlabelled_items(dataset: Dataset) -> np.ndarray:
  """[N] bool, items of a segmentation of which no voxel has a class."""
  if not is_partly_labelled(dataset):
    return np.zeros(len(dataset.ids), bool)
  return np.array([(label == UNLABELLED).all() for label in dataset.labels])


def is_partly_labelled(dataset: Dataset) -> bool:
  """Whether a voxel of a segmentation has no class."""
  if dataset.task != "segmentation":
    return False
  known = getattr(dataset.labels, "is_partly", None)
  if known is not None:
    return known
  return any((label == UNLABELLED).any() for label in dataset.labels)
