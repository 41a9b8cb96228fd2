"""Numbers that cannot be known are NaN, not 0, 1 or a warning."""

import itertools

import numpy as np
import pytest

import alx
from alx import metrics

NOTHING, SOME = np.zeros((2, 3, 4), bool)
SOME[1, 1:3] = True


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_agreement_about_one_class(weights):
  """scikit-learn/scikit-learn#9624 and #14256."""
  ones = np.ones(5, int)
  assert np.isnan(metrics.cohen_kappa(ones, ones, 3, weights))


def test_agreement_where_a_reader_knows_fewer_classes():
  """EducationalTestingService/skll#24: a matrix that was not square."""
  first, second = [1, 2, 3, 3, 2, 1], [1, 1, 1, 2, 2, 2]
  found = metrics.cohen_kappa(first, second, 4)
  # 2 of 6 agree; by chance 2/6 * 3/6 twice.
  assert found == pytest.approx((1 / 3 - 1 / 3) / (1 - 1 / 3))


def test_precision_of_no_positives_and_of_positives_alone():
  """scikit-learn/scikit-learn#8245 and #30147: 0, and 1 for low scores."""
  scores = [0.1, 0.3, 0.1, 0.2, 0.1]
  for positive in (np.zeros(5, bool), np.ones(5, bool)):
    assert np.isnan(metrics.binary_average_precision(scores, positive))


def test_a_class_that_is_never_predicted_has_no_precision():
  """cheind/py-motmetrics#109: its sensitivity is 0, its precision unknown."""
  probs = np.array([[0.9, 0.1], [0.8, 0.2]])
  np.testing.assert_array_equal(metrics.precision(probs, [0, 1]), [0.5, np.nan])
  np.testing.assert_array_equal(metrics.sensitivity(probs, [0, 1]), [1.0, 0.0])


def test_a_class_in_neither_mask():
  """Project-MONAI/MONAI#7504 and #4160: NaN, or what was asked for."""
  maps = np.array([[0, 1, 1, 0]])
  counts = metrics.overlap_counts(maps, np.array([[0, 1, 3, 0]]), 4)
  for measure in (metrics.dice_from_counts, metrics.jaccard_from_counts):
    assert np.isnan(measure(counts)[0]).tolist() == [False, False, True, False]
    assert measure(counts)[0, 3] == 0.0  # in the truth alone
    assert measure(counts, empty=1.0)[0, 2] == 1.0


@pytest.mark.parametrize(
  ("pred", "truth"), [*itertools.product((NOTHING, SOME), repeat=2)]
)
@pytest.mark.parametrize("shape", ["as it is", "flat", "one voxel thick"])
def test_surfaces_of_empty_masks(pred, truth, shape):
  if shape == "flat":
    pred, truth = pred[None], truth[None]
  elif shape == "one voxel thick":
    pred, truth = pred[:, 1:2], truth[:, 1:2]
  hausdorff = metrics.hausdorff_distance(pred, truth)
  share = metrics.surface_dice(pred, truth, 1.0)
  if pred.any() and truth.any():
    assert (hausdorff, share) == (0.0, 1.0)
    return
  assert np.isnan(hausdorff)
  np.testing.assert_array_equal(share, 0.0 if (pred | truth).any() else np.nan)


def test_images_without_a_voxel_have_no_surface():
  none = np.zeros((0, 3), bool)
  assert np.isnan(metrics.hausdorff_distance(none, none))
  assert np.isnan(metrics.surface_distances(none, none)).all()
  assert np.isnan(metrics.surface_dice(none, none, 1.0))
  assert metrics.lesion_counts(none, none) == (0, 0, 0)
  assert not metrics.near_foreground(none, none, 1.0).any()


def test_a_scan_of_thick_slices_is_in_mm():
  """InsightSoftwareConsortium/ITK#5577, Project-MONAI/MONAI#6137."""
  pred, truth = np.zeros((2, 6, 6, 6), bool)
  pred[2, 2, 2] = truth[4, 2, 2] = True  # 2 slices of 5 mm
  spacing = (5.0, 0.5, 0.5)
  assert metrics.hausdorff_distance(pred, truth, spacing) == 10.0
  assert metrics.surface_dice(pred, truth, 9.9, spacing) == 0.0
  assert metrics.surface_dice(pred, truth, 10.0, spacing) == 1.0
  swapped = metrics.hausdorff_distance(pred.T, truth.T, spacing)
  assert swapped == 1.0  # along the last axis


HALVES = np.full((3, 2), 0.5)
HIDDEN = np.ma.masked_array([0, 1, 1], [False, True, False])
WITH_MASKS = {
  "ece": lambda: metrics.ece(HALVES, HIDDEN),
  "brier": lambda: metrics.brier_score(
    np.ma.masked_equal(HALVES, 0.5), [0] * 3
  ),
  "kappa": lambda: metrics.cohen_kappa(HIDDEN, [0, 1, 1], 2),
  "sensitivity": lambda: metrics.sensitivity(HALVES, HIDDEN),
  "average precision": lambda: metrics.average_precision(HALVES, HIDDEN),
  "surface dice": lambda: metrics.surface_dice(HIDDEN, HIDDEN, 1.0),
  "lesions": lambda: metrics.lesion_counts(HIDDEN, HIDDEN),
  "detection": lambda: metrics.lesion_detection(HIDDEN[None]),
  "volume": lambda: metrics.volume_error(HIDDEN[None]),
  "near": lambda: metrics.near_foreground(HIDDEN, HIDDEN, 1.0),
  "truth": lambda: metrics.fit_temperature([HIDDEN], logits=[HALVES]),
  "logits": lambda: metrics.scale_by_temperature(2.0, logits=HIDDEN[None]),
  "mix": lambda: metrics.class_mix(HIDDEN, 2),
  "picks": lambda: metrics.pick_overlap(HIDDEN[:2], [3]),
  "cover": lambda: metrics.cover_radius(HALVES, HIDDEN),
  "pairs": lambda: metrics.near_pairs(HIDDEN[:, None], 1.0),
  "cases": lambda: metrics.over_cases(HIDDEN),
}


@pytest.mark.parametrize("call", WITH_MASKS.values(), ids=WITH_MASKS.keys())
def test_a_mask_of_entries_is_not_dropped(call):
  with pytest.raises(ValueError, match="wanted a plain array, found a masked"):
    call()


def test_numbers_are_there_without_an_import_of_their_own():
  assert alx.metrics is metrics
  assert "metrics" in dir(alx)


def test_numbers_warn_of_nothing():
  """Warnings are errors here: division by 0 and means of nothing."""
  none = np.zeros((0, 3)), np.zeros(0, int)
  for name in metrics.__all__:
    measure = getattr(metrics, name)
    if name in ("nan_mean", "over_cases") or not callable(measure):
      continue
    try:
      measure(*none)
    except (TypeError, ValueError) as error:
      assert "\n" not in str(error), name
