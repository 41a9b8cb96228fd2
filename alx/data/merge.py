"""Several classes as one: the foreground."""

from collections.abc import Sequence

import numpy as np

from alx.data.dataset import Dataset, bad_input


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
  labels = tuple(np.isin(y, wanted).astype(np.uint8) for y in dataset.labels)
  return dataset._replace(
    labels=labels, class_names=("background", "foreground")
  )
