import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.stats import (
  benjamini_hochberg,
  doubling_rounds,
  holm,
  mean_over_others,
  pairwise_wins,
)
from tests import oracle_stats


def drawn(arms=3, rounds=4, seeds=5, seed=0):
  rng = np.random.default_rng(seed)
  strength = 0.1 * np.arange(arms)[:, None, None]
  return strength + rng.normal(0.5, 0.1, (arms, rounds, seeds))


def test_a_dominated_arm_loses_every_round():
  worse = np.random.default_rng(0).normal(0.5, 0.1, (4, 5))
  better = worse + 0.2 + np.linspace(0, 0.01, 5)
  found = pairwise_wins([better, worse]).wins
  np.testing.assert_array_equal(found, [[0.0, 1.0], [0.0, 0.0]])


def test_three_arms_by_hand():
  # Pairs of round 1: b - a = 1, 2, 3 with t = 2 / (1 / sqrt(3)) = 3.46,
  # p = 0.074; of round 2: 9, 10, 11, t = 17.3, p = 0.0033. c is a.
  a = np.zeros((2, 3))
  b = np.array([[1.0, 2.0, 3.0], [9.0, 10.0, 11.0]])
  found = pairwise_wins([a, b, a])
  np.testing.assert_array_equal(
    found.wins, [[0, 0, 0], [0.5, 0, 0.5], [0, 0, 0]]
  )
  np.testing.assert_allclose(found.p[0, 1], [0.0742, 0.0033], atol=5e-5)
  np.testing.assert_array_equal(found.mean[1, 0], [2.0, 10.0])
  assert found.without_spread == 2  # a and c, in both rounds


@pytest.mark.parametrize("seed", range(3))
def test_wins_are_those_of_one_test_after_the_other(seed):
  scores = drawn(seed=seed)
  found = pairwise_wins(scores, 0.1)
  wanted = oracle_stats.wins(scores, 0.1)
  np.testing.assert_allclose(found.wins, wanted)
  assert 0 < wanted.sum() < 3  # neither none nor all
  assert found.without_spread == 0


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([None, holm]))
def test_no_more_wins_than_experiments(seed, adjust):
  experiments = [
    pairwise_wins(drawn(seed=seed + i), 0.3, adjust).wins for i in range(3)
  ]
  total = sum(experiments)
  assert (total + total.T <= 3 + 1e-12).all()
  assert (np.diag(total) == 0).all()


def test_lower_scores_turn_wins_into_losses():
  scores = drawn()
  np.testing.assert_array_equal(
    pairwise_wins(-scores).wins, pairwise_wins(scores).wins.T
  )


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_adjusting_counts_every_pair_and_round_once(adjust):
  plain = pairwise_wins(drawn(seed=4))
  found = pairwise_wins(drawn(seed=4), adjust=adjust)
  upper = np.triu_indices(3, 1)
  np.testing.assert_allclose(found.p[upper], adjust(plain.p[upper]))
  np.testing.assert_array_equal(found.p, found.p.transpose(1, 0, 2))
  assert (found.wins <= plain.wins).all()
  assert found.wins.sum() < plain.wins.sum()


def test_equal_arms_seldom_win_once_adjusted():
  scores = np.random.default_rng(5).normal(size=(400, 4, 3, 5))
  plain = [pairwise_wins(s).wins.any() for s in scores]
  strict = [pairwise_wins(s, adjust=holm).wins.any() for s in scores]
  assert np.mean(strict) < 0.08 < 0.3 < np.mean(plain)


def test_pairs_without_spread_are_no_wins_and_are_counted():
  scores = np.array([[[0.3, 0.6, 0.9]], [[0.1, 0.4, 0.7]]])
  found = pairwise_wins(scores)
  assert not found.wins.any() and np.isnan(found.p[0, 1]).all()
  assert found.without_spread == 1


def test_missing_runs_leave_their_pairs_out():
  scores = drawn(seeds=5)
  scores[0, :, 4] = np.nan
  found = pairwise_wins(scores)
  fewer = pairwise_wins(scores[..., :4])
  np.testing.assert_array_equal(found.p[0], fewer.p[0])
  whole = pairwise_wins(drawn(seeds=5))
  np.testing.assert_array_equal(found.p[1, 2], whole.p[1, 2])


def test_one_seed_wins_nothing():
  found = pairwise_wins(drawn(seeds=1))
  assert np.isnan(found.p).all() and not found.wins.any()
  assert np.isnan(pairwise_wins(drawn(seeds=1), adjust=holm).p).all()


def test_mean_over_others_leaves_the_diagonal_out():
  wins = [[9.0, 1.0, 0.5], [0.0, 9.0, 1.0], [0.0, 0.0, 9.0]]
  np.testing.assert_array_equal(mean_over_others(wins), [0.75, 0.5, 0.0])
  np.testing.assert_array_equal(mean_over_others(wins, 0), [0, 0.5, 0.75])


def test_rounds_double_until_the_baseline_is_done():
  labels = [100, 200, 300, 400, 500, 600, 700, 800, 900]
  scores = [0.5, 0.6, 0.7, 0.75, 0.8, 0.84, 0.86, 0.87, 0.87]
  # 100 + 1, 2, 4, 8 hundreds; 0.99 * 0.87 is reached at 800.
  np.testing.assert_array_equal(doubling_rounds(labels, scores), [1, 2, 4])
  np.testing.assert_array_equal(doubling_rounds(labels, scores, 0.9), [1, 2, 4])
  np.testing.assert_array_equal(doubling_rounds(labels, scores, 0.8), [1, 2])
  # An initial set of another size than the batch, and a round left out.
  np.testing.assert_array_equal(
    doubling_rounds([5, 15, 25, 85], [0.1, 0.2, 0.3, 0.4]), [1, 2, 3]
  )
  assert doubling_rounds([1, 2], [0.8, 0.8]).size == 0


def test_wrong_input_is_refused():
  with pytest.raises(ValueError, match=r"\[arms rounds seeds\], got shape"):
    pairwise_wins(np.zeros((2, 3)))
  with pytest.raises(ValueError, match=r"alpha in \(0, 1\), got 5"):
    pairwise_wins(drawn(), 5)
  with pytest.raises(ValueError, match=r"A >= 2, got \(1, 1\)"):
    mean_over_others([[0.0]])
  with pytest.raises(ValueError, match=r"A >= 2, got \(2, 3\)"):
    mean_over_others(np.zeros((2, 3)))
  with pytest.raises(ValueError, match="ascending labels"):
    doubling_rounds([2, 1], [0.1, 0.2])
  with pytest.raises(ValueError, match="pairs"):
    doubling_rounds([1, 2], [0.1])
  with pytest.raises(ValueError, match="share"):
    doubling_rounds([1, 2], [0.1, 0.2], 99)
  with pytest.raises(ValueError, match="above 0, to take a share of, got -1"):
    doubling_rounds([10, 20, 30], [-5.0, -3.0, -1.0])
