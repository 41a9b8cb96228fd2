"""Lesions that meet several others, and cases without any."""

import numpy as np
import pytest

from alx import metrics


def discs(*columns, size=3, width=40):
  """Squares in a row, from these columns on."""
  mask = np.zeros((8, width), bool)
  for column in columns:
    mask[2 : 2 + size, column : column + size] = True
  return mask


def test_one_blob_over_two_lesions_is_one_find():
  """Project-MONAI/MetricsReloaded#48, rachitsaluja/BraTS-2023-Metrics#11."""
  truth = discs(2, 6)
  blob = truth.copy()
  blob[3, 2:9] = True
  counts = metrics.lesion_counts(blob, truth, min_iou=0)
  assert counts == (1, 1, 2)
  assert metrics.lesion_detection([counts]).sensitivity == 0.5


def test_pieces_of_a_lesion_are_one_find_and_false_positives():
  truth = np.zeros((8, 12), bool)
  truth[2:5, 1:11] = True
  pieces = truth.copy()
  pieces[:, [4, 8]] = False
  counts = metrics.lesion_counts(pieces, truth, min_iou=0)
  assert counts == (1, 3, 1)
  found = metrics.lesion_detection([counts])
  assert (found.sensitivity, found.false_positives_per_case) == (1.0, 2.0)


def test_no_share_is_above_1_or_below_0():
  """xmed-lab/TriALS#10 counted a negative number of finds."""
  rng = np.random.default_rng(0)
  for _ in range(20):
    pred, truth = rng.random((2, 12, 12)) < 0.3
    counts = metrics.lesion_counts(pred, truth, min_iou=0)
    found = metrics.lesion_detection([counts])
    assert all(0 <= share <= 1 for share in found[:3])
    back = metrics.lesion_counts(truth, pred, min_iou=0)
    assert back == (counts.matched, counts.true, counts.predicted)


def test_healthy_cases_count_for_false_positives_alone():
  """DIAGNijmegen/picai_eval#16."""
  sick = metrics.lesion_counts(discs(2, 20), discs(2))
  well = metrics.lesion_counts(discs(), discs())
  alone = metrics.lesion_detection([sick])
  found = metrics.lesion_detection([sick, well, well, well])
  assert found[:3] == alone[:3]
  assert alone.false_positives_per_case == 1.0
  assert found.false_positives_per_case == 0.25


def test_a_dice_of_a_tenth_as_the_criterion():
  """As IoU it is D / (2 - D)."""
  a, b = discs(2, size=3), discs(4, size=3)  # share 3 of 9 and 9 voxels
  dice = 2 * 3 / 18
  at = dice / (2 - dice)
  assert metrics.lesion_counts(a, b, min_iou=at - 1e-9).matched == 1
  assert metrics.lesion_counts(a, b, min_iou=at + 1e-9).matched == 0


@pytest.mark.parametrize("kind", [np.uint8, np.int64, float, bool])
@pytest.mark.parametrize("order", ["C", "F"])
def test_kinds_of_masks_change_nothing(kind, order):
  pred = np.asarray(discs(2, 9).astype(kind), order=order)
  assert metrics.lesion_counts(pred, discs(3, 20)) == (1, 2, 2)


def test_a_flat_volume_has_the_lesions_of_its_slice():
  pred, truth = discs(2, 9), discs(3, 20)
  wanted = metrics.lesion_counts(pred, truth)
  assert metrics.lesion_counts(pred[None], truth[None]) == wanted
  assert metrics.lesion_counts(pred[..., None], truth[..., None]) == wanted
