"""Images and their label out of NIfTI files, if they are on one grid."""

import itertools
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.label_values import values_in
from alx.data.volumes import nifti, orientation
from alx.data.volumes.header import Header

# An image and its label may differ by this share of a voxel at the corners.
_MOST_SHIFT = 0.1


class Item(NamedTuple):
  """One case that was read, with axes turned to RAS+ where they are known."""

  id: str
  image: np.ndarray  # [*sp, channels]
  label: np.ndarray  # [*sp]
  values: tuple[int, ...]  # of the label, ascending; (): nobody labelled it
  header: Header


def read_files(
  name: str, images: Sequence[pathlib.Path], label_file: pathlib.Path | None
) -> Item:
  """One item; its values are as in the files.

  Args:
    name: its id.
    images: one file, with channels on a fourth axis if it has any, or one file
      for each channel.
    label_file: on the same grid; None: a label map without values.

  Raises:
    DataError: files missing, damaged, or that do not fit together.
  """
  if label_file is None:
    image, header = read_images(images)
    label = np.zeros(image.shape[:-1], np.uint8)
    return Item(name, image, label, (), header)
  label = nifti.read_label(label_file)
  volumes = [nifti.read(file) for file in images]
  return item_of(name, images, volumes, label_file, label)


def item_of(name, images, volumes, label_file, label) -> Item:
  """The item of `read_files`, of volumes that were read.

  Args:
    name: its id.
    images: files, one or one for each channel.
    volumes: of them.
    label_file: the file of the label map.
    label: what was read of it.

  Raises:
    DataError: they do not fit together.
  """
  axes = max(min(3, volume.array.ndim) for volume in (label, *volumes))
  first, turn = volumes[0], volumes[0].turn or orientation.NONE
  label, *turned = (_turned(v, first, turn) for v in (label, *volumes))
  for file, volume in zip(images, turned, strict=True):
    _check_grid(file, volume, label_file, label)
  image, classes = _stack(images, turned), label.array
  if axes == 2:
    flat = turn.order.index(2)
    image, classes = image.squeeze(flat), classes.squeeze(flat)
  header = _header(images[0], first, _order(turn, axes))
  header = header._replace(rounded=label.fraction)
  return Item(name, image, classes, values_in([classes]), header)


def read_images(files: Sequence[pathlib.Path]) -> tuple[np.ndarray, Header]:
  """The image [*sp, channels] of one item without a label, and its header.

  Args:
    files: as `images` of `read_files`.

  Raises:
    DataError: files damaged, or not on one grid.
  """
  return image_of(files, [nifti.read(file) for file in files])


def image_of(files, volumes) -> tuple[np.ndarray, Header]:
  """The image and header of `read_images`, of volumes that were read.

  Args:
    files: one, or one for each channel.
    volumes: of them.

  Raises:
    DataError: they are not on one grid.
  """
  axes = max(min(3, volume.array.ndim) for volume in volumes)
  first, turn = volumes[0], volumes[0].turn or orientation.NONE
  turned = [_turned(volume, first, turn) for volume in volumes]
  for file, volume in zip(files[1:], turned[1:], strict=True):
    _check_grid(files[0], turned[0], file, volume, "an image")
  image = _stack(files, turned)
  if axes == 2:
    image = image.squeeze(turn.order.index(2))
  return image, _header(files[0], first, _order(turn, axes))


def _order(turn, axes):
  """Axes of the file as they are kept."""
  return [axis for axis in turn.order if axis < axes]


def _header(file, volume, order):
  """What is told of an image; `order`: axes of the file as they are kept."""
  spacings = [
    spacing and tuple((*spacing, 1.0)[axis] for axis in order)
    for spacing in (volume.spacing_mm, volume.affine_mm)
  ]
  return Header(
    file.name,
    *spacings,
    letters=orientation.letters(volume.turn) if volume.turn else "",
    others=volume.others,
    skew=volume.skew,
  )


def _turned(volume, first, turn):
  """The volume with three axes in space, turned.

  By its own axes if they are known and not those of the first image.
  """
  array = volume.array if volume.array.ndim > 2 else volume.array[..., None]
  volume = volume._replace(array=array)
  if volume.turn and first.turn and not _is_alike(volume, first):
    turn = volume.turn
  affine = orientation.turned_affine(volume.affine, array.shape[:3], turn)
  return volume._replace(array=orientation.apply(array, turn), affine=affine)


def _is_alike(volume, other):
  """Whether two volumes are on one grid as they are in their files."""
  shape, same = ((*v.array.shape, 1)[:3] for v in (volume, other))
  return shape == same and _shift(volume, other) <= _MOST_SHIFT


def _shift(volume, other):
  """How far apart two grids are, in voxels of the second."""
  shape = volume.array.shape[:3]
  lengths = np.linalg.norm(other.affine[:3, :3], axis=0)
  voxel = lengths[lengths > 0].min()  # of two axes, the third may say nothing
  return corner_shift(shape, volume.affine, other.affine) / voxel


def _check_grid(file, image, label_file, label, what="a label"):
  shape = label.array.shape[:3]
  wanted = f"{what} on the grid of {file.name}, {image.array.shape}"
  if image.array.shape[:3] != shape:
    found = f"{what} of another grid, {label.array.shape}"
    raise bad_input(label_file, wanted, found)
  if _shift(label, image) > _MOST_SHIFT:
    shift = corner_shift(shape, image.affine, label.affine)
    found = f"{what} of another grid, {shift:.3g} mm apart"
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


def _stack(files, volumes):
  if len(volumes) == 1:
    array = volumes[0].array
    return array if array.ndim > 3 else array[..., None]
  for file, volume in zip(files, volumes, strict=True):
    if volume.array.ndim > 3:
      raise bad_input(file, "one channel per file", volume.array.shape)
  return np.stack([volume.array for volume in volumes], -1)
