"""All images of a folder or file as a data set that has no label."""

import contextlib
import pathlib
from collections import Counter
from collections.abc import Callable

import numpy as np

from alx.data.arrays import npz
from alx.data.dataset import DataError, Dataset, bad_input, read_each
from alx.data.files import visible_below
from alx.data.pictures import pictures
from alx.data.unlabelled import arrays
from alx.data.unlabelled.case import Cases, Wanted
from alx.data.unlabelled.find import find
from alx.data.unlabelled.layout import channels_of, layout_of
from alx.data.volumes import brats, flat, nifti

TASK = "unlabelled"
_NOTHING = np.zeros(0, np.uint8)
_NOWHERE = pathlib.Path("/nonexistent")  # no folder is passed over


def load_unlabelled(
  path: pathlib.Path,
  where: str = "",
  image_size: int = 0,
  strict: bool = False,
  progress: Callable | None = None,
) -> Dataset:
  """The images in any layout that `alx predict` reads, by their ids.

  Labels are arrays [0]; there are no classes, spacings or split. Patients are
  those that an .npz or DICOM headers tell, else None. Masks that lie beside
  images are passed over, with a note. Pictures have one channel if all are
  gray.

  Args:
    path: a folder or a file.
    where: of an .npz: "frame=1" keeps the items with that value.
    image_size: pixels of both sides that pictures are brought to; 0: as they
      are.
    strict: stop at the first image that cannot be used.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: nothing that is known, not one image that can be used, images of
      several numbers of channels, or a setting that says nothing about them.
  """
  try:
    cases = _cases(path, where, image_size)
  except OSError as error:
    raise bad_input(path, "files that may be read", error) from error
  how = {} if progress is None else {"progress": progress}
  loaded, used, left_out = read_each(cases.cases, cases.read, strict, **how)
  if not loaded:
    raise DataError(left_out[0])
  axes = flat.flat_axes([one.image.shape[:-1] for one in loaded])
  dropped = zip((one.image for one in loaded), axes, strict=True)
  images = [x if axis is None else x.squeeze(axis) for x, axis in dropped]
  patients = tuple(case.patient for case in used)
  return Dataset(
    name=path.stem,
    task=TASK,
    ids=tuple(case.id for case in used),
    images=_alike(images),
    labels=(_NOTHING,) * len(used),
    class_names=(),
    spacing_mm=(None,) * len(used),
    groups=patients if any(patients) else None,
    split=None,
    left_out=tuple(left_out),
    notes=(*cases.notes, *flat.notes_of(path, axes)),
  )


def _cases(path, where, image_size) -> Cases:
  if path.is_file() and npz.is_npz(path):
    _refuse(path, image_size)
    values = arrays.arrays_of(path)["images"]
    axes, channels = layout_of(path, values)
    is_bytes = axes == 2 and values.dtype == np.uint8
    return arrays.find(path, Wanted(axes, channels, is_bytes), where)
  files = list(visible_below(path)) if path.is_dir() else [path]
  like = "the others"
  wanted = Wanted(3, channels_of(path, files), False, like=like)
  found = find(path, wanted, _NOWHERE, where)
  if found.suffix == ".png":
    return _of_pictures(path, files, image_size)
  _refuse(path, image_size)
  if wanted.channels == 1 and nifti.stem(found.cases[0].files[0]):
    axes, channels = _commonest(found.cases)
    if (axes, channels) != (3, 1):
      wanted = wanted._replace(axes=axes, channels=channels)
      found = find(path, wanted, _NOWHERE)
  return _told(path, found)


def _of_pictures(path, files, image_size):
  shown = [file for file in files if pictures.is_picture(file)]
  count = channels_of(path, shown, lambda file: file.stem)
  wanted = Wanted(2, 3, is_bytes=True, image_size=image_size, like="the others")
  if count > 1:
    wanted = wanted._replace(channels=count, is_bytes=False)
  return _told(path, find(path, wanted, _NOWHERE))


def _commonest(cases):
  """(axes, channels) of most files, by their headers."""
  kinds = Counter()
  for case in cases:
    with contextlib.suppress(DataError):
      shape = nifti.shape_of(case.files[0])
      kinds[min(len(shape), 3), shape[3] if len(shape) > 3 else 1] += 1
  return kinds.most_common(1)[0][0] if kinds else (3, 1)


def _told(path, cases):
  """With a line, where files were read as channels by their names."""
  first = cases.cases[0]
  count = len(first.files)
  if count == 1 or brats.is_folder(path):
    return cases
  name = first.files[0].name if first.files[0] else first.id
  line = f"{path}: files such as {name} are read as {count} channels of "
  return cases._replace(
    notes=(*cases.notes, f"{line}{len(cases.cases)} images")
  )


def _refuse(path, image_size):
  if image_size:
    wanted = "a folder of pictures to use image_size on"
    raise bad_input(path, wanted, "another kind")


def _alike(images):
  """One channel of pictures, where all of them are gray."""
  if all(x.dtype == np.uint8 and (x == x[..., :1]).all() for x in images):
    return tuple(x[..., :1] for x in images)
  return tuple(images)
