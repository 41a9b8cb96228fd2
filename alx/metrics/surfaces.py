"""Distances between the surfaces of two masks, on the host in float64."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.ndimage

from alx.metrics import inputs


class SurfaceDistances(NamedTuple):
  """Distances between two surfaces, mm, or voxels where spacing is unknown."""

  assd: float  # mean over both surfaces together, symmetric
  asd_pred_to_ref: float  # mean over the surface of the prediction only
  hd95: float  # larger of the two directed 95th percentiles


def surface_distances(
  pred: np.ndarray,
  truth: np.ndarray,
  spacing_mm: Sequence[float] | None = None,
) -> SurfaceDistances:
  """Distances from each surface voxel to the nearest one of the other mask.

  Surface voxels belong to the mask and have a face neighbour that does not; the
  image ends in background, but not across an axis of extent 1: a flat image
  [1, H, W] has the outlines of [H, W]. `asd_pred_to_ref` is what medpy calls
  `asd`: it does not punish a prediction that misses a part.

  Args:
    pred, truth: [*sp] bool, or 0 and 1.
    spacing_mm: mm between voxels along each axis; None: 1, in voxels.

  Returns:
    Three floats >= 0; NaN if a mask is empty.

  Raises:
    ValueError: for masks of different extents or other values, or a spacing
      that is not one positive number per axis.
  """
  pred, truth = inputs.mask_of("pred", pred), inputs.mask_of("truth", truth)
  inputs.check_shapes(pred, truth, 1, "[*sp]")
  spacing = inputs.spacing_of(spacing_mm, pred.ndim)
  if not (pred.any() and truth.any()):
    return SurfaceDistances(np.nan, np.nan, np.nan)
  # Nothing outside the box of the union is foreground: no surface changes.
  box = scipy.ndimage.find_objects((pred | truth).astype(np.uint8))[0]
  axes = _axes_with_extent(pred.shape)
  surface_pred = _surface(pred[box], axes)
  surface_truth = _surface(truth[box], axes)
  forth = _distance_to(surface_truth, spacing)[surface_pred]
  back = _distance_to(surface_pred, spacing)[surface_truth]
  return SurfaceDistances(
    assd=float((forth.sum() + back.sum()) / (forth.size + back.size)),
    asd_pred_to_ref=float(forth.mean()),
    hd95=float(max(np.percentile(forth, 95), np.percentile(back, 95))),
  )


def surface_metrics(
  pred: np.ndarray,
  truth: np.ndarray,
  num_classes: int,
  spacing_mm: Sequence[float] | None = None,
) -> dict[str, np.ndarray]:
  """`surface_distances` of each foreground class.

  Args:
    pred, truth: [*sp] integer classes 0..C-1.
    num_classes: C >= 2, with the background.
    spacing_mm: mm between voxels along each axis; None: in voxels.

  Returns:
    {"assd", "asd_pred_to_ref", "hd95"}: each [C] float64; NaN for the
    background and for a class that either mask lacks.

  Raises:
    ValueError: for other kinds, shapes or classes, or a wrong spacing.
  """
  inputs.check_num_classes(num_classes)
  pred = inputs.classes("pred", pred, num_classes)
  truth = inputs.classes("truth", truth, num_classes)
  inputs.check_range("pred", pred, num_classes)
  inputs.check_range("truth", truth, num_classes)
  rows = [(np.nan,) * len(SurfaceDistances._fields)]
  for c in range(1, num_classes):
    rows.append(surface_distances(pred == c, truth == c, spacing_mm))
  columns = np.array(rows, np.float64).T
  return dict(zip(SurfaceDistances._fields, columns, strict=True))


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
  return float(np.linalg.norm(lengths[_axes_with_extent(extents)]))


def _axes_with_extent(shape):
  """Axes that are longer than one voxel; all of them if none is."""
  longer = [axis for axis, n in enumerate(shape) if n > 1]
  return longer or list(range(len(shape)))


def _surface(mask, axes):
  """Mask without its erosion by the face neighbours along some axes."""
  padded = np.pad(mask, 1)
  inner = np.ones_like(mask)
  for axis in axes:
    for start in (0, 2):
      at = [slice(1, -1)] * mask.ndim
      at[axis] = slice(start, start + mask.shape[axis])
      inner &= padded[tuple(at)]
  return mask & ~inner


def _distance_to(surface, spacing):
  return scipy.ndimage.distance_transform_edt(~surface, sampling=spacing)
