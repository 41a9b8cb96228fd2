"""How much is missing or too much of a structure, on the host in float64."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.metrics import inputs


class VolumeError(NamedTuple):
  """Predicted minus true volume of each class; too little is below 0."""

  ml: np.ndarray  # [..., C] float64; NaN where the voxel is not known
  absolute_ml: np.ndarray  # [..., C] float64 >= 0
  relative: np.ndarray  # [..., C] float64, of the true volume; NaN without one
  absolute_relative: np.ndarray  # [..., C] float64 >= 0


def voxel_ml(spacing_mm: Sequence[float] | None) -> float:
  """Volume of a voxel, ml; NaN where the spacing is not known.

  Args:
    spacing_mm: mm along 3 axes: slices of unknown thickness have no volume.

  Raises:
    ValueError: for what is not 3 positive numbers.
  """
  if spacing_mm is None:
    return np.nan
  return float(np.prod(inputs.spacing_of(spacing_mm, 3)) / 1000)


def volume_error(
  counts: np.ndarray, spacing_mm: Sequence[float] | None = None
) -> VolumeError:
  """Predicted minus true volume, in ml and as a share of the true one.

  A class in neither mask has an error of 0 ml and no relative one, a missed
  one a relative error of -1, an invented one none: it has no limit.

  Args:
    counts: [..., C, 3] voxels, as `overlap_counts` gives them, or sums of such.
    spacing_mm: mm along the 3 axes of all of them; None: only as a share.

  Raises:
    ValueError: for another last axis, counts that no two masks have, or what
      is no spacing of 3 axes.
  """
  inputs.overlaps(counts)
  counts = inputs.as_array("counts", counts).astype(np.float64)
  predicted, true = counts[..., 1], counts[..., 2]
  ml = (predicted - true) * voxel_ml(spacing_mm)
  share = (predicted - true) / np.where(true > 0, true, np.nan)
  return VolumeError(ml, abs(ml), share, abs(share))
