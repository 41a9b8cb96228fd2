"""Which axes of the arrays of an .npz are items, space and channels."""

import pathlib
from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, bad_input

# In classification nothing else tells a last axis of channels from a spatial
# one: gray, gray and alpha, RGB, RGB and alpha.
_MOST_CHANNELS = 4

_TURN = "np.moveaxis(images, 1, -1)"


class Arrays(NamedTuple):
  """Images and labels whose axes are known."""

  images: np.ndarray  # [N, *sp, channels]
  labels: np.ndarray  # [N], or [N, *sp]
  is_flat: bool = False  # spatial axes of length 1 were dropped


def find_axes(
  path: pathlib.Path, images: np.ndarray, labels: np.ndarray
) -> Arrays:
  """Tells from the labels what the axes of the images are.

  Args:
    path: what the error names.
    images: [N, *sp] or [N, *sp, channels].
    labels: [N] with or without axes of length 1, or [N, *sp].

  Raises:
    DataError: arrays that do not fit together, that may be read in two ways,
      or that hold no class numbers; it says what to do.
  """
  if images.dtype.kind not in "buif" or images.ndim < 3 or not images.size:
    found = f"{images.dtype} {images.shape}"
    raise bad_input(path, "images of real numbers [N, *sp]", found)
  if len(labels.shape) and labels.size == len(images) == len(labels):
    fitted = _for_items(path, images, labels.reshape(-1))
  else:
    fitted = _for_maps(path, images, labels)
  fitted = _without_flat_axes(fitted)
  if fitted.images.ndim > 5:
    wanted = "images of 2 or 3 axes in space, channels last"
    found = f"{images.shape} (np.moveaxis(images, 1, -1), if they are first)"
    raise bad_input(path, wanted, found)
  return fitted


def note_of_axes(
  path: pathlib.Path, shape: tuple[int, ...], found: Arrays
) -> list[str]:
  """A line about volumes of which one axis may have been channels.

  That may be the first or the last, if it has at most two thirds of the others,
  where labels are of whole items or of nothing but 0 and 1.

  Args:
    path: what the line names.
    shape: of the images in the file.
    found: from `find_axes`.
  """
  if len(shape) != 4 or found.images.ndim != 5 or found.is_flat:
    return []
  first, middle, last = shape[1:]
  ends = (first, min(middle, last)), (last, min(first, middle))
  is_short = any(3 * short <= 2 * others for short, others in ends)
  if not is_short or (found.labels.ndim > 1 and found.labels.max() > 1):
    return []
  return [
    f"{path}: images {shape} are read as volumes of {first}x{middle}x{last} "
    "with one channel (images[..., None] says so for certain); 2-D images of "
    f"more than {_MOST_CHANNELS} channels need label maps [N, H, W]"
  ]


def one_class(path: pathlib.Path, what: str, labels: np.ndarray) -> DataError:
  """What is said of labels [N, C] where one class each was wanted."""
  if _is_one_hot(labels, 1):
    found = f"labels {labels.shape}, one-hot: give labels.argmax(1)"
  elif labels.ndim == 2:
    found = (
      f"labels {labels.shape}: several labels of an item are not supported"
    )
  else:
    found = f"labels {labels.shape}"
  return bad_input(path, f"labels [N] or [N, 1] for {what}", found)


def _for_items(path, images, labels):
  if images.ndim > 3 and images.shape[-1] <= _MOST_CHANNELS:
    return Arrays(images, labels)
  if images.ndim == 4 and _is_few(images.shape, 1):
    wanted = "channels on the last axis, [N, H, W, channels]"
    found = (
      f"images {images.shape}: for channels that are first give "
      "np.moveaxis(images, 1, -1), for volumes images[..., None]"
    )
    raise bad_input(path, wanted, found)
  return Arrays(images[..., None], labels)


def _for_maps(path, images, labels):
  squeezed = labels[..., 0] if labels.shape[-1:] == (1,) else labels
  for maps in (labels, squeezed):
    if maps.ndim > 2 and maps.shape == images.shape[:-1]:
      return Arrays(images, maps)
  if squeezed.shape == images.shape:
    _check_numbers(path, images, labels)
    return Arrays(images[..., None], squeezed)
  few_images, few_maps = _squeeze(images), _squeeze(labels)
  if few_maps.ndim > 2 and few_maps.shape == few_images.shape[:-1]:
    return Arrays(few_images, few_maps, True)
  if few_maps.ndim > 2 and few_maps.shape == few_images.shape:
    _check_numbers(path, few_images, few_maps)
    return Arrays(few_images[..., None], few_maps, True)
  raise _unfit(path, images, labels)


def _squeeze(array):
  """Without axes of length 1, but that of the items."""
  return array.reshape(
    array.shape[:1] + tuple(n for n in array.shape[1:] if n > 1)
  )


def _without_flat_axes(arrays):
  while arrays.images.ndim > 4 and 1 in arrays.images.shape[1:-1]:
    axis = arrays.images.shape.index(1, 1)
    images, labels = arrays.images.squeeze(axis), arrays.labels
    labels = labels.squeeze(axis) if labels.ndim > 1 else labels
    arrays = Arrays(images, labels, True)
  return arrays


def _check_numbers(path, images, labels):
  """Refuses labels like images that may be colours, or one map per class."""
  for axis in (-1, 1) if labels.ndim > 3 else ():
    if _is_one_hot(labels, axis):
      raise _no_numbers(path, images, labels, axis, "one-hot")
    if labels.ndim == 4 and _is_few(labels.shape, axis):
      raise _no_numbers(path, images, labels, axis, "colours or one-hot")


def _no_numbers(path, images, labels, axis, what):
  shape = list(labels.shape)
  del shape[axis]
  found = (
    f"labels {labels.shape}, {what} by the look of it: give labels.argmax("
    f"{axis}) of one-hot maps, class numbers in the place of colours"
  )
  if images.shape == labels.shape:
    found += "; of volumes give images[..., None]"
  return bad_input(path, f"class numbers {tuple(shape)}", found)


def _is_few(shape, axis):
  """Whether an axis is as short as channels are, and the others are not."""
  others = list(shape[1:])
  short = others.pop(axis if axis < 0 else axis - 1)
  return 1 < short <= _MOST_CHANNELS < min(others)


def _is_one_hot(labels, axis):
  """Whether numbers in [0, 1] sum to 1 along the axis, everywhere."""
  if (
    labels.ndim < 2 or labels.shape[axis] < 2 or labels.dtype.kind not in "buif"
  ):
    return False
  for part in labels:  # the first is enough to tell most that are not
    values = np.asarray(part, np.float32)
    sums = values.sum(axis if axis < 0 else axis - 1)
    if values.min() < 0 or values.max() > 1 or np.abs(sums - 1).max() > 1e-3:
      return False
  return True


def _unfit(path, images, labels):
  """The error about labels of another shape, with what may have happened."""
  wanted = f"labels [N], [N, 1] or [N, *sp] for images {images.shape}"
  channels = images.shape, images.shape[:-1]
  first = (images.shape[0], *images.shape[2:])
  if labels.ndim == 2 and len(labels) == len(images):
    return one_class(path, f"images {images.shape}", labels)
  if labels.ndim > 3 and labels.shape == (first[0], 1, *first[1:]):
    found = f"labels {labels.shape}, channels first: give labels[:, 0]"
    return bad_input(path, wanted, f"{found} and {_TURN}")
  for axis in (-1, 1):
    shape = list(labels.shape)
    if labels.ndim < 4:
      break
    del shape[axis]
    if tuple(shape) in (*channels, first):
      return _no_numbers(path, images, labels, axis, "colours or one-hot")
  found = f"labels {labels.shape}"
  if labels.shape == first:
    found += f" (channels come last: {_TURN})"
  return bad_input(path, wanted, found)
