import numpy as np
import pytest

from alx import metrics
from tests import oracle_metrics as oracle


def counted(pred, truth, num_classes=4):
  return metrics.overlap_counts(pred, truth, num_classes)


def random_maps(seed=0):
  return np.random.default_rng(seed).integers(0, 3, (2, 3, 5, 6))


# Jaccard.


def test_jaccard_is_that_of_sets(through):
  pred, truth = random_maps()
  found = through(metrics.jaccard_from_counts)(counted(pred, truth))
  wanted = [
    [oracle.jaccard(p == c, t == c) for c in range(4)]
    for p, t in zip(pred, truth, strict=True)
  ]
  np.testing.assert_allclose(found, wanted, rtol=1e-6)
  assert np.isnan(found[:, 3]).all()


def test_jaccard_and_dice_say_the_same():
  counts = counted(*random_maps(1))
  dice = np.asarray(metrics.dice_from_counts(counts))
  found = metrics.jaccard_from_counts(counts)
  np.testing.assert_allclose(found, dice / (2 - dice), rtol=1e-6)


@pytest.mark.parametrize("empty", [np.nan, 1.0, 0.0, 1])
def test_what_neither_has_is_what_was_asked_for(through, empty):
  counts = counted(np.array([[0, 1]]), np.array([[0, 2]]))
  for measure in (metrics.dice_from_counts, metrics.jaccard_from_counts):
    found = through(lambda x, m=measure: m(x, empty=empty))(counts)
    np.testing.assert_array_equal(found[0], [1.0, 0.0, 0.0, empty])


@pytest.mark.parametrize("empty", ["one", 2.0, -1, True, np.inf])
def test_what_neither_has_is_a_share(empty):
  counts = np.array([[1, 1, 1], [0, 0, 0]])
  with pytest.raises(ValueError, match="empty: wanted a number, 0 to 1, found"):
    metrics.jaccard_from_counts(counts, empty=empty)


def test_jaccard_of_billions_of_voxels():
  many = 3_000_000_000
  counts = np.array([[many, many, many], [many, many, 2 * many]])
  found = metrics.jaccard_from_counts(counts)
  np.testing.assert_allclose(found, [1.0, 0.5], rtol=1e-6)


# Volumes.


def test_volumes_by_hand():
  # Of 1 x 2 x 2.5 mm, 0.005 ml: too many, missed, invented, nowhere.
  counts = np.array([[2, 6, 4], [0, 0, 8], [0, 4, 0], [0, 0, 0]])
  found = metrics.volume_error(counts, (1.0, 2.0, 2.5))
  nan = np.nan
  np.testing.assert_allclose(found.ml, [0.01, -0.04, 0.02, 0.0])
  np.testing.assert_allclose(found.absolute_ml, [0.01, 0.04, 0.02, 0.0])
  np.testing.assert_allclose(found.relative, [0.5, -1.0, nan, nan])
  np.testing.assert_allclose(found.absolute_relative, [0.5, 1.0, nan, nan])


def test_volumes_are_those_of_counted_voxels():
  pred, truth = random_maps(2)
  found = metrics.volume_error(counted(pred, truth), (0.5, 0.8, 3.0))
  for item in range(3):
    for c in range(3):
      a, b = (pred[item] == c).sum(), (truth[item] == c).sum()
      wanted = (int(a) - int(b)) * 0.5 * 0.8 * 3.0 / 1000
      assert found.ml[item, c] == pytest.approx(wanted)
      assert found.relative[item, c] == pytest.approx(a / b - 1)
  assert found.ml.shape == (3, 4) and found.ml.dtype == np.float64


def test_without_a_spacing_there_are_shares_alone():
  found = metrics.volume_error([[1, 3, 2]] * 2)
  assert np.isnan(found.ml).all() and np.isnan(found.absolute_ml).all()
  assert found.relative.tolist() == [0.5, 0.5]


def test_a_slice_of_unknown_thickness_has_no_volume():
  with pytest.raises(ValueError, match=r"wanted 3 positive spacings in mm"):
    metrics.volume_error([[1, 3, 2]] * 2, (1.0, 1.0))
  assert metrics.voxel_ml((1.0, 1.0, 1.0)) == 1e-3
  assert np.isnan(metrics.voxel_ml(None))


def test_volumes_are_not_cut_to_float32():
  counts = np.array([[16777217, 16777217, 16777216], [0, 0, 0]])[:, [2, 1, 2]]
  found = metrics.volume_error(counts, (10.0, 10.0, 10.0))
  assert found.ml[0] == 1.0


def test_counts_of_no_masks_have_no_volume():
  with pytest.raises(ValueError, match="counts: wanted 0 <= both"):
    metrics.volume_error([[5, 3, 2]] * 2)
  with pytest.raises(ValueError, match=r"wanted \[\.\.\., C, 3\]"):
    metrics.volume_error([3, 2])
