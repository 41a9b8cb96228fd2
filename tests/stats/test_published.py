import numpy as np
import pytest
import scipy.stats

from alx.stats import Summary, compare_with_published, summarize, verdict

THEIRS = Summary(0.75, 0.02, 5)


def test_a_comparison_is_welch_of_scipy():
  ours = np.random.default_rng(0).normal(0.72, 0.03, 4)
  found = compare_with_published(summarize(ours), THEIRS, 0.05, 0.9)
  wanted = scipy.stats.ttest_ind_from_stats(
    ours.mean(), ours.std(ddof=1), 4, *THEIRS, equal_var=False
  )
  assert found.p == pytest.approx(wanted.pvalue)
  # A sample with the published mean and sd has the interval of the summary.
  theirs = 0.75 + 0.02 * np.sqrt(4 / 2) * np.array([-1, -1, 0, 1, 1]) / np.sqrt(
    2
  )
  assert summarize(theirs) == pytest.approx(THEIRS)
  test = scipy.stats.ttest_ind(ours, theirs, equal_var=False)
  low, high = test.confidence_interval(0.9)
  assert (found.low, found.high) == pytest.approx((low, high))


def test_the_same_numbers_by_hand():
  # se = 0.02 sqrt(2 / 5) = 0.012649, 8 degrees of freedom, t(0.975) = 2.306.
  found = compare_with_published(THEIRS, THEIRS, 0.05)
  assert found.difference == 0.0 and found.p == 1.0
  assert found.high == pytest.approx(2.306004 * 0.0126491, abs=1e-6)
  assert found.low == -found.high
  sf = scipy.stats.t.sf(0.05 / 0.0126491, 8)
  assert found.p_equivalent == pytest.approx(sf, rel=1e-4)


@pytest.mark.parametrize(
  ("mean", "sd", "count", "bound", "word"),
  [
    (0.75, 0.02, 5, 0.05, "equivalent"),
    (0.85, 0.02, 5, 0.05, "different"),
    (0.65, 0.02, 5, 0.05, "different"),
    (0.76, 0.10, 5, 0.05, "undecided"),
    (0.75, 0.02, 5, 0.01, "undecided"),
    (0.78, 0.02, 50, 0.10, "near"),
    (0.75, np.nan, 5, 0.05, "undecided"),
    (0.75, 0.02, 1, 0.05, "undecided"),
    (0.85, 1e-9, 5, 0.05, "different"),  # the spread of theirs is known
  ],
)
def test_verdicts(mean, sd, count, bound, word):
  found = compare_with_published(Summary(mean, sd, count), THEIRS, bound)
  assert verdict(found) == word


def test_two_results_without_spread_are_undecided_unless_equal():
  flat = Summary(np.array([0.75, 0.75 + 1e-9, 0.76]), 1e-17, 5)
  found = compare_with_published(flat, Summary(0.75, 0.0, 5), 0.05)
  np.testing.assert_array_equal(found.p, [1.0, 1.0, np.nan])
  words = ["equivalent", "equivalent", "undecided"]
  np.testing.assert_array_equal(verdict(found), words)


def test_a_table_at_once():
  ours = Summary([0.75, 0.85], [0.02, 0.02], 5)
  theirs = Summary([0.75, 0.75], [0.02, np.nan], [5, 5])
  found = compare_with_published(ours, theirs, 0.05)
  np.testing.assert_array_equal(verdict(found), ["equivalent", "undecided"])
  np.testing.assert_allclose(found.difference, [0.0, 0.1])
  np.testing.assert_array_equal(np.isnan(found.p), [False, True])


def test_wrong_input_is_refused():
  with pytest.raises(ValueError, match="wanted a bound > 0"):
    compare_with_published(THEIRS, THEIRS, 0.0)
  with pytest.raises(ValueError, match=r"level in \(0, 1\), got 95"):
    compare_with_published(THEIRS, THEIRS, 0.05, 95)
  with pytest.raises(ValueError, match="sd >= 0"):
    compare_with_published(Summary(0.5, -0.1, 5), THEIRS, 0.05)
