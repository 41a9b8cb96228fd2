"""How good a model is on held-out items."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import metrics
from alx.data.patches import Images
from alx.learner import Learner
from alx.stream import map_blocks


class Masks(NamedTuple):
  """Predicted segmentations of V items."""

  classes: jax.Array  # [V, *sp] uint8, the likeliest class
  counts: jax.Array  # [V, C, 3] int32, see `metrics.overlap_counts`


def make_predict_masks(
  learner: Learner, num_classes: int, block: int
) -> Callable:
  """Compiled (params, Images, labels [V, *sp]) -> `Masks`, without dropout."""

  @jax.jit
  def predict_masks(params, images: Images, labels):
    def of_block(images, items):
      found = learner.predict(jax.random.key(0), params, images, items, 0)
      classes = found.probs[0].argmax(-1).astype(jnp.uint8)
      counts = metrics.overlap_counts(
        classes, labels[items], num_classes, found.mask
      )
      return Masks(classes, counts)

    return map_blocks(of_block, images, block)

  return predict_masks


def make_predict_probs(learner: Learner, block: int) -> Callable:
  """Compiled (params, Images) -> probabilities [V, C], without dropout."""

  @jax.jit
  def predict_probs(params, images: Images):
    def of_block(images, items):
      found = learner.predict(jax.random.key(0), params, images, items, 0)
      return found.probs[0]

    return map_blocks(of_block, images, block)

  return predict_probs


def segmentation_metrics(
  masks: Masks,
  truth: Sequence[np.ndarray],
  class_names: Sequence[str],
  spacings: Sequence[tuple[float, ...] | None],
  cases: Sequence[str],
) -> dict[str, float]:
  """Dice and surface distances: per case, then means over cases.

  Args:
    masks: of V items.
    truth: V label maps, of the items' own extents.
    class_names: C names, background first.
    spacings: of the items, mm, or None: distances in voxels.
    cases: V names. Items of one name (slices of a patient) are one case: their
      voxel counts are added before the Dice, their distances are averaged.

  Returns:
    `dice` (mean foreground), `dice_NAME` per class, `assd`, `asd_pred_to_ref`,
    `hd95`, how many of (case, class) were undefined, and `test_cases`; where
    cases have several items also `undefined_surface_items`, how many of (item,
    class) were left out of the mean of their case.
  """
  order, members = _members(cases)
  dice = _dice_of_cases(masks, members)
  classes = np.asarray(masks.classes)
  surfaces = [
    metrics.surface_metrics(
      a[tuple(slice(n) for n in b.shape)], b, len(class_names), spacing
    )
    for a, b, spacing in zip(classes, truth, spacings, strict=True)
  ]
  return (
    _dice_summary(dice, class_names)
    | _surface_summary(surfaces, members)
    | {"test_cases": len(order)}
  )


def case_dice(
  masks: Masks, cases: Sequence[str]
) -> tuple[list[str], np.ndarray]:
  """Names of the cases, and the Dice [cases, C] of each; NaN: undefined.

  Args:
    masks: of V items.
    cases: V names, as in `segmentation_metrics`.
  """
  order, members = _members(cases)
  return order, _dice_of_cases(masks, members)


def _members(cases):
  """The names in order, and which items are of each."""
  order = list(dict.fromkeys(cases))
  return order, [
    np.flatnonzero([case == wanted for case in cases]) for wanted in order
  ]


def _dice_of_cases(masks, members):
  """[cases, C]."""
  counts = np.asarray(masks.counts)
  return np.stack([metrics.dice_from_counts(counts[m].sum(0)) for m in members])


def _dice_summary(dice, class_names):
  """From [cases, C]."""
  mean, undefined = metrics.mean_foreground(dice)
  summary = {"dice": nan_mean(np.asarray(mean))}
  for name, column in zip(class_names[1:], dice.T[1:], strict=True):
    summary[f"dice_{name}"] = nan_mean(column)
  return summary | {"undefined_dice": int(np.sum(undefined))}


def _surface_summary(surfaces, members):
  """From one dict of [C] arrays per item."""
  summary, undefined = {}, {}
  for name in surfaces[0]:
    items = np.stack([s[name][1:] for s in surfaces])
    cases = np.stack([nan_mean(items[m], axis=0) for m in members])
    summary[name] = nan_mean(nan_mean(cases, axis=1))
    undefined = {"undefined_surface": int(np.isnan(cases).sum())}
    if len(items) > len(cases):
      undefined["undefined_surface_items"] = int(np.isnan(items).sum())
  return summary | undefined


def nan_mean(values: np.ndarray, axis: int | None = None):
  """Mean without the NaNs; NaN, without a warning, where nothing is left."""
  values = np.asarray(values, np.float64)
  count = (~np.isnan(values)).sum(axis)
  total = np.nansum(values, axis=axis)
  mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
  return float(mean) if axis is None else mean


def classification_metrics(
  probs: np.ndarray, truth: np.ndarray
) -> dict[str, float]:
  """AUC, accuracy and balanced accuracy of probs [V, C], truth [V]."""
  return {
    "auc": float(metrics.auc(probs, truth)),
    "accuracy": float(metrics.accuracy(probs, truth)),
    "balanced_accuracy": float(metrics.balanced_accuracy(probs, truth)),
    "test_cases": len(truth),
  }
