"""How well predictions agree with the truth; undefined is NaN, never 0.

Overlaps run under jit, distances and classification on the host in float64.
What is not as described is a ValueError of one line, see `metric_inputs`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.ndimage
import scipy.stats

from alx import metric_inputs as inputs


def overlap_counts(
  pred: jax.Array,
  truth: jax.Array,
  num_classes: int,
  mask: jax.Array | None = None,
) -> jax.Array:
  """Voxels of each class in both, in the prediction and in the truth.

  Counts may be added, over the slices of a volume for example, before the
  Dice is taken of them: by NumPy, which adds in 64 bits.

  Args:
    pred, truth: [B, *sp] integer classes 0..C-1; under jit, where values are
      not known, others count nowhere.
    num_classes: C >= 2.
    mask: [B, *sp] bool, False: the voxel does not exist (padding, or not
      labelled), whatever its class.

  Returns:
    [B, C, 3] int32: intersection, predicted, true.

  Raises:
    ValueError: for other kinds, shapes or classes.
  """
  pred, truth, real = inputs.label_maps(pred, truth, num_classes, mask)
  axes = tuple(range(1, pred.ndim))

  def of_class(c):
    p, t = _is_class(pred, c) & real, _is_class(truth, c) & real
    return jnp.stack([x.sum(axes, dtype=jnp.int32) for x in (p & t, p, t)], -1)

  return jnp.stack([of_class(c) for c in range(num_classes)], 1)


def _is_class(labels, c):
  """Where labels are c, which may be more than their few bits hold."""
  labels = jnp.asarray(labels)
  if labels.dtype != bool and c > jnp.iinfo(labels.dtype).max:
    return jnp.zeros(labels.shape, bool)
  return labels == c


def dice_from_counts(counts: jax.Array) -> jax.Array:
  """Dice 2|A and B| / (|A| + |B|) of each class.

  Args:
    counts: [..., C, 3] as `overlap_counts` gives them, or sums of such.

  Returns:
    [..., C] float32 in [0, 1]; 0 for a class in exactly one of the masks, NaN
    for a class in neither.

  Raises:
    ValueError: for another last axis, or counts that no two masks have.
  """
  counts = jnp.asarray(inputs.overlaps(counts))
  total = counts[..., 1] + counts[..., 2]
  dice = 2.0 * counts[..., 0] / jnp.maximum(total, 1.0)
  return jnp.where(total > 0, dice, jnp.nan)


def mean_foreground(dice: jax.Array) -> tuple[jax.Array, jax.Array]:
  """Mean over the foreground classes for which the value is defined.

  Args:
    dice: [..., C]; class 0 is background, NaN is undefined.

  Returns:
    mean [...] float32, NaN if no class is defined; number of undefined
    foreground classes [...] int32.

  Raises:
    ValueError: without a foreground class.
  """
  dice = inputs.as_array("dice", dice, host=False)
  if dice.ndim < 1 or dice.shape[-1] < 2:
    raise ValueError(f"dice: wanted [..., C], C >= 2, found {dice.shape}")
  values = jnp.asarray(dice)[..., 1:]
  defined = ~jnp.isnan(values)
  count = defined.sum(-1, dtype=jnp.int32)
  mean = jnp.where(defined, values, 0).sum(-1) / jnp.maximum(count, 1)
  return jnp.where(count > 0, mean, jnp.nan), values.shape[-1] - count


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


def accuracy(probs: np.ndarray, truth: np.ndarray) -> float:
  """Share of items whose likeliest class is the true one; NaN for no items.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  probs, truth = inputs.scored(probs, truth)
  hits = probs.argmax(-1) == truth
  return float(hits.mean()) if hits.size else np.nan


def balanced_accuracy(probs: np.ndarray, truth: np.ndarray) -> float:
  """Mean recall over the classes that are present; NaN for no items.

  Args:
    probs: [N, C] any scores, C >= 2; the first of equal ones is taken.
    truth: [N] integer classes 0..C-1.

  Raises:
    ValueError: for other kinds, shapes or classes, or a score that is NaN.
  """
  probs, truth = inputs.scored(probs, truth)
  hits = probs.argmax(-1) == truth
  recalls = [hits[truth == c].mean() for c in np.unique(truth)]
  return float(np.mean(recalls)) if recalls else np.nan


def binary_auc(scores: np.ndarray, positive: np.ndarray) -> float:
  """P(score of a positive > of a negative) + P(equal) / 2, by average ranks.

  Args:
    scores: [N] any scores.
    positive: [N] bool, or 0 and 1.

  Returns:
    In [0, 1]; NaN if only one of the two kinds is there.

  Raises:
    ValueError: for other shapes or values, or a score that is NaN.
  """
  scores = inputs.scores_of("scores", scores)
  positive = inputs.mask_of("positive", positive)
  if scores.ndim != 1 or scores.shape != positive.shape:
    raise ValueError(
      f"wanted scores [N] and positive [N], found shapes {scores.shape} and "
      f"{positive.shape}"
    )
  num_pos, num_neg = int(positive.sum()), int((~positive).sum())
  if num_pos == 0 or num_neg == 0:
    return np.nan
  rank_sum = scipy.stats.rankdata(scores)[positive].sum()
  wins = rank_sum - num_pos * (num_pos + 1) / 2
  return float(wins / (num_pos * num_neg))


def auc(probs: np.ndarray, truth: np.ndarray) -> float:
  """Area under the ROC curve; macro mean of one class against the rest.

  Args:
    probs: [N, C] probabilities, C >= 2; with C = 2 the area is that of class 1.
      Raw scores of a class alone do not rank items, so they are refused.
    truth: [N] integer classes 0..C-1.

  Returns:
    Mean over the classes for which it is defined; NaN if there is none.

  Raises:
    ValueError: for other kinds, shapes, classes, or rows of raw scores.
  """
  values, truth = inputs.scored(probs, truth)
  inputs.check_probabilities(probs)
  classes = [1] if values.shape[1] == 2 else range(values.shape[1])
  areas = [binary_auc(values[:, c], truth == c) for c in classes]
  defined = [area for area in areas if not np.isnan(area)]
  return float(np.mean(defined)) if defined else np.nan
