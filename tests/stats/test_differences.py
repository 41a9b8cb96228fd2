import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.stats import (
  Difference,
  Summary,
  one_sample,
  paired,
  pooled,
  summarize,
  t_interval,
  t_test,
  welch,
)

SDS = st.floats(0.01, 10.0)
COUNTS = st.integers(2, 200)
SUMMARIES = st.builds(Summary, st.floats(-5, 5), SDS, COUNTS)


def test_the_summary_of_one_two_three():
  assert summarize([1.0, 2.0, 3.0]) == (2.0, 1.0, 3)


def test_a_summary_leaves_out_what_is_unknown():
  nan = np.nan
  found = summarize([[1.0, nan], [3.0, nan], [nan, nan], [nan, 7.0]])
  np.testing.assert_array_equal(found.mean, [2.0, 7.0])
  np.testing.assert_array_equal(found.sd, [np.sqrt(2), nan])
  np.testing.assert_array_equal(found.count, [2, 1])
  assert np.isnan(summarize([nan]).mean)


def test_welch_by_hand():
  # v = 4/4 and 9/9, (1 + 1)^2 / (1/3 + 1/8) degrees of freedom.
  found = welch(Summary(5.0, 2.0, 4), Summary(2.0, 3.0, 9))
  assert found == (3.0, pytest.approx(np.sqrt(2)), pytest.approx(96 / 11))


def test_pooled_by_hand():
  # (2 * 1 + 4 * 4) / 6 = 3; 3 * (1/3 + 1/5) = 1.6.
  found = pooled(Summary(1.0, 1.0, 3), Summary(2.0, 2.0, 5))
  assert found == (-1.0, pytest.approx(np.sqrt(1.6)), 6)


@pytest.mark.parametrize("same_variance", [False, True])
@settings(deadline=None, max_examples=50)
@given(a=SUMMARIES, b=SUMMARIES)
def test_two_samples_are_those_of_scipy(same_variance, a, b):
  found = (pooled if same_variance else welch)(a, b)
  wanted = scipy.stats.ttest_ind_from_stats(*a, *b, equal_var=same_variance)
  assert found.value / found.error == pytest.approx(wanted.statistic)
  assert t_test(found) == pytest.approx(wanted.pvalue, rel=1e-9, abs=1e-12)


def test_welch_interval_is_that_of_scipy():
  rng = np.random.default_rng(0)
  a, b = rng.normal(size=(7, 3)), rng.normal(0.5, 3.0, (4, 3))
  low, high = t_interval(welch(summarize(a), summarize(b)), 0.9)
  test = scipy.stats.ttest_ind(a, b, equal_var=False)
  np.testing.assert_allclose(low, test.confidence_interval(0.9).low)
  np.testing.assert_allclose(high, test.confidence_interval(0.9).high)


@settings(deadline=None, max_examples=50)
@given(a=SUMMARIES, b=SUMMARIES)
def test_welch_has_fewer_degrees_of_freedom_than_pooled(a, b):
  dof = welch(a, b).dof
  least = min(a.count, b.count) - 1
  assert least * (1 - 1e-9) <= dof <= pooled(a, b).dof * (1 + 1e-9)


def test_pairs_and_one_sample_are_those_of_scipy():
  rng = np.random.default_rng(1)
  a, b = rng.normal(size=(2, 6))
  found = t_test(paired(a, b)), t_test(one_sample(summarize(a), 0.3))
  wanted = scipy.stats.ttest_rel(a, b), scipy.stats.ttest_1samp(a, 0.3)
  assert found == pytest.approx([w.pvalue for w in wanted])


def test_a_pair_with_a_gap_is_left_out():
  with_gap = paired([1.0, 2.0, 9.0, np.nan], [0.0, 3.0, np.nan, 5.0])
  assert with_gap == paired([1.0, 2.0], [0.0, 3.0])


@pytest.mark.parametrize("design", [welch, pooled])
def test_without_spread_a_difference_is_unknown(design):
  equal, apart = Summary(1.0, 0.0, 3), Summary(2.0, 0.0, 5)
  assert t_test(design(equal, equal)) == 1.0
  assert t_interval(design(equal, equal)) == (0.0, 0.0)
  found = design(equal, apart)
  assert found.value == -1.0 and found.dof == pytest.approx(6.0)
  assert np.isnan(t_test(found)) and np.isnan(t_interval(found)).all()


def test_a_difference_made_by_hand_follows_the_same_rule():
  found = Difference(np.array([0.0, 0.5, np.nan]), np.zeros(3), 5)
  np.testing.assert_array_equal(t_test(found), [1.0, np.nan, np.nan])
  np.testing.assert_array_equal(t_interval(found)[0], [0.0, np.nan, np.nan])


@pytest.mark.parametrize("unknown", [(1.0, np.nan, 5), (1.0, 0.5, 1)])
def test_an_unknown_spread_leaves_the_difference(unknown):
  for design in (welch, pooled):
    found = design(Summary(*unknown), Summary(3.0, 1.0, 5))
    assert found.value == -2.0
    assert np.isnan(t_test(found)) and np.isnan(t_interval(found)).all()


def test_differences_broadcast_over_a_table():
  table = Summary([0.5, 0.7], [0.1, 0.2], [5, 5])
  one = Summary(0.5, 0.1, 5)
  both = t_test(welch(table, one))
  assert both[0] == 1.0
  assert both[1] == t_test(welch(Summary(0.7, 0.2, 5), one))


@pytest.mark.parametrize("wrong", [(0.0, -1.0, 5), (0.0, 1.0, -5)])
def test_a_negative_spread_or_count_is_refused(wrong):
  for design in (welch, pooled):
    with pytest.raises(ValueError, match=r"wanted sd >= 0 and count >= 0"):
      design(Summary(0.0, 1.0, 5), Summary(*wrong))
  with pytest.raises(ValueError, match="wanted sd >= 0"):
    one_sample(Summary(*wrong))


def test_a_wrong_level_or_a_missing_pair_is_refused():
  with pytest.raises(ValueError, match=r"wanted level in \(0, 1\), got 95"):
    t_interval(Difference(0.0, 1.0, 5), 95)
  with pytest.raises(ValueError, match=r"pairs, got shapes \(2,\) and \(1,\)"):
    paired([1.0, 2.0], [1.0])
