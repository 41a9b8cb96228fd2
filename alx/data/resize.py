"""Fewer, larger voxels: images of one small shape, or all by one factor."""

from collections.abc import Sequence

import numpy as np

from alx.data.dataset import Dataset


def common_shape(
  extents: np.ndarray, longest: int, multiple: int
) -> tuple[int, ...]:
  """One shape for all items: the median extents, shrunk until they fit.

  Args:
    extents: [N, d] of the items, voxels.
    longest: the most that the longest axis may have, voxels.
    multiple: every axis is a multiple of this, and at least one.

  Returns:
    d extents whose proportions are those of the median item, up to rounding.
  """
  usual = np.median(np.asarray(extents, np.float64), axis=0)
  usual = usual * min(1.0, longest / usual.max())
  counts = np.maximum(1, np.floor(usual / multiple + 0.5))
  return tuple(int(n) * multiple for n in counts)


def resize(image: np.ndarray, shape: Sequence[int]) -> np.ndarray:
  """Resamples [*sp, channels] linearly to [*shape, channels].

  Voxels are half-pixel centred; where an axis shrinks, the triangle is as wide
  as a new voxel, so that nothing is skipped (as `jax.image.resize` does it).
  Every axis is scaled by itself: the item's own proportions are lost.

  Returns:
    float32; an image of that shape as it is.
  """
  out = np.asarray(image, np.float32)
  for axis, extent in enumerate(shape):
    if out.shape[axis] != extent:
      weights = _weights(out.shape[axis], extent)
      out = np.moveaxis(np.tensordot(weights, out, (1, axis)), 0, axis)
  return np.ascontiguousarray(out)


def coarsen(dataset: Dataset, factor: int) -> Dataset:
  """Every item with `factor` times fewer voxels along every axis.

  Images are averaged as by `resize`; a label map takes the label at the middle
  of the new voxel. Extents are rounded up, and an item is as large in mm as it
  was: of 9 voxels of 2 mm, by 4, there are 3 of 6 mm.

  Raises:
    ValueError: for a factor below 1.
  """
  if factor < 1:
    raise ValueError(f"coarsen: wanted 1 or more, found {factor}")
  if factor == 1:
    return dataset
  images, spacings = [], []
  for image, mm in zip(dataset.images, dataset.spacing_mm, strict=True):
    images.append(coarse_image(image, factor))
    extents = image.shape[:-1], images[-1].shape[:-1]
    spacings.append(mm and spacing_after(mm, *extents))
  return dataset._replace(
    images=tuple(images),
    labels=tuple(_coarse_labels(x, factor) for x in dataset.labels),
    spacing_mm=tuple(spacings),
  )


def spacing_after(
  spacing_mm: Sequence[float], before: Sequence[int], after: Sequence[int]
) -> tuple[float, ...]:
  """mm between voxels along each axis of what had others, and is as large.

  Args:
    spacing_mm: between those that there were.
    before: how many there were along each axis.
    after: how many there are.
  """
  axes = zip(spacing_mm, before, after, strict=True)
  return tuple(mm * old / new for mm, old, new in axes)


def coarse_image(image: np.ndarray, factor: int) -> np.ndarray:
  """One image [*sp, channels] of `coarsen`, of the type it had."""
  shape = [-(-extent // factor) for extent in image.shape[:-1]]
  coarse = resize(image, shape)
  if image.dtype == np.uint8:
    coarse = np.rint(coarse)
  return coarse.astype(image.dtype)


def _coarse_labels(labels, factor):
  """A class [] stays."""
  return nearest(labels, [-(-extent // factor) for extent in labels.shape])


def nearest(labels: np.ndarray, shape: Sequence[int]) -> np.ndarray:
  """[*sp] to [*shape]: the label at the middle of each new voxel."""
  for axis, (extent, count) in enumerate(zip(labels.shape, shape, strict=True)):
    places = (np.arange(count) + 0.5) * extent / count
    labels = np.take(labels, places.astype(int), axis)
  return labels


def _weights(old: int, new: int) -> np.ndarray:
  """[new, old] float32, rows sum to 1."""
  places = (np.arange(new) + 0.5) * old / new - 0.5
  apart = np.abs(places[:, None] - np.arange(old)[None]) / max(old / new, 1.0)
  weights = np.maximum(0.0, 1.0 - apart)
  return (weights / weights.sum(1, keepdims=True)).astype(np.float32)
