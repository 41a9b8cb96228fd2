"""An arm minus a baseline."""

import math

import numpy as np
import pytest
import scipy.stats

from experiments.cold import gaps
from experiments.cold.gaps import Gap


def test_pairs_by_hand():
  gap = gaps.paired(np.array([3.0, 5.0]), np.array([2.0, 2.0]))
  assert gap.mean == 2  # of 1 and 3: sd sqrt(2), standard error 1
  half = scipy.stats.t.ppf(0.975, 1)
  assert (gap.low, gap.high) == pytest.approx((2 - half, 2 + half))
  assert gap.p == pytest.approx(2 * scipy.stats.t.sf(2, 1))


def test_the_corrected_interval_is_wider():
  gap = gaps.paired(np.array([3.0, 5.0]), np.array([2.0, 2.0]))
  assert gap.half(10) == pytest.approx(scipy.stats.t.ppf(1 - 0.025 / 10, 1))
  assert gap.half(10) > gap.half() == pytest.approx(gap.high - gap.mean)


def test_all_draws_are_used_without_pairs():
  scores, draws = np.array([1.0, 3.0]), np.array([0.0, 1.0, 2.0, 1.0])
  gap = gaps.unpaired(scores, draws)
  assert gap.mean == 1
  wanted = scipy.stats.ttest_ind(scores, draws, equal_var=False).pvalue
  assert gap.p == pytest.approx(wanted)


def test_one_seed_has_a_mean_and_no_interval():
  gap = gaps.paired(np.array([3.0]), np.array([2.0]))
  assert gap.mean == 1 and math.isnan(gap.low) and math.isnan(gap.p)
  assert math.isnan(Gap().mean) and math.isnan(Gap().high)


def test_holm_by_hand():
  pairs = [
    gaps.paired(np.array(x), np.zeros(3)) for x in ([1, 2, 3], [3, 4, 5])
  ]
  first, second = gaps.corrected(pairs)
  assert second.p_holm == pytest.approx(2 * second.p)
  assert first.p_holm == pytest.approx(max(first.p, 2 * second.p))


def test_a_percentile_counts_pairs_and_halves_ties():
  assert gaps.percentile(np.array([2.0]), np.arange(4.0)) == 62.5
  same = np.array([1.0, 5.0, 3.0])
  assert gaps.percentile(same, same) == 50
  assert math.isnan(gaps.percentile(same, np.array([np.nan])))
