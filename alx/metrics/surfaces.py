"""Distances between the surfaces of two masks, on the host in float64.

Surface voxels belong to the mask and have a face neighbour that does not; the
image ends in background, but not across an axis of extent 1: a flat image
[1, H, W] has the outlines of [H, W]. Each counts as one, whatever area it
stands for, as in MONAI and MetricsReloaded.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.metrics import inputs, outlines


class SurfaceDistances(NamedTuple):
  """Distances between two surfaces, mm, or voxels where spacing is unknown."""

  assd: float  # mean over both surfaces together, symmetric
  asd_pred_to_ref: float  # mean over the surface of the prediction only
  hd95: float  # larger of the two directed 95th percentiles


class DirectedDistances(NamedTuple):
  """From each surface voxel of one mask to the nearest of the other."""

  forth: np.ndarray  # [P] float64, of the prediction; inf: the truth is empty
  back: np.ndarray  # [T] float64, of the truth; inf: the prediction is empty


def directed_distances(
  pred: np.ndarray,
  truth: np.ndarray,
  spacing_mm: Sequence[float] | None = None,
) -> DirectedDistances:
  """All distances between two surfaces, of which the metrics are made.

  Args:
    pred, truth: [*sp] bool, or 0 and 1.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Raises:
    ValueError: for masks of different extents or other values, or a spacing
      that is not one positive number per axis.
  """
  pred, truth, spacing = inputs.two_masks(pred, truth, spacing_mm)
  return _directed(*outlines.surfaces_of(pred, truth), spacing)


def surface_distances(
  pred: np.ndarray,
  truth: np.ndarray,
  spacing_mm: Sequence[float] | None = None,
) -> SurfaceDistances:
  """Mean and 95th percentile of the distances between two surfaces.

  `asd_pred_to_ref` is what medpy calls `asd`: it does not punish a prediction
  that misses a part.

  Args:
    pred, truth: [*sp] bool, or 0 and 1.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Returns:
    Three floats >= 0; NaN if a mask is empty.

  Raises:
    ValueError: for masks of different extents or other values, or a spacing
      that is not one positive number per axis.
  """
  return _summary(directed_distances(pred, truth, spacing_mm))


def hausdorff_distance(
  pred: np.ndarray,
  truth: np.ndarray,
  spacing_mm: Sequence[float] | None = None,
) -> float:
  """The largest distance from one surface to the other: HD, HD100.

  Args:
    pred, truth: [*sp] bool, or 0 and 1.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Returns:
    >= 0, mm; NaN if a mask is empty.

  Raises:
    ValueError: for masks of different extents or other values, or a spacing
      that is not one positive number per axis.
  """
  return _hausdorff(directed_distances(pred, truth, spacing_mm))


def surface_dice(
  pred: np.ndarray,
  truth: np.ndarray,
  tolerance_mm: float,
  spacing_mm: Sequence[float] | None = None,
) -> float:
  """Normalised surface Dice: share of both surfaces within a tolerance.

  (|forth <= t| + |back <= t|) / (|forth| + |back|) of the distances from each
  surface to the other. Nikolov et al. 2018 (arXiv:1809.04430, eq. 1) weigh
  surface voxels by the area they stand for; here each counts as one, as in
  Metrics Reloaded (Maier-Hein et al. 2024). A distance that is the tolerance
  but for rounding (1e-6 of it) is within.

  Args:
    pred, truth: [*sp] bool, or 0 and 1.
    tolerance_mm: >= 0, what two readers differ by; in voxels where the spacing
      is unknown.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Returns:
    In [0, 1]; 0 if one mask is empty: no point of the other is near it; NaN if
    both are.

  Raises:
    ValueError: for masks of different extents or other values, a spacing that
      is not one positive number per axis, or another tolerance.
  """
  tolerance = inputs.number_of("tolerance_mm", tolerance_mm, 0)
  found = directed_distances(pred, truth, spacing_mm)
  return _share_within(found, tolerance)


def surface_metrics(
  pred: np.ndarray,
  truth: np.ndarray,
  num_classes: int,
  spacing_mm: Sequence[float] | None = None,
  tolerance_mm: float | Sequence[float] | None = None,
) -> dict[str, np.ndarray]:
  """`surface_distances` and `hausdorff_distance` of each foreground class.

  Args:
    pred, truth: [*sp] integer classes 0..C-1.
    num_classes: C >= 2, with the background.
    spacing_mm: mm between voxels along each axis; None: in voxels.
    tolerance_mm: of `surface_dice`, for all classes or [C] for each, of which
      that of the background is not used; None: without it.

  Returns:
    {"assd", "asd_pred_to_ref", "hd95", "hd100"}, each [C] float64; NaN for the
    background and for a class that either mask lacks. Beside them
    "nsd_1_voxel", the `surface_dice` at 1 voxel along every axis whatever the
    spacing, and with a tolerance "nsd": 0 for a class that one mask lacks.

  Raises:
    ValueError: for other kinds, shapes or classes, or a wrong spacing or
      tolerance.
  """
  inputs.check_num_classes(num_classes)
  pred = inputs.classes("pred", pred, num_classes)
  truth = inputs.classes("truth", truth, num_classes)
  inputs.check_range("pred", pred, num_classes)
  inputs.check_range("truth", truth, num_classes)
  tolerances = _tolerances(tolerance_mm, num_classes)
  rows = [
    _row(*inputs.two_masks(pred == c, truth == c, spacing_mm), tolerances[c])
    for c in range(1, num_classes)
  ]
  names = list(rows[0])
  return {n: np.array([np.nan, *(row[n] for row in rows)]) for n in names}


def _row(pred, truth, spacing, tolerance):
  """All numbers of one class; without a tolerance but for "nsd"."""
  surfaces = outlines.surfaces_of(pred, truth)
  found = _directed(*surfaces, spacing)
  row = _summary(found)._asdict() | {
    "hd100": _hausdorff(found),
    "nsd_1_voxel": _share_beside(*surfaces),
  }
  if tolerance is not None:
    row["nsd"] = _share_within(found, tolerance)
  return row


def _tolerances(tolerance_mm, num_classes):
  """One for each class, all None for None."""
  if tolerance_mm is None:
    return [None] * num_classes
  if np.ndim(tolerance_mm) == 0:
    tolerance_mm = [tolerance_mm] * num_classes
  if np.shape(tolerance_mm) != (num_classes,):
    raise ValueError(
      f"tolerance_mm: wanted a number, or {num_classes}, one for each class, "
      f"found {tolerance_mm}"
    )
  of_classes = [
    inputs.number_of("tolerance_mm", t, 0) for t in tolerance_mm[1:]
  ]
  return [None, *of_classes]


def image_diagonal(
  shape: Sequence[int], spacing_mm: Sequence[float] | None = None
) -> float:
  """Length of an image from corner to corner, the distance of what is missed.

  sqrt(sum (extent * mm)^2), as challenges do (BraTS: 373.13 mm for 240 x 240 x
  155). An axis of extent 1 has no length, unless all have.

  Args:
    shape: voxels along each axis.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Raises:
    ValueError: for extents below 1, or a spacing that is not one positive
      number per axis.
  """
  extents = inputs.as_array("shape", shape)
  if extents.ndim != 1 or not extents.size or (extents < 1).any():
    raise ValueError(f"shape: wanted extents of 1 or more, found {shape}")
  lengths = extents * inputs.spacing_of(spacing_mm, len(extents))
  return float(np.linalg.norm(lengths[outlines.axes_with_extent(extents)]))


def _directed(pred, truth, spacing):
  """`DirectedDistances` of two surfaces [*sp] bool."""
  return DirectedDistances(
    outlines.distance_to(truth, spacing)[pred],
    outlines.distance_to(pred, spacing)[truth],
  )


def _summary(found):
  """`SurfaceDistances` of `DirectedDistances`."""
  forth, back = found
  if not (forth.size and back.size):
    return SurfaceDistances(np.nan, np.nan, np.nan)
  return SurfaceDistances(
    assd=float((forth.sum() + back.sum()) / (forth.size + back.size)),
    asd_pred_to_ref=float(forth.mean()),
    hd95=float(max(np.percentile(forth, 95), np.percentile(back, 95))),
  )


def _hausdorff(found):
  forth, back = found
  if not (forth.size and back.size):
    return np.nan
  return float(max(forth.max(), back.max()))


def _share_within(found, tolerance):
  distances = np.concatenate(found)
  near = distances <= tolerance * (1 + inputs.ROUNDING)
  return float(near.mean()) if near.size else np.nan


def _share_beside(pred, truth):
  """Share of two surfaces [*sp] that is, or shares a face with, the other."""
  near = pred & outlines.with_neighbours(truth)
  back = truth & outlines.with_neighbours(pred)
  total = pred.sum() + truth.sum()
  return float((near.sum() + back.sum()) / total) if total else np.nan
