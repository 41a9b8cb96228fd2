"""Several classes as one: the foreground."""

from collections.abc import Sequence

import numpy as np

from alx.data.dataset import Dataset, bad_input
from alx.label_maps import UNLABELLED


def merge_classes(dataset: Dataset, names: Sequence[str] = ()) -> Dataset:
  """The data set with the classes "background" and "foreground".

  Args:
    dataset: a segmentation.
    names: classes that are foreground; the others become background. ():
      all but the first.

  Raises:
    DataError: for a classification, or a name that is no class.
  """
  if dataset.task != "segmentation":
    raise bad_input(dataset.name, "a segmentation to merge", dataset.task)
  known = dataset.class_names
  for name in names:
    if name not in known[1:]:
      wanted = f"one of its classes {', '.join(known[1:])}"
      raise bad_input(dataset.name, wanted, repr(name))
  wanted = [i for i, n in enumerate(known) if i and (not names or n in names)]
  table = np.full(UNLABELLED + 1, UNLABELLED, np.uint8)
  table[: len(known)] = np.isin(np.arange(len(known)), wanted)
  labels = tuple(table[y] for y in dataset.labels)
  return dataset._replace(
    labels=labels, class_names=("background", "foreground")
  )
