"""Scores of items that are partly labelled."""

import jax.numpy as jnp
import numpy as np
import pytest

from alx import metrics
from alx.label_maps import UNLABELLED
from alx.training import evaluation
from alx.training.evaluation import Masks

NAMES = ("background", "a")
PRED = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], np.uint8)
# Only the first row is known: 1 of 2 predicted voxels is right, none missed.
TRUTH = np.array([[1, 0, 0, 0], [UNLABELLED] * 4], np.uint8)


def summary(preds, truths):
  known = [y != UNLABELLED for y in truths]
  counts = [
    metrics.overlap_counts(p[None], y[None], 2, k[None])[0]
    for p, y, k in zip(preds, truths, known, strict=True)
  ]
  masks = Masks(np.stack(preds), jnp.stack(counts))
  count = len(truths)
  cases = [f"case{i}" for i in range(count)]
  return evaluation.segmentation_metrics(
    masks, truths, NAMES, [None] * count, cases
  )


def test_the_labelled_voxels_are_scored():
  found = summary([PRED], [TRUTH])
  assert found["dice"] == pytest.approx(2 / 3)
  assert found["partly_labelled"] == 1


def test_there_are_no_distances_where_nobody_knows_the_surface():
  found = summary([PRED], [TRUTH])
  for name in ("assd", "hd95", "hd100", "nsd_1_voxel", "hd95_penalised"):
    assert np.isnan(found[name]), name
  assert found["undefined_surface"] == 1


def test_means_of_distances_are_over_whole_items():
  whole = np.where(TRUTH == UNLABELLED, 0, TRUTH).astype(np.uint8)
  both, alone = summary([PRED, PRED], [TRUTH, whole]), summary([PRED], [whole])
  assert "partly_labelled" not in alone
  for name in ("assd", "hd95", "hd100", "nsd_1_voxel", "hd95_penalised"):
    assert both[name] == alone[name], name


def test_surface_metrics_refuse_what_is_no_class():
  with pytest.raises(
    ValueError, match=r"classes 0\.\.1, found 255 \(unlabelled"
  ):
    metrics.surface_metrics(PRED, TRUTH, 2)
  with pytest.raises(ValueError, match=r"classes 0\.\.1, found 255"):
    metrics.overlap_counts(PRED[None], TRUTH[None], 2)
