import numpy as np
import pytest
import scipy.stats

from alx import stats


def test_the_interval_of_one_two_three():
  found = stats.mean_interval([1.0, 2.0, 3.0])
  # sd 1, t(2) at 97.5 % is 4.3027, over sqrt(3).
  assert found.mean == 2.0 and found.count == 3
  assert found.low == pytest.approx(2 - 2.484138)
  assert found.high == pytest.approx(2 + 2.484138)


def test_the_interval_is_that_of_scipy():
  values = np.random.default_rng(0).normal(size=(6, 4))
  found = stats.mean_interval(values, 0.9)
  wanted = scipy.stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
  np.testing.assert_allclose(found.low, wanted.low)
  np.testing.assert_allclose(found.high, wanted.high)
  across = stats.mean_interval(values.T, 0.9, axis=1)
  np.testing.assert_array_equal(across.low, found.low)


def test_unknown_values_are_left_out():
  nan = np.nan
  found = stats.mean_interval(
    [[1.0, nan, nan], [nan, 5.0, nan], [3.0, nan, nan]]
  )
  np.testing.assert_array_equal(found.mean, [2.0, 5.0, nan])
  np.testing.assert_array_equal(found.count, [2, 1, 0])
  np.testing.assert_array_equal(np.isnan(found.low), [False, True, True])
  # sd sqrt(2), t(1) = 12.7062, over sqrt(2).
  assert found.high[0] == pytest.approx(2 + 12.706205)


@pytest.mark.parametrize("value", [0.25, 0.0, -3.0])
def test_equal_values_have_a_mean_without_an_interval(value):
  found = stats.mean_interval([value] * 4)
  assert found.mean == value and np.isnan([found.low, found.high]).all()


def test_equal_pairs_are_equal_and_others_without_spread_unknown():
  a = np.array([0.25, 0.5, 0.75])
  assert stats.paired_difference(a, a) == (0.0, 0.0, 0.0, 3)
  found = stats.paired_difference(a + 0.125, a)
  assert found.mean == 0.125 and np.isnan([found.low, found.high]).all()


def test_intervals_cover_as_often_as_they_say():
  values = np.random.default_rng(1).normal(3.0, 2.0, (5, 4000))
  found = stats.mean_interval(values, 0.8)
  covered = (found.low <= 3.0) & (found.high >= 3.0)
  assert covered.mean() == pytest.approx(0.8, abs=0.02)


def test_paired_difference_takes_what_the_pairs_share_away():
  shared = np.array([0.1, 0.5, 0.9])
  found = stats.paired_difference(shared + np.array([0.1, 0.2, 0.3]), shared)
  assert found.mean == pytest.approx(0.2)
  assert found.high == pytest.approx(0.2 + 0.2484138)
  with_gap = stats.paired_difference([1.0, np.nan, 3.0], [0.0, 0.0, np.nan])
  assert with_gap.mean == 1.0 and with_gap.count == 1


def test_a_wrong_level_or_a_missing_pair_is_refused():
  with pytest.raises(ValueError, match="level"):
    stats.mean_interval([1.0, 2.0], 95)
  with pytest.raises(ValueError, match="pairs"):
    stats.paired_difference([1.0, 2.0], [1.0])


def test_a_bounded_interval_is_that_of_logits():
  values = np.array([0.90, 0.97, 0.99])
  found = stats.bounded_interval(values, (0.0, 1.0))
  mean, error = values.mean(), values.std(ddof=1) / np.sqrt(3)
  half = scipy.stats.t.ppf(0.975, 2) * error / (mean * (1 - mean))
  logit = np.log(mean / (1 - mean))
  wanted = [1 / (1 + np.exp(-(logit + sign * half))) for sign in (-1, 1)]
  np.testing.assert_allclose(found[:3], [mean, *wanted])
  assert stats.mean_interval(values).high > 1 > found.high


def test_a_bounded_interval_of_distances_is_above_0():
  values = np.array([0.1, 2.0, 6.0])
  found = stats.bounded_interval(values, (0.0, np.inf))
  assert 0 < found.low < values.mean() < found.high
  np.testing.assert_allclose(found.low * found.high, values.mean() ** 2)


def test_bounds_that_are_none_change_nothing():
  values = np.array([[0.1, 2.0], [0.4, 6.0], [0.3, 5.0]])
  found = stats.bounded_interval(values)
  np.testing.assert_allclose(found, stats.mean_interval(values))


def test_two_values_have_no_bounded_interval():
  found = stats.bounded_interval(np.array([0.5, 0.7]), (0.0, 1.0))
  assert found.mean == 0.6 and np.isnan([found.low, found.high]).all()
