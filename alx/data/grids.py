"""Images and their label out of NIfTI files, if they are on one grid."""

import itertools
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.data import nifti
from alx.data.dataset import bad_input

# An image and its label may differ by this share of a voxel at the corners.
_MOST_SHIFT = 0.1


class Item(NamedTuple):
  """One case that was read."""

  id: str
  image: np.ndarray
  label: np.ndarray
  spacing_mm: tuple[float, ...] | None


def read_files(
  name: str, images: Sequence[pathlib.Path], label_file: pathlib.Path
) -> Item:
  """One item; its image is as in the files.

  Args:
    name: its id.
    images: one file, with channels on a fourth axis if it has any, or one file
      for each channel.
    label_file: on the same grid.

  Raises:
    DataError: files missing, damaged, or that do not fit together.
  """
  label = nifti.read_label(label_file)
  volumes = [nifti.read(file) for file in images]
  for file, volume in zip(images, volumes, strict=True):
    _check_grid(file, volume, label_file, label)
  image = _stack(images, volumes, label.array.ndim)
  return Item(name, image, label.array, volumes[0].spacing_mm)


def _check_grid(file, image, label_file, label):
  shape = label.array.shape
  wanted = f"a label on the grid of {file.name}, {image.array.shape}"
  spatial = image.array.shape[:3]
  if spatial != shape:
    raise bad_input(label_file, wanted, f"a label of another grid, {shape}")
  shift = corner_shift(shape, image.affine, label.affine)
  voxel = np.linalg.norm(image.affine[:3, : len(shape)], axis=0).min()
  if shift > _MOST_SHIFT * voxel:
    found = f"a label of another grid, {shift:.3g} mm apart"
    raise bad_input(label_file, wanted, found)


def corner_shift(
  shape: tuple[int, ...], affine: np.ndarray, other: np.ndarray
) -> float:
  """How far apart, in mm, two affines [4, 4] put a grid's corners at most."""
  extents = (*shape, 1, 1)[:3]
  corners = np.array(list(itertools.product(*((0, n - 1) for n in extents))))
  corners = np.concatenate([corners, np.ones((8, 1))], 1)
  apart = corners @ (affine - other).T[:, :3]
  return float(np.linalg.norm(apart, axis=1).max())


def _stack(files, volumes, spatial_axes):
  if len(volumes) == 1:
    array = volumes[0].array
    return array if array.ndim > spatial_axes else array[..., None]
  for file, volume in zip(files, volumes, strict=True):
    if volume.array.ndim > spatial_axes:
      raise bad_input(file, "one channel per file", volume.array.shape)
  return np.stack([volume.array for volume in volumes], -1)
