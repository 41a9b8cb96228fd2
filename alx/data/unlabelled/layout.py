"""Axes and channels of images that nobody has said anything about."""

import pathlib
import re
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from alx.data.dataset import bad_input
from alx.data.volumes import brats, nifti

_FEW = 4  # channels that a picture has at most
_CHANNEL = re.compile(r"(.+)_(\d{4})")


def channels_of(
  path: pathlib.Path,
  files: Iterable[pathlib.Path],
  stem: Callable = nifti.stem,
) -> int:
  """How many files an image has, by their names.

  CASE_0000, CASE_0001 ... are its channels where most cases have as many, the
  same in all of them: of several cases; a single one of many is a series.

  Args:
    path: a folder, or one file.
    files: all below it.
    stem: of a file -> its name without the ending; "" of others.
  """
  if path.is_dir() and brats.is_folder(path):
    return len(brats.channel_names(path))
  named, cases = [(f.parent, name) for f in files if (name := stem(f))], {}
  for folder, name in named:
    match = _CHANNEL.fullmatch(name)
    if match is None:
      return 1
    cases.setdefault((folder, match[1]), []).append(int(match[2]))
  runs = Counter(
    len(found) if sorted(found) == [*range(len(found))] else 1
    for found in cases.values()
  )
  count, often = max(runs.items(), key=lambda pair: pair[1], default=(1, 1))
  is_series = len(cases) == 1 and count > _FEW
  return 1 if is_series or 2 * often <= len(cases) else count


def layout_of(path: object, values: np.ndarray) -> tuple[int, int]:
  """(axes in space, channels) of images [N, ...] of an array.

  Raises:
    DataError: neither pictures nor volumes.
  """
  shape = values.shape
  if values.ndim in (4, 5) and _is_first(shape):
    found = f"{shape} (np.moveaxis(images, 1, -1), if channels are first)"
    raise bad_input(path, "channels on the last axis", found)
  if values.ndim == 3 or (values.ndim == 4 and shape[-1] <= _FEW):
    return 2, shape[-1] if values.ndim == 4 else 1
  if values.ndim in (4, 5):
    return 3, shape[-1] if values.ndim == 5 else 1
  raise bad_input(path, "images [N, H, W] or [N, x, y, z]", shape)


def _is_first(shape):
  """Whether the axis behind the items is short, as channels are, alone."""
  return 1 < shape[1] <= _FEW < min(shape[2:])
