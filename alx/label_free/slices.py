"""Features of the slices of volumes: each is an image of two axes."""

import dataclasses
from collections.abc import Sequence

import jax
import numpy as np

from alx.data.patches import as_float, stack_images
from alx.data.resize import common_shape, resize
from alx.data.sources.part import shapes_of
from alx.label_free.encoders import encoding_for, make_features

_LONGEST = 32  # pixels of an axis: a pool has many slices


def features_of_slices(
  volumes: Sequence[np.ndarray],
  axis: int,
  name: str,
  key: jax.Array,
  patients: Sequence[int],
) -> list[np.ndarray]:
  """[n, D] float32 of the n slices of each volume, learned from them all.

  Args:
    volumes: arrays [*sp, channels] with three axes of space; a `Part` of a
      source has one of them in memory at a time.
    axis: that the slices are across.
    name: one of `encoders.NAMES`.
    key: of weights, batches and views.
    patients: of the volumes, for what contrasts patients.

  Raises:
    ValueError: for slices of which nothing can be learned, see `make_features`.
  """
  encoding = dataclasses.replace(encoding_for(2), longest=_LONGEST)
  sizes = np.array(shapes_of(volumes, range(len(volumes))))[:, :-1]
  extents, counts = np.delete(sizes, axis, 1), sizes[:, axis]
  shape = common_shape(extents, _LONGEST, 2 ** (len(encoding.widths) - 1))
  small = [
    resize(as_float(x), shape)
    for volume in volumes
    for x in np.moveaxis(volume, axis, 0)
  ]
  rows = make_features(
    name,
    key,
    stack_images(small, shape),
    np.arange(len(small), dtype=np.int32),
    np.repeat(np.asarray(patients, np.int32), counts),
    encoding,
  )
  return np.split(rows, np.cumsum(counts)[:-1])
