"""Recognises from the content what a path holds, and reads it."""

import os
import pathlib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import NamedTuple

from alx.data.arrays import npz
from alx.data.dataset import Dataset, bad_input, no_progress
from alx.data.dicom import dataset as dicom
from alx.data.dicom import headers
from alx.data.files import visible, visible_below
from alx.data.groups import group_by_pattern
from alx.data.masks import masks as picture_masks
from alx.data.partly import with_note_of_bare
from alx.data.pictures import class_folders, pictures, stacks
from alx.data.split import with_test_part
from alx.data.tables import others as other_tables
from alx.data.tables import picture_table
from alx.data.volumes import brats, msd, nifti
from alx.data.volumes.header import check_spacing_from

_KINDS = (
  "a folder with imagesTr and labelsTr, with BraTS cases, with a folder of "
  "pictures per class, with folders images and masks, or with pictures and a "
  "CSV file of image_name, patient_id, target (columns names others), or an "
  ".npz with train_images (MedMNIST), images and labels, or features and labels"
)
VOLUMES = "a folder of volumes"
_FOR = {  # what a setting needs
  "where": "an .npz file",
  "image_size": "a folder of pictures",
  "columns": "a folder of pictures with a table",
  "spacing_from": "a folder of NIfTI volumes",
}


class _Kind(NamedTuple):
  """A kind of data."""

  name: str
  settings: tuple[str, ...]  # that say something about it
  read: Callable


def load(
  path: str | os.PathLike,
  *,
  where: str = "",
  image_size: int = 0,
  columns: str = "",
  spacing_from: str = "pixdim",
  group_pattern: str = "",
  strict: bool = False,
  progress=None,
  keep_unlabelled: bool = False,
) -> Dataset:
  """Reads a data set of any kind that is known.

  Cases that cannot be used are left out, each with a line in `left_out`; what
  else ought to be known is in `notes`.

  Args:
    path: a folder laid out as the Decathlon or nnU-Net v2, one of BraTS
      cases (see `brats`), a folder of pictures (see `class_folders`,
      `picture_masks` and `picture_table`), or an .npz file.
    where: "frame=1" or "frame=1,slice=3" keeps the items of an .npz whose
      arrays of these names have these values.
    image_size: pixels of both sides that pictures are brought to; 0: as they
      are.
    columns: "image_id,lesion_id,dx" are the columns of picture, patient and
      class of a table; "image_id,,dx" where it has no patients.
    spacing_from: "pixdim" or "affine", which voxel size of a NIfTI file to
      believe where they disagree.
    group_pattern: regular expression that matches each id as a whole; its one
      group is the patient, see `group_by_pattern`.
    strict: stop at the first bad case.
    progress: progress(iterable, total=, description=) -> iterable, such as a
      progress bar around the cases.
    keep_unlabelled: items of a segmentation stay that nobody has labelled, in
      the part that may be asked for; not those of DICOM.

  Raises:
    DataError: nothing there, nothing that is known, nothing usable, or a
      setting that says nothing about this kind of data; with `strict` the
      first bad case.
  """
  path = pathlib.Path(path)
  check_spacing_from(spacing_from)
  progress = no_progress if progress is None else progress
  _check_values(image_size, spacing_from)
  given = {"where": where, "image_size": image_size, "columns": columns}
  given["spacing_from"] = "" if spacing_from == "pixdim" else spacing_from
  reading = pictures.Reading(image_size, strict, progress, keep_unlabelled)
  try:
    kind = _kind_of(path, given, reading)
    if kind is None:
      raise bad_input(path, _KINDS, _found(path))
    check_settings(path, kind.name, kind.settings, given)
    dataset = with_note_of_bare(with_test_part(kind.read(), path), path)
  except OSError as error:
    raise bad_input(path, "files that may be read", error) from error
  return group_by_pattern(dataset, group_pattern) if group_pattern else dataset


def _check_values(image_size, spacing_from):
  if image_size < 0:
    wanted = "pixels of both sides, or 0 for pictures as they are"
    raise bad_input("image_size", wanted, image_size)
  if spacing_from not in ("pixdim", "affine"):
    raise bad_input("spacing_from", "pixdim or affine", repr(spacing_from))


def check_settings(
  path: object, kind: str, settings: Collection[str], given: Mapping
) -> None:
  """Raises DataError where a setting says nothing about data of a kind.

  Args:
    path: what the error names.
    kind: what was found there.
    settings: those that say something about it.
    given: settings of `load` by name; "" or 0 is not given.
  """
  for name, value in given.items():
    if value and name not in settings:
      raise bad_input(path, f"{_FOR[name]} to use {name} on", kind)


def _kind_of(path, given, reading) -> _Kind | None:
  how = {"strict": reading.strict, "progress": reading.progress}
  keep = {"keep_unlabelled": reading.keep_unlabelled}
  if path.is_file() and npz.is_npz(path):
    read = partial(npz.load_npz, path, where=given["where"], **how, **keep)
    return _Kind("an .npz file", ("where",), read)
  if not path.is_dir():
    return None
  is_msd = is_cacheable(path)
  for is_kind, module in ((is_msd, msd), (brats.is_folder(path), brats)):
    if is_kind:
      return _of_volumes(module, path, given, how | keep)
  kind = _kind_of_pictures(path, given["columns"], reading)
  if kind is None and dicom.is_folder(path):
    return _of_volumes(dicom, path, given, how)
  return kind


def is_cacheable(path: str | os.PathLike) -> bool:
  """Whether it is a folder of volumes that `cache.load_cached` reads."""
  path = pathlib.Path(path)
  return msd.is_folder(path) and _is_of_volumes(path / "imagesTr")


def _of_volumes(module, path, given, how):
  spacing_from = given["spacing_from"] or "pixdim"
  read = partial(module.load_folder, path, spacing_from=spacing_from, **how)
  return _Kind(VOLUMES, ("spacing_from",), read)


def _kind_of_pictures(path, columns, reading) -> _Kind | None:
  if columns or picture_table.is_folder(path):
    read = partial(picture_table.load_folder, path, reading, columns)
    settings = ("image_size", "columns")
    return _Kind("a folder of pictures with a table", settings, read)
  if picture_masks.is_folder(path):
    read = partial(picture_masks.load_folder, path, reading)
    return _Kind("a folder of pictures with masks", ("image_size",), read)
  files = class_folders.pictures_below(path)
  notes = other_tables.check(path, files) if files else ()
  if not class_folders.is_folder(path):
    return None
  read = partial(class_folders.load_folder, path, reading, notes)
  return _Kind("a folder of pictures", ("image_size",), read)


def _is_of_volumes(folder):
  """Whether nnU-Net's images are volumes, or nothing that is known."""
  files = visible(folder)
  if any(map(nifti.stem, files)):
    return True
  first = next(filter(stacks.is_known, files), None)
  if first is not None and stacks.is_stack(first):
    return True
  return not any(map(pictures.is_picture, files)) and not any(
    map(headers.begins_as_dicom, visible_below(folder))
  )


def _found(path):
  if not path.is_dir():
    return "a file of another kind" if path.exists() else "nothing"
  names = [p.name for p in visible(path)]
  endings = pictures.count_endings(list(visible_below(path)))
  told = f"a folder with {names[:8]}" + (f": {endings}" if endings else "")
  return told if names else "an empty folder"
