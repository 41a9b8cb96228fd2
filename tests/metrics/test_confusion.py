import numpy as np
import pytest
import sklearn.metrics

from alx import metrics
from tests import oracle_metrics as oracle

# True classes 0 0 0 1 1 2, taken for 0 0 1 1 0 1; class 3 is nowhere.
TRUTH = np.array([0, 0, 0, 1, 1, 2])
TAKEN = np.array([0, 0, 1, 1, 0, 1])
PROBS = np.eye(4)[TAKEN]
NAN = np.nan


def random_scores(seed, num_classes, count=60):
  rng = np.random.default_rng(seed)
  truth = rng.integers(0, num_classes, count)
  return rng.dirichlet(np.ones(num_classes), count), truth


def test_confusion_by_hand():
  found = metrics.confusion_matrix(TAKEN, TRUTH, 4)
  wanted = [[2, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
  assert found.tolist() == wanted and found.dtype == np.int64


@pytest.mark.parametrize(
  ("measure", "wanted"),
  [
    (metrics.sensitivity, [2 / 3, 1 / 2, 0, NAN]),
    (metrics.specificity, [2 / 3, 2 / 4, 1, 1]),
    (metrics.precision, [2 / 3, 1 / 3, NAN, NAN]),
    (metrics.f1, [2 / 3, 2 / 5, 0, NAN]),
  ],
)
def test_classes_by_hand(measure, wanted):
  np.testing.assert_allclose(measure(PROBS, TRUTH), wanted)


def test_macro_f1_leaves_out_what_is_nowhere():
  assert metrics.macro_f1(PROBS, TRUTH) == pytest.approx((2 / 3 + 2 / 5) / 3)


@pytest.mark.parametrize("num_classes", [2, 3, 6])
@pytest.mark.parametrize("count", [4, 60])
def test_classes_are_those_of_counted_items(num_classes, count):
  probs, truth = random_scores(num_classes, num_classes, count)
  taken = probs.argmax(-1)
  rows = [oracle.one_against_rest(taken, truth, c) for c in range(num_classes)]
  of = oracle.over
  for measure, formula in [
    (metrics.sensitivity, lambda tp, fp, fn, tn: of(tp, tp + fn)),
    (metrics.specificity, lambda tp, fp, fn, tn: of(tn, tn + fp)),
    (metrics.precision, lambda tp, fp, fn, tn: of(tp, tp + fp)),
    (metrics.f1, lambda tp, fp, fn, tn: of(2 * tp, 2 * tp + fp + fn)),
  ]:
    wanted = [formula(*row) for row in rows]
    np.testing.assert_allclose(measure(probs, truth), wanted, rtol=1e-12)
  wanted = sklearn.metrics.f1_score(truth, taken, average="macro")
  assert metrics.macro_f1(probs, truth) == pytest.approx(wanted)


def test_no_items_have_no_numbers():
  none = np.zeros((0, 3)), np.zeros(0, int)
  for measure in (
    metrics.sensitivity,
    metrics.specificity,
    metrics.precision,
    metrics.f1,
  ):
    assert np.isnan(measure(*none)).tolist() == [True] * 3
  assert np.isnan(metrics.macro_f1(*none))


def test_one_class_alone_has_no_specificity():
  probs = np.array([[0.9, 0.1], [0.2, 0.8]])
  np.testing.assert_array_equal(metrics.specificity(probs, [0, 0]), [NAN, 0.5])
  np.testing.assert_array_equal(metrics.sensitivity(probs, [0, 0]), [0.5, NAN])


@pytest.mark.parametrize(
  ("weights", "power"), [(None, 0), ("linear", 1), ("quadratic", 2)]
)
@pytest.mark.parametrize("num_classes", [2, 5])
def test_kappa_is_that_of_all_pairs(weights, power, num_classes):
  rng = np.random.default_rng(num_classes)
  first = rng.integers(0, num_classes, 30)
  second = np.where(rng.random(30) < 0.5, first, rng.permutation(first))
  found = metrics.cohen_kappa(first, second, num_classes, weights)
  assert found == pytest.approx(oracle.kappa(first, second, num_classes, power))
  wanted = sklearn.metrics.cohen_kappa_score(first, second, weights=weights)
  assert found == pytest.approx(wanted)
  same = metrics.cohen_kappa(second, first, num_classes, weights)
  assert found == pytest.approx(same)


def test_kappa_by_hand():
  # Of 50 both say yes 20, both no 15; 5 and 10 apart (a textbook example).
  first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
  second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
  assert metrics.cohen_kappa(first, second, 2) == pytest.approx(0.4)
  assert metrics.cohen_kappa(first, first, 2) == 1.0
  assert metrics.cohen_kappa([0, 1], [1, 0], 2) == -1.0


def test_a_grade_far_off_weighs_more():
  truth, near, far = [0, 1, 2, 2], [0, 1, 2, 1], [0, 1, 2, 0]
  kappas = [
    metrics.cohen_kappa(truth, taken, 3, "quadratic") for taken in (near, far)
  ]
  assert kappas[0] > kappas[1]
  plain = [metrics.cohen_kappa(truth, taken, 3) for taken in (near, far)]
  assert plain[0] == pytest.approx(plain[1], abs=0.05)


@pytest.mark.parametrize("readers", [([1, 1], [1, 1]), ([], [])])
def test_kappa_of_one_class_is_no_number(readers):
  first, second = (np.array(x, int) for x in readers)
  assert np.isnan(metrics.cohen_kappa(first, second, 3))
  assert np.isnan(metrics.cohen_kappa(first, second, 3, "quadratic"))


def test_readers_who_never_meet_agree_as_by_chance():
  assert metrics.cohen_kappa([0, 0, 0], [1, 1, 1], 2) == 0.0


def test_billions_of_voxels_do_not_overflow(monkeypatch):
  counts = np.array([[3, 1], [1, 3]], np.int64) * 4_000_000_000
  monkeypatch.setattr("alx.metrics.confusion._confusion", lambda *args: counts)
  assert metrics.cohen_kappa([0], [0], 2) == pytest.approx(0.5)


@pytest.mark.parametrize(
  ("readers", "told"),
  [
    (([0, 1], [0, 2]), r"second: wanted classes 0\.\.1, found 2"),
    (([0.0, 1.0], [0, 1]), "first: wanted integer classes, found float64"),
    (([0, 1], [[0, 1]]), r"found shapes \(2,\) and \(1, 2\)"),
    (([0, 1], [0, 1], "cubic"), "weights: wanted None, 'linear' or 'quadrat"),
  ],
)
def test_what_two_readers_cannot_have_said(readers, told):
  first, second, *weights = readers
  with pytest.raises(ValueError, match=told):
    metrics.cohen_kappa(first, second, 2, *weights)


def test_a_matrix_is_told_by_its_own_names():
  with pytest.raises(ValueError, match=r"pred: wanted classes 0\.\.1, found 3"):
    metrics.confusion_matrix([3], [0], 2)
