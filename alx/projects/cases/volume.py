"""One NIfTI image, checked and without what may name a patient."""

import gzip
import pathlib
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.volumes import nifti
from alx.projects.exchange import nifti_header
from alx.projects.exchange.grid import (
  Grid,
  check_affine,
  corner_error,
  snap_mm,
)
from alx.projects.exchange.nrrd import inflate
from alx.projects.exchange.refused import Refused

_MOST = 2**33  # bytes, decompressed
_LEVEL = 1  # of gzip: images shrink little


class Volume(NamedTuple):
  """A file as it is kept."""

  content: bytes  # .nii.gz
  shape: tuple[int, ...]  # three extents
  affine: np.ndarray  # [4, 4]
  channels: int


def read(path: pathlib.Path) -> Volume:
  """An image whose grid is beyond doubt.

  Raises:
    DataError: damaged, no NIfTI, a slice alone, NaN; neither sform nor qform,
      or two that disagree; axes that are not at right angles.
  """
  try:
    return _read(path)
  except Refused as error:
    raise bad_input(path, "an image of a project", error) from error
  except OSError as error:
    raise bad_input(path, "a file that can be read", error.strerror) from error


def _read(path):
  content = path.read_bytes()
  if content.startswith(b"\x1f\x8b"):
    content = inflate(content, _MOST)
  content = nifti_header.scrubbed(content)
  raw = nifti_header.read(content)
  array = nifti.of_bytes(path, content).array
  if array.ndim < 3:
    raise Refused(422, f"a volume was wanted, this is a slice {array.shape}")
  if array.dtype.kind == "f" and not np.isfinite(array).all():
    raise Refused(422, "NaN or infinite voxels")
  affine = _affine(raw)
  channels = array.shape[3] if array.ndim > 3 else 1
  kept = gzip.compress(content, _LEVEL, mtime=0)
  return Volume(kept, array.shape[:3], affine, channels)


def _affine(raw):
  if raw.sform is None and raw.qform is None:
    raise Refused(
      422,
      "neither sform nor qform is set: where the patient's left is is not "
      "known, and viewers differ; set one (nibabel, c3d) and begin again",
    )
  for affine in filter(lambda a: a is not None, (raw.sform, raw.qform)):
    check_affine(affine)
  if raw.sform is not None and raw.qform is not None:
    grid = Grid(raw.shape[:3], raw.sform)
    apart = corner_error(grid.shape, raw.sform, raw.qform)
    if apart > snap_mm(grid):
      raise Refused(
        422, f"sform and qform are {apart:.3g} mm apart: make them one"
      )
  return raw.sform if raw.sform is not None else raw.qform


def check_alike(path: pathlib.Path, part: Volume, first: Volume) -> None:
  """Raises DataError unless two channels are on one grid."""
  wanted = f"the grid of its other channels, {first.shape}"
  if part.shape != first.shape:
    raise bad_input(path, wanted, part.shape)
  apart = corner_error(first.shape, part.affine, first.affine)
  if apart > snap_mm(Grid(first.shape, first.affine)):
    raise bad_input(path, wanted, f"corners {apart:.3g} mm from it")
