"""What the header of a NIfTI file says of voxels and axes."""

import math
from typing import NamedTuple

import numpy as np

from alx.data.volumes import orientation
from alx.data.volumes.orientation import Turn

_MM_PER_UNIT = {1: 1000.0, 3: 0.001}  # NIfTI codes of metre and micrometre


class Volume(NamedTuple):
  """One file, with axes as they are in it."""

  array: np.ndarray  # [x, y], [x, y, z] or [x, y, z, channels]
  spacing_mm: tuple[float, ...] | None  # by pixdim, of the spatial axes
  affine: np.ndarray  # [4, 4] float64, voxel index to mm
  affine_mm: tuple[float, ...] | None = (
    None  # by the sform; None: there is none
  )
  turn: Turn | None = None  # to RAS+; None: neither sform nor qform
  others: str = ""  # letters of the qform, where the sform's are others
  skew: float = 0.0  # degrees that axes are from a right angle, at most
  fraction: str = ""  # the first label that had to be rounded


def mm_per_unit(code: int) -> float:
  """mm of the unit of space that the field xyzt_units names; 1: it does not."""
  return _MM_PER_UNIT.get(int(code) & 7, 1.0)


def placed(volume, raw, axes: int):
  """The volume with what its header says of voxels and axes.

  Args:
    volume: with array, and affine in the unit of the file.
    raw: the header as it is in the file: what makes no sense is not mended.
    axes: in space, 2 or 3.
  """
  unit = mm_per_unit(raw["xyzt_units"])
  by_sform, by_qform = int(raw["sform_code"]) > 0, int(raw["qform_code"]) > 0
  affine = np.diag([unit, unit, unit, 1.0]) @ volume.affine
  columns = affine[:3, :axes]
  lengths = np.linalg.norm(columns, axis=0)
  turn = None
  if by_sform or by_qform:
    turn = orientation.closest(affine, axes)
  others = ""
  if by_sform and by_qform:
    others = _letters_of_qform(raw, axes)
  return volume._replace(
    spacing_mm=_known(
      np.abs(raw["pixdim"][1 : axes + 1], dtype=np.float64) * unit
    ),
    affine=affine,
    affine_mm=_known(lengths) if by_sform else None,
    turn=turn,
    others=others if turn and others != orientation.letters(turn) else "",
    skew=_skew(columns / lengths),
  )


def _known(spacing):
  """As a tuple; None if one is no length."""
  found = tuple(float(mm) for mm in spacing)
  return found if all(math.isfinite(mm) and mm > 0 for mm in found) else None


def _letters_of_qform(raw, axes):
  """Where the axes run by the qform; "" if it makes no sense."""
  try:
    affine = raw.get_qform()
    if np.isfinite(affine).all() and abs(np.linalg.det(affine)) > 0:
      return orientation.letters(orientation.closest(affine, axes))
  except Exception:  # a quaternion that is none
    pass
  return ""


def _skew(directions):
  """Degrees that unit columns are from a right angle, at most."""
  apart = np.abs(directions.T @ directions)
  np.fill_diagonal(apart, 0.0)
  return float(np.degrees(np.arcsin(min(1.0, apart.max()))))
