"""What a pick is, for someone who asks why: its class, group and likeness."""

from collections.abc import Sequence

import numpy as np

from alx.data import Dataset

_SIDE = 8  # pixels of a thumbnail
_SEPARATOR = ", "


def shown(dataset: Dataset, item: int) -> str:
  """The class of an item, or the names of those that are outlined in it."""
  label = np.asarray(dataset.labels[item])
  names = dataset.class_names
  if dataset.task == "classification":
    return str(names[int(label)])
  found = np.unique(label)
  there = [str(n) for c, n in enumerate(names) if c and c in found]
  return _SEPARATOR.join(there)


class Likeness:
  """What items are compared by, made of each when it is first asked for."""

  def __init__(self, dataset: Dataset):
    """Takes items in memory."""
    self.number = {name: item for item, name in enumerate(dataset.ids)}
    self._images, self._made = dataset.images, {}

  def of(self, item: int) -> np.ndarray:
    """[D] float64, see `nearest`."""
    if item not in self._made:
      self._made[item] = _thumbnail(self._images[item])
    return self._made[item]


def nearest(
  likeness: Likeness, items: Sequence[int], labelled: Sequence[int]
) -> list[tuple[int, float]]:
  """For each item the labelled one that is most like it, and how far it is.

  By embeddings as they are; of images by thumbnails of `_SIDE` pixels along
  each axis, per channel without mean and spread. The model is not asked: the
  answer is the same for every method.

  Args:
    likeness: of the data set.
    items: that were asked for.
    labelled: that had labels; none gives no answer.

  Returns:
    (index of the labelled item, Euclidean distance) of each item.
  """
  if not len(labelled):
    return []
  those = np.stack([likeness.of(i) for i in labelled])
  found = []
  for item in items:
    apart = np.linalg.norm(those - likeness.of(item), axis=1)
    at = int(apart.argmin())
    found.append((int(labelled[at]), float(apart[at])))
  return found


def _thumbnail(image):
  """[D] float64."""
  image = np.asarray(image, np.float64)
  if image.ndim == 1:  # an embedding
    return image
  for axis in range(image.ndim - 1):
    image = _shortened(image, axis)
  flat = image.reshape(-1, image.shape[-1])
  spread = flat.std(0)
  return ((flat - flat.mean(0)) / np.where(spread > 0, spread, 1)).ravel()


def _shortened(image, axis):
  """`_SIDE` means along an axis, of stretches as even as can be."""
  ends = np.linspace(0, image.shape[axis], _SIDE + 1)
  starts = np.minimum(ends[:-1].astype(int), image.shape[axis] - 1)
  stops = np.maximum(np.ceil(ends[1:]).astype(int), starts + 1)
  total = np.cumsum(image, axis)
  zero = np.zeros_like(np.take(total, [0], axis))
  total = np.concatenate([zero, total], axis)
  sums = np.take(total, stops, axis) - np.take(total, starts, axis)
  shape = [1] * image.ndim
  shape[axis] = _SIDE
  return sums / (stops - starts).reshape(shape)
