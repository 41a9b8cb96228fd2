"""Pictures without labels, and maps of them as pictures."""

import io
import pathlib
import re
from functools import partial

import numpy as np
from PIL import ExifTags, Image

from alx.data.dataset import bad_input
from alx.data.masks import channels
from alx.data.masks.files import is_mask
from alx.data.masks.folders import find_pairs, masks_among
from alx.data.masks.names import folder_of
from alx.data.masks.turned import as_in_file
from alx.data.pictures import pictures
from alx.data.unlabelled.case import (
  Case,
  Cases,
  Loaded,
  Wanted,
  as_trained,
  by_id,
)

_WHITE = 65535


def find(files: list[pathlib.Path], path: pathlib.Path, wanted: Wanted):
  """The pictures of a folder, or one, as `Cases`; None: there are none.

  Of folders of images and masks the images; else all at any depth but those
  that are called masks.

  Args:
    files: all below the folder.
    path: the folder or file.
    wanted: of the model.

  Raises:
    DataError: two pictures of one name.
  """
  found = [file for file in files if pictures.is_picture(file)]
  if wanted.of_maps:
    found = found or [file for file in files if is_mask(file)]
  if not found:
    return None
  notes = ()
  if wanted.of_maps:
    found, notes = _images_of(found, path)
  cases = [Case(n, (f,)) for n, f in zip(_ids(found, path), found, strict=True)]
  stacks = wanted.channels > 1 and not wanted.is_bytes
  grouped = _of_channels(cases, wanted.channels) if stacks else None
  read = partial(_read, wanted=wanted, stacked=grouped is not None)
  return Cases(by_id(grouped or cases, path), read, ".png", notes)


def _images_of(files, path):
  """(images, notes) without the masks that lie beside them."""
  if path.is_file():
    return files, ()
  masks = {file for pair in find_pairs(path)[0] for file in pair.masks}
  for folder in {file.parent for file in files}:
    masks |= set(masks_among([f for f in files if f.parent == folder]))
    if folder_of(folder.relative_to(path).parts).role == "mask":
      masks |= {f for f in files if f.parent == folder}
  images = [file for file in files if file not in masks]
  masks = sorted(masks & set(files))
  if not masks or not images:
    return files, ()
  line = f"{path}: {len(masks)} masks passed over, such as {masks[0].name}"
  return images, (line,)


def _ids(files, path):
  """Names of the files; with the folders in front where two are the same."""
  stems = [file.stem for file in files]
  if len(set(stems)) == len(stems):
    return stems
  return [
    "_".join((*file.parent.relative_to(path).parts, file.stem))
    for file in files
  ]


def _of_channels(cases, count):
  """Cases of the files CASE_0000, CASE_0001 ... if all are called so.

  None where they are not, or where one would have more than `count` of them:
  these are pictures with numbers.
  """
  found = {}
  if not all(re.search(r"_\d{4}$", case.id) for case in cases):
    return None
  for case in sorted(cases):
    name = re.sub(r"_\d{4}$", "", case.id)
    found.setdefault(name, []).extend(case.files)
  if max(map(len, found.values())) > count:
    return None
  if not any(case.id.endswith("_0000") for case in cases):
    return None
  return [Case(name, tuple(files)) for name, files in found.items()]


def _check_channels(case, wanted):
  """Raises DataError unless each channel of the model has its file."""
  numbers = [f"_{n:04d}" for n in range(wanted.channels)]
  if [file.stem[-5:] for file in case.files] != numbers:
    told = f"a file for each channel, {case.id}_0000 to {case.id}{numbers[-1]}"
    names = [file.name for file in case.files]
    raise bad_input(case.files[0], told, names)


def _read(case, wanted, stacked) -> Loaded:
  file = case.files[0]
  if stacked:
    _check_channels(case, wanted)
    found = channels.stacked(case.files, wanted.image_size)
    image = found.pixels
  else:
    deep = not wanted.is_bytes
    found = pictures.read_sized(file, wanted.image_size, deep=deep)
    image = _channels(found.pixels, wanted.channels, file)

  def in_file(array):
    return as_in_file(array, found.orientation)

  return Loaded(
    as_trained(image, wanted, file),
    tuple(found.extent),
    None,
    lambda classes: encode(in_file(classes), found.orientation),
    lambda numbers, top: encode(
      of_sixteen_bits(in_file(numbers), top), found.orientation
    ),
  )


def _channels(pixels, count, file):
  """One channel of a gray picture, for a model of one."""
  if count != 1:
    return pixels
  if (pixels != pixels[..., :1]).any():
    raise bad_input(file, "gray, as the run's images are", "colours")
  return pixels[..., :1]


def encode(array: np.ndarray, orientation: int = 1) -> bytes:
  """A gray PNG of uint8 or uint16 [H, W] as in the file, with its tag."""
  content, exif = io.BytesIO(), Image.Exif()
  if orientation != 1:
    exif[ExifTags.Base.Orientation] = orientation
  image = Image.fromarray(np.ascontiguousarray(array))
  image.save(content, "PNG", exif=exif if orientation != 1 else None)
  return content.getvalue()


def of_sixteen_bits(numbers: np.ndarray, top: float) -> np.ndarray:
  """Numbers in [0, top] as uint16, top white."""
  share = np.clip(np.asarray(numbers, np.float64) / top, 0, 1)
  return np.rint(share * _WHITE).astype(np.uint16)
