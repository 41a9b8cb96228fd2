"""Axes and channels of images that nobody has said anything about."""

import pathlib
import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from alx.data.dataset import bad_input
from alx.data.volumes import brats, nifti

_CHANNEL = re.compile(r"(.+)_(\d{4})")


def channels_of(path: pathlib.Path, files: Iterable[pathlib.Path]) -> int:
  """How many files an image of volumes has.

  Args:
    path: a folder, or one file.
    files: all below it.
  """
  if path.is_dir() and brats.is_folder(path):
    return len(brats.channel_names(path))
  stems = [stem for file in files if (stem := nifti.stem(file))]
  matches = [_CHANNEL.fullmatch(stem) for stem in stems]
  inside = Counter(match[1] for match in matches if match)
  return max(inside.values(), default=1)


def layout_of(path: object, values: np.ndarray) -> tuple[int, int]:
  """(axes in space, channels) of images [N, ...] of an array.

  Raises:
    DataError: neither pictures nor volumes.
  """
  few = values.shape[-1] in (1, 3)
  if values.ndim == 3 or (values.ndim == 4 and few):
    return 2, values.shape[-1] if values.ndim == 4 else 1
  if values.ndim in (4, 5):
    return 3, values.shape[-1] if values.ndim == 5 else 1
  raise bad_input(path, "images [N, H, W] or [N, x, y, z]", values.shape)
