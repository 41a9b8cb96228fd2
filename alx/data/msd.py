"""Reads a folder laid out as the Decathlon or nnU-Net v2 lay it out."""

import collections
import itertools
import pathlib
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.data import intensity, nifti
from alx.data.dataset import DataError, Dataset, bad_input, no_progress
from alx.data.description import Description, read_description
from alx.data.label_values import (
  check_classes,
  default_names,
  to_classes,
  values_in,
)

# An image and its label may differ by this share of a voxel at the corners.
_MOST_SHIFT = 0.1


class Case(NamedTuple):
  """The files of one item."""

  id: str
  images: tuple[pathlib.Path, ...]  # one file, or one per channel
  labels: tuple[pathlib.Path, ...]  # one, when all is well


class Item(NamedTuple):
  """One case that was read."""

  id: str
  image: np.ndarray
  label: np.ndarray
  spacing_mm: tuple[float, ...] | None


def is_folder(path: pathlib.Path) -> bool:
  """Whether the folder holds imagesTr and labelsTr."""
  return (path / "imagesTr").is_dir() and (path / "labelsTr").is_dir()


def load_folder(
  path: pathlib.Path, *, strict: bool = False, progress=no_progress
) -> Dataset:
  """Reads imagesTr and labelsTr; dataset.json is used when it is there.

  An image is `case.nii.gz`, with channels on its fourth axis if it has any, or
  `case_0000.nii.gz`, `case_0001.nii.gz` ..., one file per channel. There is no
  patient and no split in this layout.

  Args:
    path: the folder.
    strict: stop at the first case that cannot be used.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: dataset.json is bad, or not one case can be used; with `strict`
      the first bad case.
  """
  description = read_description(path)
  items, files, left_out = [], [], []
  cases = find_cases(path, description.listed)
  for case in progress(cases, total=len(cases), description="reading"):
    try:
      items.append(read_case(case, path, description))
      files.append(case.images[0])
    except DataError as error:
      if strict:
        raise
      left_out.append(str(error))
  if not items:
    found = left_out[0] if left_out else "no NIfTI files"
    raise bad_input(path, "at least one image with its label", found)
  items, lines = keep_commonest(items, files, strict=strict)
  return _dataset(path, description, items, left_out + lines)


def find_cases(
  path: pathlib.Path, listed: tuple[str, ...] = ()
) -> tuple[Case, ...]:
  """Pairs images with labels by name, sorted; what lacks a half is there too.

  Args:
    path: the folder that holds imagesTr and labelsTr.
    listed: ids that ought to exist, as dataset.json names them.
  """
  images = _by_stem(path / "imagesTr")
  labels = _by_stem(path / "labelsTr")
  if any(f"{name}_0000" in images for name in labels):
    images = _by_case(images)
  names = sorted({*images, *labels, *listed})
  return tuple(
    Case(n, tuple(images.get(n, ())), tuple(labels.get(n, ()))) for n in names
  )


def _by_stem(folder):
  files = {}
  for file in sorted(folder.iterdir()):
    name = nifti.stem(file)
    if name:
      files.setdefault(name, []).append(file)
  return files


def _by_case(images):
  cases = {}
  for name, files in images.items():
    case = re.sub(r"_\d{4}$", "", name)
    cases.setdefault(case, []).extend(files)
  return cases


def read_case(case, path, description) -> Item:
  """Reads and checks one case.

  Args:
    case: its id and files.
    path: of the folder, for what is told.
    description: of the folder.

  Raises:
    DataError: files missing, damaged, or that do not fit together.
  """
  _check_files(case, path)
  label = nifti.read_label(case.labels[0])
  volumes = [nifti.read(file) for file in case.images]
  for file, volume in zip(case.images, volumes, strict=True):
    _check_grid(file, volume, case.labels[0], label)
  image = _stack(case, volumes, label.array.ndim)
  check_channels(case, image, description)
  if description.values:
    to_classes(label.array, description.values, case.labels[0])
  spacing_mm = volumes[0].spacing_mm
  return Item(case.id, intensity.normalise(image), label.array, spacing_mm)


def _check_files(case, path):
  if not case.images:
    file = case.labels[0] if case.labels else path / "labelsTr" / case.id
    raise bad_input(file, f"an image imagesTr/{case.id}.nii.gz", "none")
  if not case.labels:
    wanted = f"a label labelsTr/{case.id}.nii.gz"
    raise bad_input(case.images[0], wanted, "none")
  if len(case.labels) > 1:
    found = [file.name for file in case.labels]
    raise bad_input(case.labels[0], "one label for the case", found)
  if len(case.images) > 1 or nifti.stem(case.images[0]) != case.id:
    wanted = [f"{case.id}_{i:04d}" for i in range(len(case.images))]
    found = [nifti.stem(file) for file in case.images]
    if found != wanted:
      names = [file.name for file in case.images]
      raise bad_input(case.images[0], f"images {wanted}", names)


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


def _stack(case, volumes, spatial_axes):
  if len(volumes) == 1:
    array = volumes[0].array
    return array if array.ndim > spatial_axes else array[..., None]
  for file, volume in zip(case.images, volumes, strict=True):
    if volume.array.ndim > spatial_axes:
      raise bad_input(file, "one channel per file", volume.array.shape)
  return np.stack([volume.array for volume in volumes], -1)


def check_channels(case, image, description) -> None:
  """Raises DataError if the channels are not those of dataset.json."""
  found = image.shape[-1]
  if description.channels not in (None, found):
    wanted = f"{description.channels} channels as dataset.json says"
    raise bad_input(case.images[0], wanted, found)


def keep_commonest(
  items: Sequence, files: Sequence[pathlib.Path], *, strict: bool = False
) -> tuple[list, list[str]]:
  """(items, lines): those with the axes and channels that most of them have.

  Args:
    items: at least one, each with an id and an image.
    files: that they are from.
    strict: stop at the first that is unlike most.

  Raises:
    DataError: with `strict`.
  """
  kinds = [(x.image.ndim, x.image.shape[-1]) for x in items]
  wanted = collections.Counter(kinds).most_common(1)[0][0]
  like = f"axes and channels as in {items[kinds.index(wanted)].id}"
  odd = [
    bad_input(file, like, item.image.shape)
    for item, file, kind in zip(items, files, kinds, strict=True)
    if kind != wanted
  ]
  if strict and odd:
    raise odd[0]
  pairs = zip(items, kinds, strict=True)
  return [x for x, kind in pairs if kind == wanted], list(map(str, odd))


def _dataset(path, description: Description, items, left_out):
  values, names = description.values, description.names
  if not values:
    values = tuple(sorted({0, *values_in(item.label for item in items)}))
    names = default_names(values, background=True)
  check_classes(values, path)
  return Dataset(
    name=description.name,
    task="segmentation",
    ids=tuple(item.id for item in items),
    images=tuple(item.image for item in items),
    labels=tuple(to_classes(item.label, values, item.id) for item in items),
    class_names=names,
    spacing_mm=tuple(item.spacing_mm for item in items),
    groups=None,
    split=None,
    left_out=tuple(left_out),
  )
