import numpy as np
import pytest

from alx import metrics
from tests import oracle_metrics as oracle

NAN = np.nan


def line(text):
  """'#' is a lesion."""
  return np.array([[c == "#" for c in text]])


def counted(pred, truth, **given):
  return tuple(metrics.lesion_counts(line(pred), line(truth), **given))


@pytest.mark.parametrize(
  ("pred", "truth", "matched", "predicted", "true"),
  [
    ("##..##", "##..##", 2, 2, 2),
    ("##....", "##..##", 1, 1, 2),  # a miss
    ("##..##", "##....", 1, 2, 1),  # invented
    ("#.#...", "###...", 1, 2, 1),  # one lesion in two pieces
    ("#####.", "##.##.", 1, 1, 2),  # one blob over two lesions
    ("......", "##....", 0, 0, 1),
    ("......", "......", 0, 0, 0),
    ("##....", "..##..", 0, 1, 1),  # beside, without a shared voxel
  ],
)
def test_lesions_of_a_line(pred, truth, matched, predicted, true):
  assert counted(pred, truth, min_iou=0) == (matched, predicted, true)


def test_the_least_overlap_is_enough():
  pred, truth = "#####.....", "....######"  # 1 of 10
  assert counted(pred, truth)[0] == 1  # 0.1 if nothing is said
  assert counted(pred, truth, min_iou=0.1)[0] == 1
  assert counted(pred, truth, min_iou=0.11)[0] == 0
  assert counted("###.", "###.", min_iou=1)[0] == 1


def test_the_most_pairs_count_not_the_largest_overlaps():
  """The two long ones share most; paired so, both short ones have nothing."""
  assert counted("#.########", "########.#", min_iou=0.1) == (2, 2, 2)
  assert counted("#.########", "########.#", min_iou=0.2) == (1, 2, 2)


def test_a_centre_in_the_lesion_is_a_find():
  assert counted("..###...", "...#....", by_centre=True)[0] == 1
  assert counted("..###...", "....#...", by_centre=True)[0] == 0
  assert counted("..##....", "..#.....", by_centre=True)[0] == 1  # of two
  assert counted("..##....", "...#....", by_centre=True)[0] == 0


@pytest.mark.parametrize(("connectivity", "parts"), [(1, 2), (2, 1), (None, 1)])
def test_what_touches_at_a_corner(connectivity, parts):
  mask = np.eye(2, dtype=bool)
  found = metrics.lesion_counts(mask, mask, connectivity=connectivity)
  assert found == (parts, parts, parts)


@pytest.mark.parametrize("shape", [(7, 8), (4, 4, 4)])
@pytest.mark.parametrize("connectivity", [1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_lesions_are_those_of_all_ways_to_pair(shape, connectivity, seed):
  rng = np.random.default_rng(seed)
  pred, truth = rng.random((2, *shape)) < 0.17
  pred |= np.roll(truth, 1, 0) & (rng.random(shape) < 0.5)
  few = [len(oracle.parts(x, connectivity)) for x in (pred, truth)]
  while max(few) > 7:  # all ways to pair 7 lesions are 5,040
    crowded = truth if few[1] > 7 else pred
    crowded[tuple(np.argwhere(crowded)[0])] = False
    few = [len(oracle.parts(x, connectivity)) for x in (pred, truth)]
  for least in (0, 0.1, 0.4):
    found = metrics.lesion_counts(
      pred, truth, min_iou=least, connectivity=connectivity
    )
    fits = oracle.iou_of_at_least(least)
    assert found == oracle.lesions(pred, truth, fits, connectivity)
  found = metrics.lesion_counts(
    pred, truth, by_centre=True, connectivity=connectivity
  )
  wanted = oracle.lesions(pred, truth, oracle.centre_inside, connectivity)
  assert found == wanted


def test_many_specks_are_counted_quickly():
  rng = np.random.default_rng(0)
  pred, truth = rng.random((2, 128, 128, 16)) < 0.02
  found = metrics.lesion_counts(pred, truth, min_iou=0)
  assert found.predicted > 1000 and found.true > 1000
  assert 0 < found.matched < found.true


@pytest.mark.parametrize(
  ("given", "told"),
  [
    ({"min_iou": 1.5}, "min_iou: wanted a number, 0 to 1, found 1.5"),
    ({"min_iou": NAN}, "min_iou: wanted a number, 0 to 1, found nan"),
    ({"min_iou": 0.5, "by_centre": True}, "min_iou: wanted none with by_cent"),
    ({"connectivity": 0}, "connectivity: wanted 1 or more, found 0"),
    ({"connectivity": 3}, "connectivity: wanted at most 2 for 2 axes, found 3"),
    ({"connectivity": 1.0}, "connectivity: wanted 1 or more, found 1.0"),
  ],
)
def test_settings_out_of_range_are_refused(given, told):
  with pytest.raises(ValueError, match=told):
    counted("##", "##", **given)


def test_masks_are_checked():
  with pytest.raises(ValueError, match="pred: wanted a bool mask, or 0 and 1"):
    metrics.lesion_counts(line("##") * 2, line("##"))
  with pytest.raises(ValueError, match="masks of one shape"):
    metrics.lesion_counts(line("##"), line("###"))


# Over cases.


def test_detection_by_hand():
  # 3 of 5 lesions found, 2 of 5 predictions wrong, in 4 cases, one without any.
  counts = [(2, 3, 3), (1, 1, 2), (0, 1, 0), (0, 0, 0)]
  found = metrics.lesion_detection([metrics.LesionCounts(*c) for c in counts])
  assert found == (3 / 5, 3 / 5, 6 / 10, 2 / 4, 4)


@pytest.mark.parametrize(
  ("counts", "wanted"),
  [
    ([], (NAN, NAN, NAN, NAN, 0)),
    ([(0, 0, 0)], (NAN, NAN, NAN, 0.0, 1)),  # nothing there, nothing said
    ([(0, 2, 0)], (NAN, 0.0, 0.0, 2.0, 1)),
    ([(0, 0, 2)], (0.0, NAN, 0.0, 0.0, 1)),
  ],
)
def test_detection_where_there_is_nothing(counts, wanted):
  found = metrics.lesion_detection(counts)
  np.testing.assert_array_equal(tuple(found), wanted)


@pytest.mark.parametrize(
  ("counts", "told"),
  [
    ((1, 2, 3), r"wanted integers \[cases, 3\], .* found int64 \(3,\)"),
    ([(1, 2)], r"found int64 \(1, 2\)"),
    ([(0.5, 1, 1)], "found float64"),
    ([(2, 1, 3)], r"0 <= matched <= predicted and true, found \[2, 1, 3\]"),
    ([(-1, 1, 3)], r"found \[-1, 1, 3\]"),
  ],
)
def test_counts_that_are_none_are_refused(counts, told):
  with pytest.raises(ValueError, match=told):
    metrics.lesion_detection(counts)


# Over scores.


def test_froc_by_hand():
  # Hits lesion 0, misses, hits 0 again, misses, hits 1; 2 cases, 4 lesions.
  found = metrics.froc([9, 8, 7, 6, 5], [0, -1, 0, -1, 1], 4, 2, [0, 0.5, 1])
  assert found.rates.tolist() == [0, 0.5, 1]
  assert found.sensitivity.tolist() == [1 / 4, 1 / 4, 2 / 4]
  assert found.average == pytest.approx(1 / 3)
  usual = metrics.froc([1.0], [0], 1, 1)
  assert usual.rates.tolist() == [0.125, 0.25, 0.5, 1, 2, 4, 8]
  assert usual.average == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_froc_is_that_of_all_thresholds(seed):
  rng = np.random.default_rng(seed)
  scores = rng.integers(0, 12, 30).astype(float)  # with ties
  lesions = rng.integers(-1, 6, 30) * (rng.random(30) < 0.6)
  lesions[rng.random(30) < 0.5] = -1
  found = metrics.froc(scores, lesions, 6, 4)
  wanted = oracle.froc(scores, lesions.tolist(), 6, 4, metrics.FROC_RATES)
  np.testing.assert_allclose(found.sensitivity, wanted)
  assert (np.diff(found.sensitivity) >= 0).all()


def test_froc_of_nothing():
  none = np.zeros(0), np.zeros(0, int)
  assert metrics.froc(*none, 3, 2).average == 0.0
  assert np.isnan(metrics.froc(*none, 0, 2).average)
  assert np.isnan(metrics.froc([1.0], [-1], 0, 2).sensitivity).all()


@pytest.mark.parametrize(
  ("given", "told"),
  [
    (([1.0], [3], 3, 1), r"lesions: wanted 0\.\.2, or -1 for none, found 3"),
    (([1.0], [-2], 3, 1), "or -1 for none, found -2"),
    (([1.0], [0.0], 3, 1), "lesions: wanted integers, found float64"),
    (([1.0, 2.0], [0], 3, 1), r"found shapes \(2,\), \(1,\) and \(7,\)"),
    (([np.nan], [0], 3, 1), "scores: wanted numbers, found nan"),
    (([1.0], [0], 3, 0), "num_cases: wanted 1 or more, found 0"),
    (([1.0], [0], 3, 1, [-1]), "rates: wanted a number, 0 or more, found -1"),
    (([1.0], [0], 3, 1, []), r"and rates \[R\], found shapes"),
  ],
)
def test_candidates_that_are_none_are_refused(given, told):
  with pytest.raises(ValueError, match=told):
    metrics.froc(*given)
