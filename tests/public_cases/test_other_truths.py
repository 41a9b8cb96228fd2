"""Truth and scores as other tools and files have them: right, or refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sklearn.metrics

from alx import metrics, stats
from alx.training import evaluation

TRUTH = np.array([0, 1, 2, 1, 0, 2, 2])
PROBS = np.eye(3)[TRUTH] * 0.7 + 0.1  # right everywhere; rows sum to 1
OF_CLASSES = {
  "accuracy": metrics.accuracy,
  "balanced_accuracy": metrics.balanced_accuracy,
  "auc": metrics.auc,
  "all": evaluation.classification_metrics,
}
every = pytest.mark.parametrize(
  "score", OF_CLASSES.values(), ids=OF_CLASSES.keys()
)


@every
def test_what_is_right_has_the_whole_score(score):
  found = score(PROBS, TRUTH)
  if not isinstance(found, dict):
    assert found == 1.0
    return
  # Right everywhere at 0.8: too modest by 0.2, and not quite certain.
  assert found.pop("ece") == pytest.approx(0.2)
  assert found.pop("brier") == pytest.approx(0.2**2 + 2 * 0.1**2)
  assert found.pop("test_cases") == len(TRUTH)
  assert set(found.values()) == {1.0}


@every
@pytest.mark.parametrize(
  ("truth", "told"),
  [
    # Every MedMNIST file has labels [N, 1] (935963004/LaBraM#15).
    (TRUTH[:, None], r"found shape \(7, 1\); take truth\[:, 0\]"),
    (TRUTH[None], r"found shape \(1, 7\)"),
    (TRUTH[:6], r"for each of 7 items, \[7\], found shape \(6,\)"),
    # automl/nanoTabPFN#6: labels from 1 on
    (TRUTH + 1, r"wanted classes 0\.\.2, found 3"),
    (TRUTH - 1, r"wanted classes 0\.\.2, found -1"),
    (TRUTH.astype(float), r"integer classes, found float64 \(whole numbers"),
    (TRUTH.astype(str), "wanted numbers, found dtype <U"),
    (TRUTH == 1, "wanted 3 classes, found a bool mask"),
    (np.eye(3, dtype=int)[TRUTH], r"found shape \(7, 3\)"),
    (np.where(TRUTH == 1, np.nan, TRUTH), "integer classes, found float"),
  ],
)
def test_a_truth_that_is_no_class_per_item_is_refused(score, truth, told):
  with pytest.raises(ValueError, match=told) as error:
    score(PROBS, truth)
  assert "\n" not in str(error.value) and str(error.value).startswith("truth:")


@every
@pytest.mark.parametrize(
  ("probs", "told"),
  [
    (PROBS[:, 0], r"\[N, C\] with C >= 2, found shape \(7,\); a binary p is"),
    (PROBS[:, :1], r"found shape \(7, 1\); a binary p is \[1 - p, p\]"),
    (PROBS[:, :, None], r"found shape \(7, 3, 1\)"),
    (np.where(PROBS > 0.5, np.nan, PROBS), "wanted numbers, found nan"),
    (np.where(PROBS > 0.5, np.inf, PROBS), "wanted numbers, found inf"),
    (PROBS.astype(str), "wanted numbers, found dtype <U"),
  ],
)
def test_scores_that_are_none_are_refused(score, probs, told):
  with pytest.raises(ValueError, match=told):
    score(probs, TRUTH)


@every
def test_classes_in_front_of_items_are_refused(score):
  with pytest.raises(ValueError, match="truth: wanted"):
    score(PROBS.T, TRUTH)


def test_two_classes_take_labels_of_one_and_two_for_no_class():
  probs = np.array([[0.9, 0.1], [0.2, 0.8]])
  assert metrics.auc(probs, [0, 1]) == metrics.auc(probs, [False, True]) == 1.0
  with pytest.raises(ValueError, match=r"wanted classes 0\.\.1, found 2"):
    metrics.auc(probs, [1, 2])


def test_raw_scores_have_an_accuracy_but_no_area():
  # By its own column class 1 ranks items 0.2 < 0.5; by its lead, which is what
  # a softmax ranks by, the other way around.
  logits = np.array([[-9.0, 0.2], [3.0, 0.5]])
  probs = np.asarray(jax.nn.softmax(logits))
  truth = np.array([1, 0])
  assert metrics.accuracy(logits, truth) == 1.0
  assert metrics.auc(probs, truth) == 1.0
  assert sklearn.metrics.roc_auc_score(truth, probs[:, 1]) == 1.0
  with pytest.raises(
    ValueError, match=r"wanted probabilities, .* \[-9, 0\.2\]"
  ):
    metrics.auc(logits, truth)
  with pytest.raises(ValueError, match=r"of sum 1, found \[0\.7, 0\.7\]"):
    metrics.auc([[0.7, 0.7], [0.2, 0.2]], truth)


def test_a_probability_a_little_below_zero_is_told_as_it_is():
  with pytest.raises(ValueError, match=r">= 0 .* found \[-1e-09, 1\] \(the"):
    metrics.auc([[-1e-9, 1.0], [0.5, 0.5]], [1, 0])


def test_a_log_of_zero_is_a_score():
  logs = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
  assert metrics.accuracy(logs, [0, 1]) == 1.0


@pytest.mark.parametrize("kind", [np.float16, np.float32, jnp.bfloat16])
def test_probabilities_of_few_bits_are_probabilities(kind):
  assert metrics.auc(jnp.asarray(PROBS, kind), TRUTH) == 1.0


def test_one_class_alone_has_no_area_but_an_accuracy():
  assert np.isnan(metrics.auc(PROBS[:1], TRUTH[:1]))
  assert metrics.accuracy(PROBS[:1], TRUTH[:1]) == 1.0


@pytest.mark.parametrize("scale", [1, 255, 0.5])
def test_what_is_positive_is_a_mask(scale):
  scores, positive = np.array([0.1, 0.9, 0.8]), np.array([0, 1, 1]) * scale
  if scale == 1:
    assert metrics.binary_auc(scores, positive) == 1.0
    return
  with pytest.raises(ValueError, match="positive: wanted a bool mask, or 0"):
    metrics.binary_auc(scores, positive)


@pytest.mark.parametrize("shape", [(3, 1), (1, 3), (2,)])
def test_scores_and_positives_are_of_the_same_items(shape):
  with pytest.raises(ValueError, match=r"wanted scores \[N\] and positive"):
    metrics.binary_auc(np.arange(3.0), np.ones(shape, bool))


# Label maps.

MAP = np.array([[[0, 1, 2], [2, 1, 0]]])
WRONG_MAPS = [
  (MAP[..., None], r"masks of one shape, got .* and \(1, 2, 3, 1\)"),
  (MAP[0], "masks of one shape"),
  (MAP * 1.0, r"truth: wanted integer classes, found float"),
  (MAP == 1, "truth: wanted 3 classes, found a bool mask"),
]


@pytest.mark.parametrize("under_jit", [False, True])
@pytest.mark.parametrize(("truth", "told"), WRONG_MAPS)
def test_maps_that_do_not_fit_are_refused_under_jit_too(truth, told, under_jit):
  def count(p, t):
    return metrics.overlap_counts(p, t, 3)

  with pytest.raises(ValueError, match=told):
    (jax.jit(count) if under_jit else count)(MAP, truth)


def test_classes_beyond_the_count_are_refused_where_they_are_seen():
  with pytest.raises(
    ValueError, match=r"truth: wanted classes 0\.\.1, found 2"
  ):
    metrics.overlap_counts(MAP > 0, MAP, 2)
  with pytest.raises(ValueError, match=r"found 255"):
    metrics.surface_metrics(MAP[0] > 0, (MAP[0] > 0) * 255, 2)
  hidden = metrics.overlap_counts(MAP, np.where(MAP == 2, 255, MAP), 3, MAP < 2)
  shown = metrics.overlap_counts(MAP[:, :, 1:2], MAP[:, :, 1:2], 3)
  assert hidden[0, 1].tolist() == shown[0, 1].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
  "mask", [np.ones((1, 2, 3)), np.ones((1, 2), bool), np.ones((1, 2, 3), int)]
)
def test_a_mask_of_voxels_is_bool_and_of_their_shape(mask):
  with pytest.raises(ValueError, match=r"mask: wanted bool \(1, 2, 3\), found"):
    metrics.overlap_counts(MAP, MAP, 3, mask)


@pytest.mark.parametrize("count", [1, 0, 2.0, True])
def test_a_count_of_classes_is_two_or_more(count):
  with pytest.raises(ValueError, match="num_classes: wanted 2 or more"):
    metrics.overlap_counts(MAP, MAP, count)


@pytest.mark.parametrize("value", [2, 0.4, 255, np.nan])
def test_a_mask_for_distances_is_no_score_and_no_class(value):
  mask = np.array([[0, 1, 1, 0]]) * value
  with pytest.raises(ValueError, match="truth: wanted a bool mask, or 0 and 1"):
    metrics.surface_distances(np.array([[0, 1, 1, 0]]), mask)


def test_distances_under_jit_say_so():
  with pytest.raises(ValueError, match="found a tracer: not in jit"):
    jax.jit(metrics.surface_distances)(MAP[0] > 0, MAP[0] > 0)


@pytest.mark.parametrize("first", [np.uint8, np.int8, np.int64, bool])
@pytest.mark.parametrize("second", [np.uint16, bool])
@pytest.mark.parametrize("order", ["C", "F"])
def test_kinds_and_orders_of_memory_change_nothing(first, second, order):
  rng = np.random.default_rng(0)
  pred, truth = rng.integers(0, 2, (2, 3, 5, 4))
  wanted = metrics.overlap_counts(pred, truth, 2)
  a = np.asarray(pred.astype(first), order=order)
  b = np.asarray(truth.astype(second), order=order)
  np.testing.assert_array_equal(metrics.overlap_counts(a, b, 2), wanted)
  by_hand = [(pred & truth).sum((1, 2)), pred.sum((1, 2)), truth.sum((1, 2))]
  np.testing.assert_array_equal(wanted[:, 1].T, by_hand)
  assert metrics.surface_distances(a[0], b[0]) == metrics.surface_distances(
    pred[0], truth[0]
  )


# Counts.


def test_voxels_beyond_32_bits_have_their_dice():
  many = 3_000_000_000
  counts = np.array([[[many, many, many], [many, many, 2 * many]]])
  found = metrics.dice_from_counts(counts)
  np.testing.assert_allclose(found, [[1.0, 2 / 3]], rtol=1e-6)


def test_voxels_of_a_case_are_added_in_64_bits():
  side = 2**30
  counts = np.full((4, 2, 3), side, np.int32)
  masks = evaluation.Masks(np.zeros((4, 1), np.uint8), jnp.asarray(counts))
  _, dice = evaluation.case_dice(masks, ["a"] * 4)
  np.testing.assert_array_equal(dice, [[1.0, 1.0]])


@pytest.mark.parametrize(
  "counts",
  [
    np.array([[5, 4, 6]]),  # both: more than predicted
    np.array([[-1, 4, 6]]),  # what is left of a sum in 32 bits
    np.array([[1.0, np.nan, 2.0]]),
  ],
)
def test_counts_of_no_masks_are_refused(counts):
  with pytest.raises(ValueError, match="counts: wanted 0 <= both <= predicted"):
    metrics.dice_from_counts(counts)


def test_counts_in_another_order_of_axes_are_refused(through):
  with pytest.raises(
    ValueError, match=r"\[\.\.\., C, 3\].*found shape \(3, 4\)"
  ):
    through(metrics.dice_from_counts)(np.ones((3, 4), int))
  with pytest.raises(ValueError, match=r"wanted \[\.\.\., C\], C >= 2"):
    through(metrics.mean_foreground)(np.ones((4, 1)))


def test_items_and_their_names_are_as_many():
  masks = evaluation.Masks(MAP, np.array([[[1, 2, 2], [1, 2, 2], [1, 2, 2]]]))
  names, nothing = ["background", "a", "b"], [None]
  with pytest.raises(ValueError, match="name for each of 1 items, found 2"):
    evaluation.case_dice(masks, ["x", "y"])
  with pytest.raises(ValueError, match="1 predicted masks, 2 true maps"):
    evaluation.segmentation_metrics(masks, [MAP[0]] * 2, names, nothing, ["x"])
  with pytest.raises(ValueError, match=r"fits in \(2, 3\), found shape \(2, 4"):
    evaluation.segmentation_metrics(
      masks, [np.zeros((2, 4), int)], names, nothing, ["x"]
    )
  with pytest.raises(ValueError, match="class_names: wanted 3"):
    evaluation.segmentation_metrics(masks, [MAP[0]], names[:2], nothing, ["x"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int32])
@pytest.mark.parametrize("under_jit", [False, True])
def test_a_class_is_not_cut_to_the_bits_of_the_labels(kind, under_jit):
  """Of 300 classes the 256th is not the first of uint8."""

  def count(p, t):
    return metrics.overlap_counts(p, t, 300)

  labels = jnp.array([[0, 0, 1, 100]], kind)
  found = (jax.jit(count) if under_jit else count)(labels, labels)
  wanted = np.bincount([0, 0, 1, 100], minlength=300)[:, None].repeat(3, 1)
  np.testing.assert_array_equal(found[0], wanted)


# Masked arrays.

MASKED = np.ma.masked_array([0, 1, 1], [False, True, False])
HALVES = np.ma.masked_array(np.full((3, 2), 0.5), MASKED.mask[:, None] * [1, 1])
WITH_MASKS = {
  "accuracy": lambda: metrics.accuracy(np.full((3, 2), 0.5), MASKED),
  "scores": lambda: metrics.accuracy(HALVES, [0, 1, 1]),
  "auc": lambda: metrics.auc(HALVES, [0, 1, 1]),
  "binary_auc": lambda: metrics.binary_auc(MASKED, [0, 1, 1]),
  "in a list": lambda: metrics.overlap_counts([MASKED], [[0, 1, 1]], 2),
  "overlap_counts": lambda: metrics.overlap_counts(
    [[0, 1, 1]], MASKED[None], 2
  ),
  "distances": lambda: metrics.surface_distances(MASKED, MASKED),
  "spacing": lambda: metrics.image_diagonal((2, 2, 2), MASKED + 1.0),
  "counts": lambda: metrics.dice_from_counts(MASKED[None]),
  "mean": lambda: metrics.mean_foreground(MASKED),
  "summarize": lambda: stats.summarize(MASKED),
  "paired": lambda: stats.paired([0, 1, 2], MASKED),
  "bootstrap": lambda: stats.bootstrap(stats.mean_of(MASKED), range(3)),
  "holm": lambda: stats.holm(MASKED / 2),
  "labels": lambda: stats.area_under_budget_curve(MASKED, [0, 1, 2]),
  "summary": lambda: stats.welch(stats.Summary(MASKED, 1, 5), (0, 1, 5)),
}


@pytest.mark.parametrize("call", WITH_MASKS.values(), ids=WITH_MASKS.keys())
def test_a_mask_is_not_dropped(call):
  with pytest.raises(ValueError, match="wanted a plain array, found a masked"):
    call()


def test_a_masked_array_that_masks_nothing_is_an_array():
  values = np.ma.masked_array([1.0, 2.0, 3.0], False)
  assert stats.summarize(values) == (2.0, 1.0, 3)


# Names.


def two_items(cases=("x", "y"), class_names=("bg", "kidney", "liver")):
  maps = np.array([[[0, 1, 2]], [[0, 1, 1]]], np.uint8)
  masks = evaluation.Masks(maps, metrics.overlap_counts(maps, maps, 3))
  spacings = [None] * 2
  return evaluation.segmentation_metrics(
    masks, maps, class_names, spacings, cases
  )


@pytest.mark.parametrize("names", [("bg", "kidney", "kidney"), ("a", "b", "a")])
def test_two_classes_of_one_name_are_refused(names):
  told = r"class_names: wanted a name for each class, found '\w+' 2 times"
  with pytest.raises(ValueError, match=told):
    two_items(class_names=names)


@pytest.mark.parametrize(
  ("cases", "count"),
  [
    ([None] * 2, 2),
    (["", "nan"], 2),
    ([np.nan, np.nan], 2),
    (["x", " x"], 1),
    ([b"x", "x"], 1),
  ],
)
def test_items_of_unknown_cases_are_not_pooled(cases, count):
  assert two_items(cases)["test_cases"] == count


def test_masked_label_maps_are_refused():
  maps = np.ma.masked_array(np.zeros((1, 1, 3), np.uint8), [[[0, 1, 0]]])
  counts = np.array([[[3, 3, 3], [0, 0, 0]]])
  plain = maps.filled(0)
  for pred, truth in ((maps, plain), (plain, maps)):
    masks = evaluation.Masks(pred, counts)
    with pytest.raises(ValueError, match="found a masked one"):
      evaluation.segmentation_metrics(masks, truth, ("bg", "a"), [None], ["x"])
