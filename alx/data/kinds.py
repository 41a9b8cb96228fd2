"""Recognises from the content what a path holds, and reads it."""

import os
import pathlib

from alx.data import brats, class_folders, msd, npz, picture_table, pictures
from alx.data.dataset import Dataset, bad_input, no_progress

_KINDS = (
  "a folder with imagesTr and labelsTr, with BraTS cases, with a folder of "
  "pictures per class, or with pictures and a CSV file of image_name, "
  "patient_id, target, or an .npz with train_images (MedMNIST), images and "
  "labels, or features and labels"
)


def load(
  path: str | os.PathLike,
  *,
  where: str = "",
  image_size: int = 0,
  spacing_from: str = "pixdim",
  strict: bool = False,
  progress=None,
) -> Dataset:
  """Reads a data set of any kind that is known.

  Cases that cannot be used are left out, each with a line in `left_out`.

  Args:
    path: a folder laid out as the Decathlon or nnU-Net v2, one of BraTS
      cases (see `brats`), a folder of pictures (see `class_folders` and
      `picture_table`), or an .npz file.
    where: "frame=1" or "frame=1,slice=3" keeps the items of an .npz whose
      arrays of these names have these values.
    image_size: pixels of both sides that pictures are brought to; 0: as they
      are.
    spacing_from: "pixdim" or "affine", which voxel size of a NIfTI file to
      believe where they disagree.
    strict: stop at the first bad case.
    progress: progress(iterable, total=, description=) -> iterable, such as a
      progress bar around the cases.

  Raises:
    DataError: nothing there, nothing that is known, nothing usable; with
      `strict` the first bad case.
  """
  path = pathlib.Path(path)
  progress = no_progress if progress is None else progress
  try:
    if path.is_dir() and where:
      raise bad_input(path, "an .npz file to use where on", "a folder")
    volumes = {
      "strict": strict,
      "spacing_from": spacing_from,
      "progress": progress,
    }
    if path.is_dir() and msd.is_folder(path):
      return msd.load_folder(path, **volumes)
    for kind in (picture_table, class_folders):
      if path.is_dir() and kind.is_folder(path):
        _check_spacing(path, spacing_from)
        reading = pictures.Reading(image_size, strict, progress)
        return kind.load_folder(path, reading)
    if path.is_dir() and brats.is_folder(path):
      return brats.load_folder(path, **volumes)
    _check_spacing(path, spacing_from)
    if path.is_file() and npz.is_npz(path):
      return npz.load_npz(path, where=where, strict=strict, progress=progress)
    found = _found(path)
  except OSError as error:
    raise bad_input(path, "files that may be read", error) from error
  raise bad_input(path, _KINDS, found)


def _check_spacing(path, spacing_from):
  if spacing_from != "pixdim" and path.exists():
    wanted = "a folder of NIfTI volumes to use spacing_from on"
    raise bad_input(path, wanted, "a folder or file of another kind")


def _found(path):
  if path.is_dir():
    names = sorted(p.name for p in path.iterdir())
    return f"a folder with {names[:8]}" if names else "an empty folder"
  return "a file of another kind" if path.exists() else "nothing"
