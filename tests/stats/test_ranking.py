import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from alx.stats import (
  bootstrap,
  friedman,
  mean_of,
  mean_ranks,
  nemenyi_difference,
  percentile,
  rank_interval,
  ranks,
)
from tests import oracle_stats


def test_equal_scores_share_their_ranks():
  np.testing.assert_array_equal(ranks([0.9, 0.5, 0.9, 0.1]), [1.5, 3, 1.5, 4])
  np.testing.assert_array_equal(ranks([0.5] * 3), [2, 2, 2])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=7))
def test_ranks_are_those_of_counting(scores):
  wanted = [oracle_stats.rank(scores, i) for i in range(len(scores))]
  found = ranks(scores)
  np.testing.assert_array_equal(found, wanted)
  assert found.sum() == len(scores) * (len(scores) + 1) / 2


def test_mean_ranks_over_seeds_for_each_round():
  scores = np.zeros((3, 2, 2))  # arms, rounds, seeds
  scores[:, 0, 0] = [0.3, 0.2, 0.1]
  scores[:, 0, 1] = [0.1, 0.2, 0.3]
  scores[:, 1, 0] = [0.5, 0.5, 0.9]
  scores[:, 1, 1] = [0.5, 0.4, 0.9]
  found = mean_ranks(scores)
  np.testing.assert_array_equal(found, [[2, 2.25], [2, 2.75], [2, 1]])
  np.testing.assert_array_equal(found.sum(0), [6, 6])


def test_a_gap_leaves_the_seed_out_of_the_round():
  scores = np.array(
    [
      [[0.9, np.nan, 0.1], [0.9, 0.9, 0.9]],
      [[0.5, 0.9, 0.5], [np.nan] * 3],
    ]
  )
  nan = np.nan
  np.testing.assert_array_equal(mean_ranks(scores), [[1.5, nan], [1.5, nan]])


def test_rank_interval_of_seeds_that_agree():
  scores = np.array([0.1, 0.3, 0.2])[:, None, None] * np.ones((1, 4, 5))
  found = rank_interval(scores)
  np.testing.assert_array_equal(found.value, [3, 1, 2])
  np.testing.assert_array_equal(found.low, found.high)


def test_rank_interval_of_seeds_that_do_not():
  scores = np.random.default_rng(0).normal(size=(3, 2, 6))
  scores[0] += 1.0
  found = rank_interval(scores, num_draws=500)
  np.testing.assert_allclose(found.value, mean_ranks(scores).mean(1))
  assert (found.low < found.value).all() and (found.value < found.high).all()
  with_gap = np.concatenate([scores, np.full((3, 2, 1), np.nan)], 2)
  assert rank_interval(with_gap, num_draws=500).clusters == 6


def test_the_options_of_rank_interval_are_those_of_the_bootstrap():
  scores = np.random.default_rng(3).normal(size=(3, 2, 7))
  options = {"level": 0.8, "num_draws": 99, "ends": percentile, "seed": 4}
  by_seed = ranks(scores).mean(1).T
  wanted = bootstrap(mean_of(by_seed), range(7), **options)
  found = rank_interval(scores, **options)
  np.testing.assert_array_equal(found.low, wanted.low)
  np.testing.assert_array_equal(found.high, wanted.high)


def test_friedman_by_hand():
  # Four blocks that all agree on three arms: chi2(2) = 12 * 4 / (3 * 4)
  # * ((1 - 2)^2 + 0 + (3 - 2)^2) = 8.
  scores = np.array([[3.0], [2.0], [1.0]]) * np.ones((1, 4))
  assert friedman(scores) == pytest.approx(scipy.stats.chi2.sf(8, 2))


def test_friedman_of_ties_and_gaps():
  assert friedman(np.ones((3, 5))) == 1.0
  scores = np.random.default_rng(1).normal(size=(4, 6))
  with_gap = np.concatenate([scores, [[np.nan], [1], [1], [1]]], 1)
  assert friedman(with_gap) == friedman(scores)
  assert np.isnan(friedman(np.full((3, 2), np.nan)))


@pytest.mark.parametrize(
  ("arms", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)]
)
def test_nemenyi_of_the_table_of_demsar(arms, q):
  found = nemenyi_difference(arms, 20)
  scale = np.sqrt(arms * (arms + 1) / (6 * 20))
  assert found / scale == pytest.approx(q, abs=1e-3)


def test_wrong_input_is_refused():
  for function in (mean_ranks, rank_interval):
    with pytest.raises(ValueError, match=r"\[arms rounds seeds\], got shape"):
      function(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"got shape \(2, 3, 0\)"):
      function(np.zeros((2, 3, 0)))
  with pytest.raises(ValueError, match=r"scores \[A, ...\], got shape \(0,\)"):
    ranks([])
  with pytest.raises(ValueError, match="three arms or more, got 2"):
    friedman(np.zeros((2, 5)))
  with pytest.raises(ValueError, match=r"\[arms blocks\], got shape \(3,\)"):
    friedman(np.zeros(3))
  with pytest.raises(ValueError, match="num_arms >= 2, got 1"):
    nemenyi_difference(1, 5)
  with pytest.raises(ValueError, match="num_blocks >= 1, got 0"):
    nemenyi_difference(3, 0)
  with pytest.raises(ValueError, match="alpha"):
    nemenyi_difference(3, 5, 5)
