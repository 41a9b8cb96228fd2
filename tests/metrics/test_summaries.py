import numpy as np
import pytest

from alx import metrics
from alx.metrics import summaries

NAN = np.nan
TRUTH = np.array([0, 0, 1, 1, 1])
PROBS = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9], [0.6, 0.4]])


# Means.


def test_over_cases_by_hand():
  values = [[1.0, NAN, NAN], [2.0, NAN, 5.0], [6.0, NAN, NAN]]
  found = metrics.over_cases(values)
  np.testing.assert_array_equal(found.mean, [3.0, NAN, 5.0])
  np.testing.assert_allclose(found.sd, [np.std([1, 2, 6], ddof=1), NAN, NAN])
  assert found.used.tolist() == [3, 0, 1]
  assert found.undefined.tolist() == [0, 3, 2]
  assert metrics.nan_mean(found.mean) == 4.0


def test_an_infinite_mean_has_no_spread():
  for values in ([[np.inf], [np.inf]], [[np.inf], [1.0], [2.0]]):
    found = metrics.over_cases(values)
    assert np.isinf(found.mean[0]) and np.isnan(found.sd[0])
  opposite = metrics.over_cases([np.inf, -np.inf])  # without a warning
  assert np.isnan(opposite.mean) and np.isnan(opposite.sd)


def test_over_cases_of_one_number_each():
  found = metrics.over_cases([0.5, NAN, 1.0])
  assert (found.mean, found.used, found.undefined) == (0.75, 2, 1)
  none = metrics.over_cases(np.zeros((0, 2)))
  assert np.isnan(none.mean).all() and none.used.tolist() == [0, 0]
  found = metrics.over_cases([np.inf, 1.0])
  assert found.mean == np.inf and not np.isfinite(found.sd)
  with pytest.raises(ValueError, match=r"wanted \[cases, ...\], found one num"):
    metrics.over_cases(1.0)


# Classes.


def _pairs_in_order(c):
  """Share of (positive, negative) in which the positive is ranked higher."""
  scores, positive = np.asarray(PROBS)[:, c], np.asarray(TRUTH) == c
  apart = scores[positive][:, None] - scores[~positive]
  return np.mean((apart > 0) + (apart == 0) / 2)


def test_numbers_of_a_classification():
  precisions = metrics.average_precision(PROBS, TRUTH)
  found = summaries.class_summary(PROBS, TRUTH, ("sick", "well"))
  assert found == pytest.approx(
    {
      "macro_f1": (1 / 2 + 2 / 3) / 2,
      "kappa": metrics.cohen_kappa([0, 1, 1, 1, 0], TRUTH, 2),
      "average_precision": metrics.average_precision(PROBS, TRUTH).mean(),
      "ece": metrics.ece(PROBS, TRUTH),
      "brier": metrics.brier_score(PROBS, TRUTH),
      "sensitivity_sick": 1 / 2,
      "sensitivity_well": 2 / 3,
      "specificity_sick": 2 / 3,
      "specificity_well": 1 / 2,
      "precision_sick": 1 / 2,
      "precision_well": 2 / 3,
      "f1_sick": 1 / 2,
      "f1_well": 2 / 3,
      "auc_sick": _pairs_in_order(0),
      "auc_well": _pairs_in_order(1),
      "average_precision_sick": precisions[0],
      "average_precision_well": precisions[1],
    }
  )
  assert all(type(value) is float for value in found.values())


def test_without_names_there_are_none_of_each_class():
  found = summaries.class_summary(PROBS, TRUTH)
  assert list(found) == [
    *("macro_f1", "kappa", "average_precision", "ece", "brier")
  ]


@pytest.mark.parametrize("names", [("a",), ("a", "a"), ("a", "b", "c")])
def test_names_are_one_for_each_class(names):
  with pytest.raises(ValueError, match="class_names: wanted 2 different names"):
    summaries.class_summary(PROBS, TRUTH, names)


# Segmentations: too much, missed, invented, nowhere in classes 1 and 2.

COUNTS = np.array(
  [
    [[0, 0, 0], [4, 6, 4], [0, 0, 2]],
    [[0, 0, 0], [0, 3, 0], [0, 0, 0]],
  ]
)


def test_overlaps_and_volumes_by_hand():
  found = summaries.overlap_summary(COUNTS)
  assert found == {"jaccard": pytest.approx(((4 / 6 + 0) / 2 + 0) / 2)}
  alone = [np.array([0]), np.array([1])]
  found = summaries.volume_summary(COUNTS, [(1, 1, 10)] * 2, alone)
  assert found == pytest.approx(
    {
      "volume_error": (0.5 + 1) / 2,  # what is invented has none
      "volume_bias": (0.5 - 1) / 2,
      "volume_error_ml": ((0.02 + 0.02) / 2 + 0.03) / 2,
    }
  )


def test_slices_are_added_up_before_their_volume_is_compared():
  whole = [np.array([0, 1])]
  found = summaries.volume_summary(COUNTS, [(1, 1, 10), (1, 1, 20)], whole)
  assert found["volume_bias"] == pytest.approx((5 / 4 - 1) / 2)
  assert found["volume_error_ml"] == pytest.approx((0.02 + 0.06 + 0.02) / 2)


@pytest.mark.parametrize("spacings", [[None, (1, 1, 1)], [(1, 1), (1, 1)]])
def test_without_the_size_of_all_voxels_there_are_no_ml(spacings):
  found = summaries.volume_summary(COUNTS, spacings, [np.array([0, 1])])
  assert list(found) == ["volume_error", "volume_bias"]


def test_a_class_is_scored_where_it_is():
  """Cases hold a, none, and b of three; what is drawn elsewhere is counted."""
  counts = np.array(
    [
      [[9, 9, 9], [2, 4, 4], [0, 0, 0]],  # a: 2 * 2 / (4 + 4)
      [[9, 9, 9], [0, 3, 0], [0, 0, 0]],  # a is drawn where there is none
      [[9, 9, 9], [0, 0, 0], [0, 0, 8]],  # b is missed
    ]
  )
  found = summaries.structure_summary(counts, ("none", "a", "b"))
  assert found == {
    "structure_dice": (1 / 2 + 0) / 2,
    "structure_dice_a": 1 / 2,
    "structure_dice_b": 0,
    "structures": 2,
    "invented_share": 1 / 4,
    "invented_voxels": 3,
  }


def test_a_class_that_no_case_holds_has_no_dice():
  counts = np.array([[[9, 9, 9], [1, 1, 1], [0, 1, 0]]])
  found = summaries.structure_summary(counts, ("none", "a", "b"))
  assert found["structure_dice"] == 1 and np.isnan(found["structure_dice_b"])


def test_progress_does_not_lower_the_headline():
  """The first voxel of a rare class in the wrong case costs the old mean."""
  rows = [[9, 9, 9], [4, 4, 4], [0, 0, 0]]
  before = np.array([rows, [[9, 9, 9], [4, 4, 4], [0, 0, 4]]])
  after = before.copy()
  after[0, 2] = 0, 1, 0  # one voxel of b where there is none
  after[1, 2] = 2, 4, 4  # and half of b where it is
  names = ("none", "a", "b")
  first, later = (
    summaries.structure_summary(c, names) for c in (before, after)
  )
  assert first["structure_dice"] == 1 / 2
  assert later["structure_dice"] == 3 / 4
