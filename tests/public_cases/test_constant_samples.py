"""Samples that are constant, or constant but for rounding, prove nothing.

A mean of equal floats is not always that float, so that t divides rounding by
rounding (scipy/scipy#14418): p = 1e-5 for samples that are the same.
"""

import numpy as np
import pytest
import scipy.stats

from alx import stats
from alx.report import read
from alx.stats import Summary

STEP32 = float(np.spacing(np.float32(0.7)))
CONSTANT = {
  "float64": lambda n: np.full(n, 0.1),
  "float32": lambda n: np.full(n, 0.7, np.float32),
  "float64 apart": lambda n: np.nextafter(0.7, np.arange(n) % 2),
  "float32 apart": lambda n: 0.7 + STEP32 * (np.arange(n) % 2),
  "large": lambda n: np.full(n, 1e6 + 0.1),
  "negative": lambda n: np.full(n, -0.3),
  "zero": np.zeros,
}
kinds = pytest.mark.parametrize("make", CONSTANT.values(), ids=CONSTANT.keys())


@kinds
@pytest.mark.parametrize(("n", "m"), [(3, 3), (7, 20), (2, 11)])
def test_constant_equal_samples_are_not_apart(make, n, m):
  a, b = stats.summarize(make(n)), stats.summarize(make(m))
  assert a.sd == b.sd == 0.0
  for design in (stats.welch, stats.pooled):
    found = design(a, b)
    assert stats.t_test(found) == 1.0
    assert found.value == found.error == 0.0
    assert stats.tost(found, 0.01).p == 0.0
  assert stats.t_test(stats.one_sample(a, make(1)[0])) == 1.0
  assert stats.t_test(stats.paired(make(n), make(n)[::-1])) == 1.0


def test_a_spread_typed_in_may_be_rounding_too():
  a = Summary(0.7, float(np.full(20, 0.7).std(ddof=1)) or 1e-17, 20)
  assert stats.t_test(stats.welch(a, Summary(0.7 + 1e-16, 0.0, 5))) == 1.0


def test_pairs_that_differ_by_the_same_prove_nothing():
  a = np.array([0.1, 0.2, 0.3, 0.7])
  for apart in (0.1, np.float32(0.1)):
    found = stats.paired(a + apart, a)
    assert np.isnan(stats.t_test(found))
    assert np.isnan(stats.t_interval(found)).all()


@kinds
def test_a_model_on_everything_without_spread_has_no_bounds(make):
  """Bounds of 4e-16 told a model from itself with p = 0.79."""
  full = stats.summarize(make(20))
  assert stats.self_equivalence_bound(full) == 0.0
  with pytest.raises(ValueError, match="wanted a bound > 0, got 0: the model"):
    stats.equivalent_to_full(full, full)


def test_one_constant_arm_is_tested_by_the_spread_of_the_other():
  other = np.array([0.5, 0.6, 0.9, 0.8])
  found = stats.welch(stats.summarize(np.full(6, 0.5)), stats.summarize(other))
  wanted = scipy.stats.ttest_1samp(other, 0.5)
  assert stats.t_test(found) == pytest.approx(wanted.pvalue)
  pooled = stats.pooled(
    stats.summarize(np.full(6, 0.5)), stats.summarize(other)
  )
  sample = other.mean(), other.std(ddof=1), 4
  wanted = scipy.stats.ttest_ind_from_stats(0.5, 0.0, 6, *sample)
  assert stats.t_test(pooled) == pytest.approx(wanted.pvalue)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_a_small_spread_is_no_rounding(scale):
  """As a share of the numbers, not as it is."""
  a = scale * (1.0 + 1e-5 * np.array([1.0, 2.0, 4.0, 8.0]))
  b = scale * (1.0 + 1e-5 * np.array([3.0, 5.0, 6.0, 9.0]))
  for found, wanted in (
    (stats.welch, scipy.stats.ttest_ind(a, b, equal_var=False)),
    (stats.pooled, scipy.stats.ttest_ind(a, b)),
  ):
    p = stats.t_test(found(stats.summarize(a), stats.summarize(b)))
    assert p == pytest.approx(wanted.pvalue, rel=1e-6)
  p = stats.t_test(stats.paired(a, b))
  assert p == pytest.approx(scipy.stats.ttest_rel(a, b).pvalue, rel=1e-6)


# Two constants a little apart, and a real spread far from 0.

DESIGNS = {
  "welch": lambda a, b: stats.welch(stats.summarize(a), stats.summarize(b)),
  "pooled": lambda a, b: stats.pooled(stats.summarize(a), stats.summarize(b)),
  "one sample": lambda a, b: stats.one_sample(stats.summarize(a), np.mean(b)),
  "paired": stats.paired,
}
BY_SCIPY = {
  "welch": lambda a, b: scipy.stats.ttest_ind(a, b, equal_var=False).pvalue,
  "pooled": lambda a, b: scipy.stats.ttest_ind(a, b).pvalue,
  "one sample": lambda a, b: scipy.stats.ttest_1samp(a, np.mean(b)).pvalue,
  "paired": lambda a, b: scipy.stats.ttest_rel(a, b).pvalue,
}
designs = pytest.mark.parametrize("design", DESIGNS)


@designs
@pytest.mark.parametrize("steps", [3, 10, 1e6])
@pytest.mark.parametrize("spread", [0.0, 1e-17, 3e-8])
def test_constants_apart_by_more_than_rounding_prove_nothing(
  design, steps, spread
):
  a = 0.85 + spread * np.array([0.0, 1.0, 0.0, 1.0])
  b = 0.85 + steps * STEP32 + spread * np.array([1.0, 1.0, 0.0, 0.0])
  found = DESIGNS[design](a, b)
  assert np.isnan(stats.t_test(found)) and found.value != 0
  assert np.isnan(stats.t_interval(found)).all()
  assert np.isnan(stats.tost(found, 0.1).p)


def test_two_steps_of_float32_are_no_difference_that_is_certain():
  a, b = [0.85, 0.85 + 6e-8], [0.85 + 1.2e-7, 0.85 + 1.8e-7]
  sides = stats.summarize(a), stats.summarize(b)
  assert np.isnan(stats.t_test(stats.welch(*sides)))
  assert stats.verdict(stats.compare_with_published(*sides, 0.05)) == (
    "undecided"
  )


@designs
@pytest.mark.parametrize("offset", [1e3, -1e6, 1e9, 3e12])
def test_a_real_spread_far_from_zero_is_that_of_scipy(design, offset):
  """Of float64 a few steps are lost, not as many as float32 has."""
  step = max(0.05, 2.0**14 * np.spacing(abs(offset)))
  rng = np.random.default_rng(0)
  a = offset + step * rng.integers(-9, 9, 8)
  b = offset + step * rng.integers(-7, 12, 8)
  p = stats.t_test(DESIGNS[design](a, b))
  wanted = BY_SCIPY[design](a - offset, b - offset)
  assert p == pytest.approx(wanted, rel=1e-4)


def test_a_tenth_in_a_million_is_a_spread():
  a, b = [1e6, 1e6 + 0.1], [1e6 + 0.13, 1e6 + 0.23]
  found = stats.welch(stats.summarize(a), stats.summarize(b))
  wanted = scipy.stats.ttest_ind([0, 0.1], [0.13, 0.23], equal_var=False).pvalue
  assert wanted == pytest.approx(0.207, abs=1e-3)
  assert stats.t_test(found) == pytest.approx(wanted, rel=1e-6)


def test_the_interval_of_a_mean_far_from_zero_is_that_of_scipy():
  steps = 0.05 * np.random.default_rng(0).normal(size=9)
  found = stats.mean_interval(1e6 + steps)
  low, high = scipy.stats.ttest_1samp(steps, 0.0).confidence_interval(0.95)
  assert (found.low - 1e6, found.high - 1e6) == pytest.approx((low, high))
  found = stats.bootstrap(
    stats.mean_of(1e6 + steps), range(9), ends=stats.percentile, num_draws=500
  )
  wanted = stats.bootstrap(
    stats.mean_of(steps), range(9), ends=stats.percentile, num_draws=500
  )
  assert (found.low - 1e6, found.high - 1e6) == pytest.approx(wanted[1:3])


def test_arrays_of_float32_have_its_steps_at_any_size():
  a = np.float32(1e6) + np.array([0.0, 0.0625, 0.0625], np.float32)
  assert stats.summarize(a).sd == 0.0
  assert stats.summarize(a.astype(float)).sd == pytest.approx(0.0625 / 3**0.5)
  b = a + np.float32(10.0)
  assert np.isnan(stats.t_test(stats.paired(a, b)))
  assert stats.summarize(np.array([10**7, 10**7 + 1], np.int32)).sd > 0.7


# Intervals by resampling.


@kinds
@pytest.mark.parametrize("ends", [stats.bca, stats.percentile])
def test_a_constant_has_no_interval_and_equals_no_difference(make, ends):
  values = make(7).astype(float)
  found = stats.bootstrap(
    stats.mean_of(values), range(7), ends=ends, num_draws=300
  )
  assert found.value == pytest.approx(values.mean(), rel=2e-7)
  assert np.isnan(found[1:3]).all()
  assert np.isnan(stats.mean_interval(make(7))[1:3]).all()
  both = stats.bootstrap_difference(
    values, values[::-1].copy(), ends=ends, num_draws=300
  )
  assert both[:3] == (0.0, 0.0, 0.0)


def test_rounding_leans_no_interval_to_a_side():
  """Draws of the same value, an ulp below it, are no share below it."""
  draws = stats.Draws(
    np.array(0.7),
    np.array([np.nextafter(0.7, 0)] * 98 + [0.6, 0.8]),
    np.full(5, 0.7),
  )
  low, high = stats.bca(draws, 0.9)
  assert (low, high) == pytest.approx((0.7, 0.7), rel=1e-6)


@pytest.mark.parametrize("make", [CONSTANT["float64"], CONSTANT["float32"]])
def test_a_saving_of_nothing_is_undecided(make):
  found = stats.relative_saving(make(5), make(5) * (1 + 1e-16), num_draws=200)
  assert found.of_sums[:3] == (0.0, 0.0, 0.0)
  assert found.mean_of_ratios == found.chance == 0.0
  assert stats.saving_verdict(found.of_sums) == "undecided"
  noisy = stats.relative_saving([0.3] * 3, [0.1 + 0.2] * 3, num_draws=200)
  assert stats.saving_verdict(noisy.of_sums) == "undecided"


# Ranks and noise.


def test_scores_apart_by_rounding_are_ties():
  scores = np.array([0.3, 0.1 + 0.2, 0.2, np.float32(0.2)])
  np.testing.assert_array_equal(stats.ranks(scores), [1.5, 1.5, 3.5, 3.5])
  noise = np.random.default_rng(0).choice([0.0, 1e-16], (3, 40))
  assert stats.friedman(0.7 + noise) == 1.0
  wins = stats.pairwise_wins(0.7 + noise[:, None])
  assert not wins.wins.any() and wins.without_spread == 3


def test_friedman_with_ties_is_that_of_scipy():
  scores = np.random.default_rng(1).integers(0, 4, (4, 9)) / 4
  wanted = scipy.stats.friedmanchisquare(*scores).pvalue
  assert stats.friedman(scores) == pytest.approx(wanted)


def test_arms_apart_by_rounding_show_no_noise():
  scores = np.full((2, 2, 5), 0.8)
  scores[1] += 5e-8
  found = stats.noise_floor(scores)
  assert found.num_same == 10 and np.isnan(found.threshold)


def test_a_target_is_reached_by_what_is_below_it_by_rounding():
  mean = np.full((1, 3), 0.1).repeat(3, 0).mean(0) - 1e-17
  assert stats.labels_needed([1, 2, 3], mean - 1e-9, 0.1).first == 1
  assert np.isnan(stats.labels_needed([1, 2, 3], mean - 1e-6, 0.1).first)
  assert stats.labels_needed_isotonic([1, 2], [0.05, 0.1 - 1e-9], 0.1) == 2.0
  first, stable = stats.labels_needed_interval(
    [1, 2], np.full((20, 2), 0.1), 0.1, num_draws=200
  )
  assert first[:4] == stable[:4] == (1, 1, 1, 0)


# Nothing, one, unknown and infinite.

LABELS, CURVES = [1, 2, 3], np.arange(12.0).reshape(4, 3)
OF_NUMBERS = {
  "summarize": stats.summarize,
  "mean_interval": stats.mean_interval,
  "one_sample": lambda x: stats.one_sample(Summary(0.5, 0.1, 5), x),
  "welch": lambda x: stats.welch(Summary(x[0], 0.1, 5), Summary(0.0, 0.1, 5)),
  "paired": lambda x: stats.paired(x, np.zeros(4)),
  "paired_difference": lambda x: stats.paired_difference(np.zeros(4), x),
  "tost": lambda x: stats.tost(stats.Difference(0.0, 1.0, 5), abs(x)),
  "bootstrap": lambda x: stats.bootstrap(
    stats.mean_of(x), range(4), num_draws=9
  ),
  "bootstrap_difference": lambda x: stats.bootstrap_difference(
    x, np.zeros(4), num_draws=9
  ),
  "relative_saving": lambda x: stats.relative_saving(
    np.ones(4), abs(x), num_draws=9
  ),
  "ranks": stats.ranks,
  "mean_ranks": lambda x: stats.mean_ranks(x[:, None, None]),
  "friedman": lambda x: stats.friedman(x[:, None]),
  "noise_floor": lambda x: stats.noise_floor(x[:, None, None]),
  "pairwise_wins": lambda x: stats.pairwise_wins(x[:, None, None]),
  "area": lambda x: stats.area_under_budget_curve([1, 2, 3, 4], x),
  "labels": lambda x: stats.area_under_budget_curve(np.cumsum(abs(x)), x),
  "labels_needed": lambda x: stats.labels_needed([1, 2, 3, 4], x, 0.5),
  "target": lambda x: stats.labels_needed([1], [1.0], x[0]),
  "isotonic": lambda x: stats.labels_needed_isotonic([1, 2, 3, 4], x, 0.5),
  "flags": lambda x: stats.first_passing([1, 2, 3, 4], x),
  "holm": stats.holm,
  "benjamini_hochberg": stats.benjamini_hochberg,
  "area_interval": lambda x: stats.area_interval(
    [1, 2, 3, 4], x[None], num_draws=9
  ),
  "mean_over_others": lambda x: stats.mean_over_others(x.reshape(2, 2)),
}


@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.parametrize(
  "bad", [np.inf, -np.inf], ids=["infinite", "minus infinite"]
)
def test_infinite_numbers_are_refused(name, bad):
  values = np.array([bad, 0.2, 0.3, 0.4])
  with pytest.raises(ValueError, match="wanted") as error:
    OF_NUMBERS[name](values)
  assert "\n" not in str(error.value)


_WITH_ABS = {"tost", "labels", "relative_saving"}


@pytest.mark.parametrize("name", sorted(set(OF_NUMBERS) - _WITH_ABS))
def test_text_is_no_number(name):
  with pytest.raises(ValueError, match="wanted numbers, got <U"):
    OF_NUMBERS[name](np.array(["0.1", "0.2", "0.3", "0.4"]))


def test_what_is_not_known_stays_unknown():
  assert stats.summarize([0.5, None]) == (
    0.5,
    pytest.approx(np.nan, nan_ok=True),
    1,
  )
  assert np.isnan(stats.t_test(stats.paired([0.5], [0.4])))
  for design in (stats.welch, stats.pooled):
    one = stats.summarize([0.5])
    assert np.isnan(stats.t_test(design(one, one)))
    none = stats.summarize([])
    assert np.isnan(stats.t_test(design(none, none)))
  assert np.isnan(stats.mean_interval([]).mean)
  for adjust in (stats.holm, stats.benjamini_hochberg):
    assert adjust([]).size == 0
    np.testing.assert_array_equal(adjust([np.nan, 0.02]), [np.nan, 0.02])


def test_an_unknown_bound_is_no_verdict_without_spread_either():
  found = stats.tost(stats.Difference(0.0, 0.0, 5), np.nan)
  assert np.isnan(found.p)


@pytest.mark.parametrize(
  "interval",
  [
    lambda x: stats.area_interval([1, 2], x[0], num_draws=9),
    lambda x: stats.rank_interval(x, num_draws=9),
  ],
)
def test_no_seed_that_is_known_is_said(interval):
  with pytest.raises(ValueError, match="wanted a seed without NaN, got none"):
    interval(np.full((2, 3, 2), np.nan))


@pytest.mark.parametrize("level", ["0.95", None, np.nan, 95])
def test_a_level_is_a_share(level):
  with pytest.raises(ValueError, match=r"wanted level in \(0, 1\), got"):
    stats.mean_interval([0.1, 0.2], level)


def test_a_target_or_a_baseline_that_is_unknown_is_refused():
  with pytest.raises(ValueError, match="wanted a number as target, got nan"):
    stats.labels_needed(LABELS, CURVES, np.nan)
  with pytest.raises(ValueError, match="last score of the baseline, got NaN"):
    stats.doubling_rounds(LABELS, [0.1, 0.2, np.nan])
  with pytest.raises(ValueError, match="ascending numbers of labels"):
    stats.area_under_budget_curve([np.nan], [0.5])


@pytest.mark.parametrize("count", [2.5, 0, True, "9"])
def test_counts_are_whole(count):
  with pytest.raises(ValueError, match="wanted"):
    stats.nemenyi_difference(3, count)
  with pytest.raises(ValueError, match="wanted"):
    stats.first_passing_interval(LABELS, lambda w: w, count)


def test_an_infinite_number_of_a_file_is_none():
  assert np.isnan(read.number("inf")) and read.number("0.5") == 0.5
