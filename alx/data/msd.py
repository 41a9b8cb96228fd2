"""Reads a folder laid out as the Decathlon or nnU-Net v2 lay it out."""

import collections
import pathlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from alx.data import intensity, nifti
from alx.data.dataset import DataError, Dataset, bad_input, no_progress
from alx.data.description import Description, read_description
from alx.data.grids import Item, read_files
from alx.data.label_values import (
  check_classes,
  default_names,
  to_classes,
  values_in,
)


class Case(NamedTuple):
  """The files of one item."""

  id: str
  images: tuple[pathlib.Path, ...]  # one file, or one per channel
  labels: tuple[pathlib.Path, ...]  # one, when all is well


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
  return make_dataset(path, description, items, left_out + lines)


def channel_names(path: pathlib.Path) -> tuple[str, ...]:
  """What dataset.json calls the channels; () where it does not."""
  return read_description(path).channels


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
  item = read_files(case.id, case.images, case.labels[0])
  check_channels(case, item.image, description)
  if description.values:
    to_classes(item.label, description.values, case.labels[0])
  return item._replace(image=intensity.normalise(item.image))


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


def check_channels(case, image, description) -> None:
  """Raises DataError if the channels are not those of dataset.json."""
  found, wanted = image.shape[-1], len(description.channels)
  if wanted and wanted != found:
    wanted = f"{wanted} channels as dataset.json says"
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


def make_dataset(
  path: pathlib.Path,
  description: Description,
  items: Sequence[Item],
  left_out: Sequence[str],
) -> Dataset:
  """The items as one data set, with classes as described or as found."""
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
