import numpy as np
import pytest
import scipy.stats

from alx import metrics
from tests import oracle_metrics as oracle

NAN = np.nan


# Classes and groups.


def test_a_mix_by_hand():
  counts, entropy = metrics.class_mix([0, 2, 2, 2], 4)
  assert counts.tolist() == [1, 0, 3, 0]
  assert entropy == pytest.approx(scipy.stats.entropy([0.25, 0.75]))
  assert metrics.class_mix([1, 1], 3).entropy == 0.0
  even = metrics.class_mix([0, 1, 2, 3], 4).entropy
  assert even == pytest.approx(np.log(4))


def test_a_mix_of_nothing():
  counts, entropy = metrics.class_mix(np.zeros(0, int), 3)
  assert counts.tolist() == [0, 0, 0] and np.isnan(entropy)


@pytest.mark.parametrize(
  ("labels", "told"),
  [
    ([0, 3], r"labels: wanted classes 0\.\.2, found 3"),
    ([0.0, 1.0], "labels: wanted integer classes, found float64"),
    ([[0, 1]], r"labels: wanted \[k\], found shape \(1, 2\)"),
  ],
)
def test_labels_that_are_none_are_refused(labels, told):
  with pytest.raises(ValueError, match=told):
    metrics.class_mix(labels, 3)


def test_patients_by_hand():
  patients = ["a", "b", "a", "c", "a", "b"]
  assert metrics.repeated_groups(patients) == (2, 3, 3 / 6)
  entropy = metrics.group_entropy(patients)
  assert entropy == pytest.approx(scipy.stats.entropy([3, 2, 1]))
  assert metrics.repeated_groups(["a", "b"]) == (0, 0, 0.0)


def test_unknown_patients_are_nobody_else():
  unknown = ["", "nan", None, float("nan"), "a"]
  assert metrics.repeated_groups(unknown) == (0, 0, 0.0)
  assert metrics.group_entropy(unknown) == pytest.approx(np.log(5))


def test_no_patients():
  assert metrics.repeated_groups([])[:2] == (0, 0)
  assert np.isnan(metrics.repeated_groups([]).share)
  assert np.isnan(metrics.group_entropy([]))
  with pytest.raises(ValueError, match=r"groups: wanted \[k\], found shape"):
    metrics.repeated_groups([["a", "b"]])


# Picks.


@pytest.mark.parametrize(
  ("first", "second", "wanted"),
  [
    ([1, 2, 3], [3, 4], 1 / 4),
    ([1, 2], [2, 1], 1.0),
    ([1, 2], [3], 0.0),
    ([1, 2], [], 0.0),
    ([], [], NAN),
    (["a", "b"], ["b"], 1 / 2),
    (np.array(["a", "b"], object), ("b", "c"), 1 / 3),
    ({1, 2}, frozenset([2, 3]), 1 / 3),
    (np.array([np.int64(1), 2], object), [1], 1 / 2),
    (np.array([5, 7], np.int32), np.array([7], np.uint8), 1 / 2),
  ],
)
def test_overlap_of_picks(first, second, wanted):
  found = metrics.pick_overlap(first, second)
  assert found == pytest.approx(wanted, nan_ok=True)
  found = metrics.pick_overlap(second, first)
  assert found == pytest.approx(wanted, nan_ok=True)


def test_empty_slots_are_no_picks():
  first, second = [1, 2, 9, 9], [2, 9, 9, 9]
  found = metrics.pick_overlap(first, second, num_items=9)
  assert found == 1 / 2
  told = "first: wanted each id once, found 9 twice .* say num_items="
  with pytest.raises(ValueError, match=told):
    metrics.pick_overlap(first, second)


@pytest.mark.parametrize(
  ("first", "told"),
  [
    ([1.0, 2.0], "first: wanted ids, integers or texts, found 1.0"),
    ([True], "first: wanted ids, integers or texts, found True"),
    ([None], "first: wanted ids, integers or texts, found None"),
    ([[1]], r"first: wanted ids \[k\], found shape \(1, 1\)"),
    (["1"], "wanted ids of one kind, found numbers against texts"),
  ],
)
def test_ids_that_are_none_are_refused(first, told):
  with pytest.raises(ValueError, match=told):
    metrics.pick_overlap(first, [1, 2])


@pytest.mark.parametrize("item", [11, -1, "a"])
def test_items_beyond_the_pool_are_refused(item):
  told = f"first: wanted items 0 to 9, or 10 for an empty slot, found {item!r}"
  with pytest.raises(ValueError, match=told):
    metrics.pick_overlap([item], [1, 2], num_items=10)


# Features.


def features(seed=0, count=40):
  return np.random.default_rng(seed).standard_normal((count, 5))


def test_cover_is_that_of_all_pairs():
  pool = features()
  labelled = np.arange(40) % 7 == 0
  found = metrics.cover_radius(pool, labelled)
  assert found == pytest.approx(oracle.cover(pool, labelled))


def test_cover_by_hand():
  pool = np.array([[0.0, 0], [3, 4], [0, 1], [6, 8]])
  assert metrics.cover_radius(pool, [1, 0, 0, 0]) == (10.0, (5 + 1 + 10) / 4)
  assert metrics.cover_radius(pool, [1, 1, 1, 1]) == (0.0, 0.0)
  assert np.isnan(metrics.cover_radius(pool, [0, 0, 0, 0])).all()


def test_more_labels_never_cover_less():
  pool, labelled = features(1), np.zeros(40, bool)
  before = (np.inf, np.inf)
  for item in np.random.default_rng(0).permutation(40):
    labelled[item] = True
    found = metrics.cover_radius(pool, labelled)
    assert found.radius <= before[0] and found.mean <= before[1]
    before = found


def test_blocks_change_nothing(monkeypatch):
  pool, others = features(2), features(3, 11)
  wanted = metrics.distances_to(pool, others)
  monkeypatch.setattr("alx.metrics.queries._BLOCK", 25)
  np.testing.assert_array_equal(metrics.distances_to(pool, others), wanted)
  assert np.isinf(metrics.distances_to(pool, others[:0])).all()


def test_copies_far_from_the_origin_are_at_0():
  pool = 1e6 + features(4)
  labelled = np.zeros(40, bool)
  labelled[:20] = True
  pool[20:] = pool[:20]
  assert metrics.cover_radius(pool, labelled) == (0.0, 0.0)
  assert metrics.near_pairs(pool, 0.0) == pytest.approx(20 / (40 * 39 / 2))


def test_near_pairs_by_hand():
  picks = np.array([[0.0], [0.0], [1.0], [5.0]])
  assert metrics.near_pairs(picks, 0) == 1 / 6
  assert metrics.near_pairs(picks, 1) == 3 / 6
  assert metrics.near_pairs(picks, 100) == 1.0
  assert np.isnan(metrics.near_pairs(picks[:1], 1))
  assert np.isnan(metrics.near_pairs(picks[:0], 1))


@pytest.mark.parametrize(
  ("call", "told"),
  [
    (lambda x: metrics.cover_radius(x[0], [1]), r"wanted \[N, D\], found shap"),
    (lambda x: metrics.cover_radius(x, [1, 0]), r"labelled: wanted \[40\], fo"),
    (lambda x: metrics.cover_radius(x, np.arange(40)), "labelled: wanted a bo"),
    (
      lambda x: metrics.cover_radius(x / 0, x[:, 0] > 0),
      "wanted finite number",
    ),
    (lambda x: metrics.distances_to(x, x[:, :2]), "features of one width, fou"),
    (lambda x: metrics.near_pairs(x, -1), "distance: wanted a number, 0 or mo"),
    (lambda x: metrics.near_pairs(x.astype(str), 1), "wanted numbers, found d"),
  ],
)
def test_features_that_are_none_are_refused(call, told):
  with np.errstate(all="ignore"), pytest.raises(ValueError, match=told):
    call(features())
