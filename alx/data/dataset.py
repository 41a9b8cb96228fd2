"""What a data set is once it is in memory, and how bad input is told."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np


class DataError(ValueError):
  """Bad input in one line: which file, what was wanted, what was found."""


class Dataset(NamedTuple):
  """N items with labels on the host, in NumPy arrays of any extents.

  Spatial axes come before channels. Those of volumes whose orientation is known
  are turned to RAS+ (closest to right, front, head), of images, label maps and
  spacings alike; an axis that has length 1 in all items is dropped; all else
  keeps the order of the file, and nothing is resampled
  (`alx.data.volumes.nifti.as_in_file` brings a label map back). Labels are
  0..C-1 in the order of `class_names`; a voxel of a segmentation that nobody
  labelled has the value `alx.label_maps.UNLABELLED`.
  """

  name: str
  task: str  # "segmentation" or "classification"
  ids: tuple[str, ...]  # N, unique and usable as file names
  images: tuple[np.ndarray, ...]  # N x [*sp, channels] float32, normalised;
  #                                 or uint8, pictures as they are
  labels: tuple[np.ndarray, ...]  # N x [*sp] uint8, or N x [] int32
  class_names: tuple[str, ...]  # C; background first in segmentation
  spacing_mm: tuple[tuple[float, ...] | None, ...]  # N, None where unknown
  groups: tuple[str, ...] | None  # N, the patient of each item
  split: np.ndarray | None  # [N] int8: 0 train, 1 val, 2 test
  left_out: tuple[str, ...]  # a line for each case that could not be used
  notes: tuple[str, ...] = ()  # a line for what else the user ought to know
  directions: bool | None = None  # axes known to be RAS+; None: nobody asked


def bad_input(file: object, wanted: object, found: object) -> DataError:
  """The one line that a user reads about a file that cannot be used."""
  line = f"{file}: wanted {wanted}, found {found}"
  return DataError(" ".join(line.split()))


def no_progress(iterable, total=None, description=""):
  """Stands in for a progress bar: hands the iterable back."""
  del total, description
  return iterable


def read_each(
  many: Collection[Any],
  read: Callable,
  strict: bool,
  progress: Callable = no_progress,
) -> tuple[list, list, list[str]]:
  """Reads all that can be read.

  Args:
    many: cases, files, ...
    read: one of them -> what is in it, or a DataError.
    strict: stop at the first that cannot be used.
    progress: progress(iterable, total=, description=) -> iterable.

  Returns:
    What was read, what it was read of, and a line for each other.

  Raises:
    DataError: with `strict`, the first.
  """
  found, used, left_out = [], [], []
  for one in progress(many, total=len(many), description="reading"):
    try:
      found.append(read(one))
      used.append(one)
    except DataError as error:
      if strict:
        raise
      left_out.append(str(error))
  return found, used, left_out
