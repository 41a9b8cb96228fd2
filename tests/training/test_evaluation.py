from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.patches import Images
from alx.prediction import Prediction
from alx.training import evaluation
from alx.training.evaluation import Masks
from tests import problems

NAMES = ("background", "a", "b")


def counts_of(pred, truth):
  return [
    [
      int(((pred == c) & (truth == c)).sum()),
      int((pred == c).sum()),
      int((truth == c).sum()),
    ]
    for c in range(3)
  ]


def summary(pairs, cases, spacing=None):
  """Metrics of (prediction, truth) pairs of label maps."""
  masks = Masks(
    np.array([p for p, _ in pairs]),
    jnp.array([counts_of(p, t) for p, t in pairs]),
  )
  truth = [t for _, t in pairs]
  return evaluation.segmentation_metrics(
    masks, truth, NAMES, [spacing] * len(pairs), cases
  )


def line(*values):
  return np.array([values], np.uint8)


def test_means_over_cases_by_hand():
  found = summary(
    [
      (line(1, 1, 0, 0), line(1, 0, 0, 0)),  # a: 2/3, b absent from both
      (line(2, 0, 0, 1), line(2, 0, 0, 1)),  # both 1
    ],
    ["x", "y"],
  )
  assert found["dice"] == pytest.approx((2 / 3 + 1) / 2)
  assert found["dice_a"] == pytest.approx((2 / 3 + 1) / 2)
  assert found["dice_b"] == 1.0
  assert found["undefined_dice"] == found["undefined_surface"] == 1
  assert found["assd"] == pytest.approx((1 / 3 + 0) / 2)
  assert found["asd_pred_to_ref"] == pytest.approx((1 / 2 + 0) / 2)
  assert found["test_cases"] == 2
  assert "undefined_surface_items" not in found


def test_slices_of_a_case_are_counted_together():
  found = summary(
    [
      (line(1, 1, 1, 0), line(1, 1, 1, 0)),
      (line(0, 0, 0, 1), line(0, 0, 0, 0)),  # alone this would be 0
    ],
    ["x", "x"],
  )
  assert found["dice_a"] == pytest.approx(2 * 3 / (4 + 3))
  assert found["test_cases"] == 1
  # a is not in the truth of the second slice; b is nowhere.
  assert found["undefined_surface_items"] == 1 + 2
  assert found["undefined_surface"] == 1


def test_distances_follow_the_spacing():
  pairs = [(line(1, 0, 0, 0), line(0, 0, 0, 1))]
  assert summary(pairs, ["x"])["hd95"] == 3.0
  assert summary(pairs, ["x"], (1.0, 2.0))["hd95"] == 6.0


def test_nan_mean_of_nothing_is_nan_without_a_warning():
  assert np.isnan(evaluation.nan_mean(np.array([np.nan])))
  found = evaluation.nan_mean(np.array([[1.0, np.nan], [np.nan, np.nan]]), 1)
  np.testing.assert_array_equal(found, [1.0, np.nan])


def test_classification():
  probs = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]])
  found = evaluation.classification_metrics(probs, np.array([0, 0, 1]))
  assert found["auc"] == 1.0
  assert found["accuracy"] == pytest.approx(2 / 3)
  assert found["balanced_accuracy"] == pytest.approx(3 / 4)


def test_predicted_masks_do_not_depend_on_the_block():
  images, labels = problems.squares(4)
  learner = problems.unet_learner()
  params = learner.init(jax.random.key(0))
  found = [
    evaluation.make_predict_masks(learner, 2, block)(params, images, labels)
    for block in (3, 4)
  ]
  assert found[0].classes.shape == labels.shape
  assert 0 < found[0].classes.mean() < 1
  same = (found[0].classes == found[1].classes).mean()
  assert same > 0.999  # a tie may fall either way
  real = np.asarray(images.real).prod(1)
  for column in (1, 2):
    total = found[0].counts[:, :, column].sum(1)
    assert total.tolist() == real.tolist()


def test_dice_of_each_case_adds_its_slices_up():
  pairs = [([0, 1, 1], [0, 1, 0]), ([1, 1, 0], [0, 1, 0]), ([0, 0], [0, 0])]
  counts = np.stack([counts_of(*map(np.array, p)) for p in pairs])
  masks = Masks(np.zeros((3, 3), np.uint8), counts)
  cases, dice = evaluation.case_dice(masks, ["a", "a", "b"])
  assert cases == ["a", "b"]
  # Of case a: 2 * 2 / (4 + 2); case b has no foreground at all.
  np.testing.assert_allclose(dice[:, 1], [2 / 3, np.nan], rtol=1e-6)


def test_predicted_classes_are_not_cut_to_eight_bits():
  def predict(key, params, images, items, count):
    probs = jnp.zeros((1, len(items), 1, 2, 300)).at[..., 256].set(1.0)
    return Prediction(probs, None, jnp.ones(probs.shape[1:-1], bool))

  learner = SimpleNamespace(predict=predict)
  predict_masks = evaluation.make_predict_masks(learner, 300, 1)
  size = jnp.array([[1, 2]])
  images = Images(jnp.zeros((1, 1, 2, 1)), size, size)
  found = predict_masks(None, images, jnp.full((1, 1, 2), 256))
  assert np.asarray(found.classes).tolist() == [[[256, 256]]]
  assert np.asarray(found.counts)[0, 256].tolist() == [2, 2, 2]


def test_what_else_a_journal_asks_for_by_hand():
  found = summary(
    [
      (line(1, 1, 0, 0, 0), line(1, 0, 0, 0, 0)),  # a: twice as much
      (line(0, 2, 2, 0, 1), line(2, 0, 0, 0, 0)),  # a invented, b too much
    ],
    ["x", "y"],
  )
  assert found["jaccard"] == pytest.approx((1 / 2 + 0) / 2)
  assert found["hd100"] == pytest.approx((1 + 2) / 2)
  # b: of 2 and 1 voxels one and one touch the other.
  assert found["nsd_1_voxel"] == pytest.approx((1 + (0 + 2 / 3) / 2) / 2)
  assert found["volume_error"] == found["volume_bias"] == 1.0
  assert "volume_error_ml" not in found
  # The two numbers of undefined distances do not count the shares.
  assert found["undefined_surface"] == 2


def test_volumes_have_ml_where_voxels_have_a_size():
  pairs = [(line(1, 1, 0)[None], line(1, 0, 0)[None])]
  assert summary(pairs, ["x"], (1, 2, 5))["volume_error_ml"] == 0.01


def test_numbers_of_each_class_by_name():
  probs = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]])
  truth = np.array([0, 0, 1])
  found = evaluation.classification_metrics(probs, truth, ("sick", "well"))
  assert list(found)[:3] == ["auc", "accuracy", "balanced_accuracy"]
  assert found["sensitivity_sick"] == 0.5 and found["specificity_sick"] == 1.0
  assert found["macro_f1"] == pytest.approx(2 / 3)
