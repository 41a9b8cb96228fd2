import numpy as np
import pytest
import scipy.spatial.distance

from alx import metrics
from tests import oracle_metrics as oracle
from tests import oracles

SPACING = (1.5, 0.7, 3.0)
SHAPES = [(7, 9), (4, 5, 3), (1, 8, 1)]
NOTHING = np.zeros((4, 6), bool)
SOME = NOTHING.copy()
SOME[1:3, 1:4] = True


def two(seed, shape):
  rng = np.random.default_rng(seed)
  return rng.random(shape) < 0.3, rng.random(shape) < 0.6


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tolerance", [0, 0.71, 1.6, 4])
def test_surface_dice_and_hausdorff_are_those_of_all_pairs(
  shape, seed, tolerance
):
  pred, truth = two(seed, shape)
  spacing = SPACING[: len(shape)]
  found = metrics.surface_dice(pred, truth, tolerance, spacing)
  wanted = oracle.surface_dice(pred, truth, tolerance, spacing)
  assert found == pytest.approx(wanted, nan_ok=True)
  found = metrics.hausdorff_distance(pred, truth, spacing)
  wanted = oracle.hausdorff(pred, truth, spacing)
  assert found == pytest.approx(wanted, nan_ok=True)


def test_the_largest_distance_is_that_of_scipy():
  pred, truth = two(7, (6, 7, 5))
  a, b = (oracles.surface_points(x, SPACING) for x in (pred, truth))
  largest = max(
    scipy.spatial.distance.directed_hausdorff(*pair)[0]
    for pair in ((a, b), (b, a))
  )
  found = metrics.hausdorff_distance(pred, truth, SPACING)
  assert found == pytest.approx(largest)
  assert found >= metrics.surface_distances(pred, truth, SPACING).hd95


def test_two_voxels_three_apart_at_two_mm():
  pred, truth = np.zeros((2, 1, 9), bool)
  pred[0, 2] = truth[0, 5] = True
  assert metrics.hausdorff_distance(pred, truth, (2.0, 2.0)) == 6.0
  assert metrics.surface_dice(pred, truth, 6.0, (2.0, 2.0)) == 1.0
  assert metrics.surface_dice(pred, truth, 5.9, (2.0, 2.0)) == 0.0
  assert metrics.surface_dice(pred, truth, 3.0) == 1.0


def test_a_shifted_cube():
  pred, truth = np.zeros((2, 12, 12, 12), bool)
  pred[3:8, 3:8, 3:8] = True
  truth[4:9, 3:8, 3:8] = True
  # Of 98 surface voxels 25 + 9 are not on the other surface, see the ASSD.
  assert metrics.surface_dice(pred, truth, 0) == pytest.approx(64 / 98)
  assert metrics.surface_dice(pred, truth, 1) == 1.0
  assert metrics.hausdorff_distance(pred, truth) == 1.0


@pytest.mark.parametrize("spacing", [0.1, 0.7, float(np.float32(0.7)), 1 / 3])
def test_what_is_the_tolerance_but_for_rounding_is_within(spacing):
  """3 * 0.1 is above 0.3, and 0.7 in a header is 0.699999988."""
  pred, truth = np.zeros((2, 1, 9), bool)
  pred[0, 2] = truth[0, 5] = True
  tolerance = round(3 * spacing, 6)
  assert metrics.surface_dice(pred, truth, tolerance, (1, spacing)) == 1.0
  short = tolerance * 0.9999
  assert metrics.surface_dice(pred, truth, short, (1, spacing)) == 0.0


@pytest.mark.parametrize(
  ("pred", "truth", "share"),
  [(NOTHING, NOTHING, np.nan), (SOME, NOTHING, 0.0), (NOTHING, SOME, 0.0)],
)
def test_empty_masks(pred, truth, share):
  found = metrics.surface_dice(pred, truth, 100.0)
  np.testing.assert_array_equal(found, share)
  assert np.isnan(metrics.hausdorff_distance(pred, truth))
  forth, back = metrics.directed_distances(pred, truth)
  assert (forth.size, back.size) == (6 * pred.any(), 6 * truth.any())
  assert np.isinf(forth).all() and np.isinf(back).all()


def test_symmetry_and_scale():
  pred, truth = two(3, (6, 7))
  for measure in (
    metrics.hausdorff_distance,
    lambda p, t, s: metrics.surface_dice(p, t, 1.1 * s[0], s),
  ):
    there = measure(pred, truth, (1.0, 2.5))
    assert measure(truth, pred, (1.0, 2.5)) == pytest.approx(there)
  there = metrics.hausdorff_distance(pred, truth, (1.0, 2.5))
  scaled = metrics.hausdorff_distance(pred, truth, (3.0, 7.5))
  assert scaled == pytest.approx(3 * there)


def test_classes_one_by_one_with_a_tolerance_each():
  rng = np.random.default_rng(5)
  pred, truth = rng.integers(0, 3, (2, 5, 6, 4))
  found = metrics.surface_metrics(pred, truth, 4, SPACING, [0, 0.8, 1.6, 1])
  for c, tolerance in ((1, 0.8), (2, 1.6)):
    a, b = pred == c, truth == c
    assert found["nsd"][c] == pytest.approx(
      oracle.surface_dice(a, b, tolerance, SPACING)
    )
    assert found["hd100"][c] == pytest.approx(oracle.hausdorff(a, b, SPACING))
  assert np.isnan(found["nsd"][[0, 3]]).all()
  assert np.isnan(found["hd100"][[0, 3]]).all()
  for tolerances in ([None, 0.8, 1.6, 1], np.array([np.nan, 0.8, 1.6, 1])):
    same = metrics.surface_metrics(pred, truth, 4, SPACING, tolerances)
    np.testing.assert_array_equal(same["nsd"], found["nsd"])
  same = metrics.surface_metrics(pred, truth, 4, SPACING, np.array(0.8))
  assert same["nsd"][1] == found["nsd"][1]
  for c in (1, 2):
    wanted = oracle.surface_dice(pred == c, truth == c, 1, (1, 1, 1))
    assert found["nsd_1_voxel"][c] == pytest.approx(wanted)
  assert "nsd" not in metrics.surface_metrics(pred, truth, 4, SPACING)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_voxel_needs_no_distances(shape):
  pred, truth = two(4, shape)
  found = metrics.surface_metrics(pred, truth, 2, SPACING[: len(shape)])
  wanted = oracle.surface_dice(pred, truth, 1, (1,) * len(shape))
  assert found["nsd_1_voxel"][1] == pytest.approx(wanted)


@pytest.mark.parametrize(
  ("pred", "truth", "share"),
  [(NOTHING, NOTHING, np.nan), (SOME, NOTHING, 0.0), (NOTHING, SOME, 0.0)],
)
def test_a_class_that_a_mask_lacks_has_no_distance_but_a_share(
  pred, truth, share
):
  found = metrics.surface_metrics(pred, truth, 2, None, 3.0)
  np.testing.assert_array_equal(found.pop("nsd"), [np.nan, share])
  np.testing.assert_array_equal(found.pop("nsd_1_voxel"), [np.nan, share])
  assert set(found) == {"assd", "asd_pred_to_ref", "hd95", "hd100"}
  assert all(np.isnan(x).all() for x in found.values())


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, None, "1", True, [1.0]])
def test_a_tolerance_is_a_number_from_0(bad):
  with pytest.raises(ValueError, match="tolerance_mm: wanted a number, 0 or"):
    metrics.surface_dice(SOME, SOME, bad)


@pytest.mark.parametrize("bad", [[1.0], [1.0] * 3, [[1.0, 1.0]], [1.0, -1.0]])
def test_tolerances_are_one_for_each_class(bad):
  with pytest.raises(ValueError, match="tolerance_mm: wanted a number"):
    metrics.surface_metrics(SOME * 1, SOME * 1, 2, None, bad)
