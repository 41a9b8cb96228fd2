"""One image to predict, and what a trained model wants of it."""

import pathlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from alx.data import intensity
from alx.data.dataset import bad_input
from alx.data.resize import coarse_image


class Wanted(NamedTuple):
  """What images a model was trained on."""

  axes: int  # in space
  channels: int
  is_bytes: bool  # pictures as they are, or normalised by `intensity`
  of_maps: bool = True  # a segmentation: masks may lie beside images
  image_size: int = 0  # pixels of both sides of pictures; 0: as they are
  coarsen: int = 1  # voxels of a side that became one
  spacing_from: str = "pixdim"
  most: tuple[int, ...] = ()  # largest extents, voxels; (): any
  like: str = "the run's images"  # what errors call them


class Case(NamedTuple):
  """One image that was found."""

  id: str
  files: tuple[pathlib.Path, ...]  # one, or one per channel
  row: int | None = None  # in an .npz
  patient: str = ""  # as the file tells it


class Loaded(NamedTuple):
  """One image that was read."""

  image: np.ndarray  # [*sp, channels], as the model takes it
  extent: tuple[int, ...]  # of its maps, before what the model takes was made
  spacing_mm: tuple[float, ...] | None  # of them; None: not known
  # (classes [*extent]) -> a file on the image's own grid; None: it has none
  mask_bytes: Callable | None = None
  # (numbers [*extent], largest possible) -> the same
  map_bytes: Callable | None = None
  # (classes [*extent], names, algorithm, version) -> the mask as DICOM SEG;
  # DataError: it cannot refer to the images
  seg_bytes: Callable | None = None


class Cases(NamedTuple):
  """All images that were found."""

  cases: tuple[Case, ...]  # in order of their ids
  read: Callable  # Case -> Loaded; DataError if it cannot be used
  suffix: str  # of the files of maps
  notes: tuple[str, ...] = ()  # a line for what is passed over


def as_trained(image: np.ndarray, wanted: Wanted, file: object) -> np.ndarray:
  """An image as the model takes it.

  Args:
    image: [*sp, channels], values as in the file.
    wanted: of the model.
    file: what the error names.

  Raises:
    DataError: axes, channels, values or extents that the model was not
      trained on.
  """
  axes, channels = image.ndim - 1, image.shape[-1]
  if axes != wanted.axes:
    found = f"{axes} of extents {image.shape[:-1]}"
    told = f"{wanted.axes} axes in space, as {wanted.like} have"
    raise bad_input(file, told, found)
  if channels != wanted.channels:
    told = f"{wanted.channels} channels, as {wanted.like} have"
    raise bad_input(file, told, channels)
  if wanted.is_bytes and image.dtype != np.uint8:
    told = "values of 8 bits, as the run's pictures had"
    raise bad_input(file, told, image.dtype)
  if not wanted.is_bytes:
    image = intensity.normalise(image)
  image = coarse_image(image, wanted.coarsen) if wanted.coarsen > 1 else image
  extents = image.shape[:-1]
  if wanted.most and any(
    n > m for n, m in zip(extents, wanted.most, strict=True)
  ):
    most = "x".join(map(str, wanted.most))
    found = "x".join(map(str, extents))
    raise bad_input(
      file, f"images up to {most}, as the run's", f"{found} (resize them)"
    )
  return image


def by_id(cases: list[Case], path: object) -> tuple[Case, ...]:
  """The cases in order of their ids.

  Raises:
    DataError: two of one id.
  """
  known = {}
  for case in cases:
    other = known.setdefault(case.id, case)
    if other is not case:
      names = f"{other.files[0]} and {case.files[0]}"
      raise bad_input(path, "another name for each image", names)
  return tuple(known[name] for name in sorted(known))
