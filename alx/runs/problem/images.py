"""What the images of a run were, so that its model can be given others."""

import numpy as np

from alx.data import Dataset

BYTES, NORMALISED, FEATURES = "bytes", "normalised", "features"


def described(dataset: Dataset) -> dict:
  """What dataset.json says of the images.

  Returns:
    `axes` in space, `channels`, `values`: "bytes" of pictures as they are,
    "normalised" by `alx.data.intensity`, or "features"; `spacing_mm`: the
    least and the largest voxel size along each axis, None if not known.
  """
  shapes = getattr(dataset.images, "shapes", None)  # of images in a cache
  shape = dataset.images[0].shape if shapes is None else shapes[0]
  axes = len(shape) - 1
  return {
    "axes": axes,
    "channels": int(shape[-1]),
    "values": _values(dataset, axes, shapes is None),
    "spacing_mm": _spacings(dataset.spacing_mm),
  }


def _values(dataset, axes, in_memory):
  if not axes:
    return FEATURES
  is_bytes = in_memory and dataset.images[0].dtype == np.uint8
  return BYTES if is_bytes else NORMALISED


def _spacings(spacings):
  if any(spacing is None for spacing in spacings):
    return None
  found = np.array(spacings, np.float64)
  return [found.min(0).tolist(), found.max(0).tolist()]
