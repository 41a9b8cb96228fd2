import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.ndimage
import scipy.spatial.distance
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from alx import metrics
from alx.metrics import outlines
from tests import oracles

SHAPES = [(7, 9), (5, 6, 4), (1, 8, 1)]
SPACING = (1.5, 0.7, 3.0)


def random_classes(seed, shape, num_classes=3, background=0.6):
  rng = np.random.default_rng(seed)
  chances = [background] + [(1 - background) / (num_classes - 1)] * (
    num_classes - 1
  )
  return rng.choice(num_classes, shape, p=chances).astype(np.uint8)


def ball(radius, extent=31):
  grid = np.indices((extent,) * 3) - extent // 2
  return (grid**2).sum(0) <= radius**2


# Overlap.


@pytest.mark.parametrize("shape", SHAPES)
def test_dice_is_that_of_the_oracle(through, shape):
  pred = random_classes(0, (3, *shape))
  truth = random_classes(1, (3, *shape))
  counts = through(lambda p, t: metrics.overlap_counts(p, t, 4))(pred, truth)
  assert counts.shape == (3, 4, 3) and counts.dtype == jnp.int32
  found = through(metrics.dice_from_counts)(counts)
  wanted = [oracles.dice(*pair, 4) for pair in zip(pred, truth, strict=True)]
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_dice_is_the_f1_score():
  pred, truth = random_classes(2, (1, 500)), random_classes(3, (1, 500))
  found = metrics.dice_from_counts(metrics.overlap_counts(pred, truth, 3))
  wanted = sklearn.metrics.f1_score(truth[0], pred[0], average=None)
  np.testing.assert_allclose(found[0], wanted, rtol=1e-6)


def test_absent_from_both_is_undefined_and_from_one_is_zero(through):
  pred = np.array([[0, 0, 1, 1]])
  truth = np.array([[0, 2, 2, 1]])
  counts = metrics.overlap_counts(pred, truth, 4)
  dice = through(metrics.dice_from_counts)(counts)
  np.testing.assert_allclose(dice[0], [2 / 3, 2 / 3, 0.0, np.nan], rtol=1e-6)
  mean, undefined = through(metrics.mean_foreground)(dice)
  np.testing.assert_allclose(mean, [1 / 3], rtol=1e-6)
  assert undefined.tolist() == [1]


def test_a_case_without_any_foreground_has_no_mean(through):
  nothing = np.zeros((2, 4), int)
  counts = metrics.overlap_counts(nothing, nothing, 3)
  mean, undefined = through(metrics.mean_foreground)(
    metrics.dice_from_counts(counts)
  )
  assert np.isnan(mean).all() and undefined.tolist() == [2, 2]


def test_masked_voxels_do_not_count(through):
  pred, truth = random_classes(4, (2, 6, 8)), random_classes(5, (2, 6, 8))
  mask = np.zeros((2, 6, 8), bool)
  mask[:, :4, :5] = True
  found = through(lambda *x: metrics.overlap_counts(x[0], x[1], 3, x[2]))(
    pred, truth, mask
  )
  wanted = metrics.overlap_counts(pred[:, :4, :5], truth[:, :4, :5], 3)
  np.testing.assert_array_equal(found, wanted)


def test_counts_of_slices_add_up_to_the_volume():
  pred, truth = random_classes(6, (9, 6, 5)), random_classes(7, (9, 6, 5))
  slices = metrics.overlap_counts(pred, truth, 3).sum(0)
  volume = metrics.overlap_counts(pred[None], truth[None], 3)[0]
  np.testing.assert_array_equal(slices, volume)


# Surface distances.


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_distances_are_those_of_all_pairs(shape, seed):
  pred = random_classes(seed, shape, 2, 0.8).astype(bool)
  truth = random_classes(seed + 50, shape, 2, 0.4).astype(bool)
  spacing = SPACING[: len(shape)]
  found = metrics.surface_distances(pred, truth, spacing)
  wanted = oracles.surface_distances(pred, truth, spacing)
  np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_two_voxels_three_apart_at_two_mm():
  pred, truth = np.zeros((2, 1, 9), bool)
  pred[0, 2] = truth[0, 5] = True
  found = metrics.surface_distances(pred, truth, (2.0, 2.0))
  assert found == (6.0, 6.0, 6.0)
  assert metrics.surface_distances(pred, truth) == (3.0, 3.0, 3.0)


def test_a_shifted_cube():
  pred, truth = np.zeros((2, 12, 12, 12), bool)
  pred[3:8, 3:8, 3:8] = True
  truth[4:9, 3:8, 3:8] = True
  # Of the 98 surface voxels, the face that is left behind (25) is 1 away, and
  # so are the 9 inner ones of the far face, now inside the other cube.
  assd, directed, hd95 = metrics.surface_distances(pred, truth)
  assert directed == pytest.approx((25 + 9) / 98)
  assert assd == pytest.approx(directed) and hd95 == 1.0


def test_spheres_one_apart():
  found = metrics.surface_distances(ball(9), ball(10))
  assert found.assd == pytest.approx(1.0, abs=0.1)
  assert 1.0 <= found.hd95 <= np.sqrt(3)


def test_the_border_of_the_image_is_a_surface():
  full, centre = np.ones((5, 5), bool), np.zeros((5, 5), bool)
  centre[2, 2] = True
  found = metrics.surface_distances(full, centre)
  wanted = oracles.surface_distances(full, centre, (1.0, 1.0))
  np.testing.assert_allclose(found, wanted)
  assert found.asd_pred_to_ref > 2.0


def test_surface_is_the_mask_without_its_erosion():
  mask = random_classes(8, (9, 10, 8), 2, 0.2).astype(bool)
  cross = scipy.ndimage.generate_binary_structure(3, 1)
  wanted = mask ^ scipy.ndimage.binary_erosion(mask, cross)
  found = outlines.surface_of(mask, range(3))
  np.testing.assert_array_equal(found, wanted)


def test_hd95_lies_between_the_mean_and_the_hausdorff_distance():
  pred, truth = ball(4), np.roll(ball(5), 3, 1)
  a, b = (oracles.surface_points(x, SPACING) for x in (pred, truth))
  largest = max(
    scipy.spatial.distance.directed_hausdorff(*pair)[0]
    for pair in ((a, b), (b, a))
  )
  found = metrics.surface_distances(pred, truth, SPACING)
  assert found.assd < found.hd95 <= largest


@pytest.mark.parametrize("which", ["pred", "truth", "both"])
def test_an_empty_mask_has_no_distance(which):
  some, none = np.ones((4, 4), bool), np.zeros((4, 4), bool)
  pred = none if which in ("pred", "both") else some
  truth = none if which in ("truth", "both") else some
  assert np.isnan(metrics.surface_distances(pred, truth)).all()


masks = st.integers(0, 2**20 - 1).map(
  lambda n: np.array([n >> i & 1 for i in range(20)], bool).reshape(4, 5)
)


@settings(max_examples=40, deadline=None)
@given(masks, masks, st.floats(0.1, 10.0))
def test_symmetry_scale_and_place(pred, truth, scale):
  spacing = np.array([1.0, 2.5])
  there = metrics.surface_distances(pred, truth, spacing)
  back = metrics.surface_distances(truth, pred, spacing)
  np.testing.assert_allclose(there[::2], back[::2])  # assd and hd95
  scaled = metrics.surface_distances(pred, truth, scale * spacing)
  np.testing.assert_allclose(scaled, scale * np.array(there))
  moved = [np.pad(x, ((3, 1), (0, 4))) for x in (pred, truth)]
  np.testing.assert_allclose(metrics.surface_distances(*moved, spacing), there)


@settings(max_examples=20, deadline=None)
@given(masks.filter(np.any))
def test_a_mask_is_no_distance_from_itself(mask):
  assert metrics.surface_distances(mask, mask) == (0.0, 0.0, 0.0)


def test_surface_metrics_are_those_of_each_class():
  pred, truth = random_classes(9, (6, 7, 5)), random_classes(10, (6, 7, 5))
  found = metrics.surface_metrics(pred, truth, 4, SPACING)
  for c in (1, 2):
    wanted = oracles.surface_distances(pred == c, truth == c, SPACING)
    row = [found[name][c] for name in ("assd", "asd_pred_to_ref", "hd95")]
    np.testing.assert_allclose(row, wanted)
  assert all(np.isnan(x[[0, 3]]).all() for x in found.values())


@pytest.mark.parametrize("spacing", [(1.0,), (1.0, 0.0), (1.0, np.nan)])
def test_a_wrong_spacing_is_refused(spacing):
  mask = np.ones((4, 4), bool)
  with pytest.raises(ValueError, match="wanted 2 positive spacings"):
    metrics.surface_distances(mask, mask, spacing)


def test_different_extents_are_refused():
  with pytest.raises(ValueError, match=r"got \(4,\) and \(5,\)"):
    metrics.surface_distances(np.ones(4), np.ones(5))


def test_the_diagonal_is_that_of_a_challenge():
  assert metrics.image_diagonal((240, 240, 155)) == pytest.approx(373.1287)
  assert metrics.image_diagonal((3, 4), (1.0, 1.0)) == 5.0
  assert metrics.image_diagonal((1, 3, 4), (9.0, 2.0, 2.0)) == 10.0
  assert metrics.image_diagonal((1, 1), (3.0, 4.0)) == 5.0
  with pytest.raises(ValueError, match=r"extents of 1 or more, found \(0, 4\)"):
    metrics.image_diagonal((0, 4))


# Classification.


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=25))
def test_binary_auc_is_that_of_all_pairs(pairs):
  scores = np.array([s for s, _ in pairs], float)
  positive = np.array([p for _, p in pairs], bool)
  np.testing.assert_allclose(
    metrics.binary_auc(scores, positive), oracles.auc(scores, positive)
  )


@pytest.mark.parametrize("num_classes", [2, 4])
def test_classification_agrees_with_scikit_learn(num_classes):
  rng = np.random.default_rng(num_classes)
  truth = rng.integers(0, num_classes, 80)
  # Quarters are exact, so that rows sum to 1 and ties occur.
  probs = rng.multinomial(4, [1 / num_classes] * num_classes, 80) / 4
  likeliest = probs.argmax(-1)
  assert metrics.accuracy(probs, truth) == pytest.approx(
    sklearn.metrics.accuracy_score(truth, likeliest)
  )
  assert metrics.balanced_accuracy(probs, truth) == pytest.approx(
    sklearn.metrics.balanced_accuracy_score(truth, likeliest)
  )
  scores = probs[:, 1] if num_classes == 2 else probs
  assert metrics.auc(probs, truth) == pytest.approx(
    sklearn.metrics.roc_auc_score(truth, scores, multi_class="ovr")
  )


def test_absent_classes_are_left_out():
  probs = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1]])
  truth = np.array([0, 1, 1])
  assert metrics.balanced_accuracy(probs, truth) == 0.75
  assert metrics.auc(probs, truth) == 1.0  # class 2 has no positives
  assert np.isnan(metrics.auc(probs, np.ones(3, int)))
  two = np.array([[0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
  assert np.isnan(metrics.auc(two, np.zeros(3, int)))


def test_no_items_have_no_accuracy():
  none = np.zeros((0, 2)), np.zeros(0, int)
  assert np.isnan(metrics.accuracy(*none))
  assert np.isnan(metrics.balanced_accuracy(*none))


def test_overlap_is_one_program_for_all_values():
  with jax.checking_leaks():
    count = chex.assert_max_traces(
      lambda p, t: metrics.overlap_counts(p, t, 3), n=1
    )
    counted = jax.jit(count)
    for seed in range(2):
      counted(random_classes(seed, (2, 5)), random_classes(seed + 9, (2, 5)))
