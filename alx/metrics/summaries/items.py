"""Surface distances of items one by one."""

from collections.abc import Sequence

import numpy as np

from alx.label_maps import UNLABELLED
from alx.metrics import surfaces


def surfaces_of_items(
  classes: np.ndarray,
  truth: Sequence[np.ndarray],
  num_classes: int,
  spacings: Sequence[Sequence[float] | None],
) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
  """`surface_metrics` of each item, and how large each is.

  Args:
    classes: [V, *sp] predicted, padded behind.
    truth: V label maps of the items' own extents.
    num_classes: C.
    spacings: of the items, mm along each axis, or None.

  Returns:
    (V dicts of [C] arrays, diagonals [V]). Of a map that is partly labelled all
    of it is NaN: nobody knows where its surfaces go on.

  Raises:
    ValueError: for what `surface_metrics` refuses.
  """
  found, diagonals = [], []
  for pred, label, spacing in zip(classes, truth, spacings, strict=True):
    pred = pred[tuple(slice(n) for n in label.shape)]
    diagonal = surfaces.image_diagonal(label.shape, spacing)
    if not is_whole(label, num_classes):
      pred = label = np.zeros((1,) * label.ndim, np.uint8)
      diagonal = np.nan
    found.append(surfaces.surface_metrics(pred, label, num_classes, spacing))
    diagonals.append(diagonal)
  return found, np.array(diagonals)


def is_whole(label: np.ndarray, num_classes: int) -> bool:
  """Whether all voxels of a map have a class."""
  return num_classes > UNLABELLED or not np.any(np.asarray(label) == UNLABELLED)
