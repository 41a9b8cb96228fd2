import jax
import numpy as np
import pytest
import scipy.stats

from alx.stats import (
  Draws,
  bca,
  bootstrap,
  mean_of,
  observed,
  percentile,
  resampling,
)
from tests import oracle_stats

VALUES = np.array([1.0, 2.0, 4.0, 10.0])
CLUSTERS = [np.array([1.0, 2.0]), np.array([4.0]), np.array([10.0, 12.0, 20.0])]
ROWS, GROUPS = np.concatenate(CLUSTERS), ["x", "x", "y", "z", "z", "z"]


def of_list(values):
  """Draws that are known, around their median."""
  values = np.array(values, np.float64)
  return Draws(np.median(values), values, np.array([0.0, 1.0]))


def test_percentiles_by_hand():
  draws = of_list(np.arange(101))
  assert percentile(draws, 0.9) == pytest.approx((5.0, 95.0))
  assert percentile(of_list([0, 1]), 0.5) == (0.25, 0.75)
  assert observed(of_list([0, 1]), 0.5) == (0.0, 1.0)


def test_observed_ends_may_be_infinite():
  draws = of_list([1.0, 2.0, np.inf, np.inf])
  assert observed(draws, 0.4) == (2.0, np.inf)
  assert observed(draws, 0.9) == (1.0, np.inf)


def test_bca_is_that_of_scipy_on_its_own_draws():
  values = np.random.default_rng(0).exponential(size=12)
  wanted = scipy.stats.bootstrap(
    (values,),
    np.mean,
    n_resamples=999,
    method="BCa",
    confidence_level=0.9,
    rng=np.random.default_rng(0),  # of some draws the mean is the value itself
  )
  draws = Draws(
    values.mean(),
    wanted.bootstrap_distribution,
    np.array([np.delete(values, i).mean() for i in range(12)]),
  )
  found = bca(draws, 0.9)
  np.testing.assert_allclose(found, wanted.confidence_interval, rtol=1e-9)


def test_bca_without_bias_and_skewness_is_percentile():
  draws = of_list(np.arange(-50, 51))
  np.testing.assert_allclose(bca(draws, 0.9), percentile(draws, 0.9))


def test_bca_leans_to_the_long_tail():
  values = np.random.default_rng(1).exponential(size=20)
  draws = resampling.resample(mean_of(values), range(20))
  np.testing.assert_array_less(percentile(draws), bca(draws))


def test_bca_of_a_value_outside_its_draws_has_ends():
  draws = of_list(np.arange(11))
  # As if half a draw of the eleven were beyond: 2 * ppf(0.5 / 11) = -3.381,
  # so that the high end is at the share cdf(-3.381 + 1.645) = 0.0412.
  low, high = bca(draws._replace(value=np.array(-1.0)), 0.9)
  assert (low, high) == pytest.approx((0.0, 0.412), abs=1e-3)
  low, high = bca(draws._replace(value=np.array(11.0)), 0.9)
  assert (low, high) == pytest.approx((9.588, 10.0), abs=1e-3)


def test_bca_of_many_statistics_is_each_of_them():
  values = np.random.default_rng(2).exponential(size=(9, 2, 2))
  both = bootstrap(mean_of(values), range(9), num_draws=200)
  alone = bootstrap(mean_of(values[:, 1, 0]), range(9), num_draws=200)
  assert both.value.shape == both.low.shape == both.high.shape == (2, 2)
  np.testing.assert_allclose(both.low[1, 0], alone.low)
  np.testing.assert_allclose(both.high[1, 0], alone.high)


@pytest.mark.parametrize("clusters", [CLUSTERS, np.split(VALUES, 4)])
def test_draws_are_those_of_all_ways_to_draw(clusters):
  rows = np.concatenate(clusters)
  groups = np.repeat(range(len(clusters)), [len(c) for c in clusters])
  draws = resampling.resample(mean_of(rows), groups, 20_000, seed=3)
  every = oracle_stats.all_resamples(np.mean, clusters)
  for quantity in np.unique(every.round(9))[:-1]:
    share = (draws.resampled < quantity + 1e-6).mean()
    assert share == pytest.approx((every < quantity + 1e-6).mean(), abs=0.015)
  np.testing.assert_allclose(draws.value, rows.mean())
  np.testing.assert_allclose(
    draws.left_out, oracle_stats.without_each(np.mean, clusters)
  )


def test_clusters_are_drawn_whole():
  draws = resampling.resample(mean_of(ROWS), GROUPS, 500)
  ways = [np.array(w) for w in np.ndindex(4, 4, 4) if sum(w) == 3]
  sizes, totals = np.array([2, 1, 3]), np.array([3.0, 4.0, 42.0])
  possible = {round(float(w @ totals / (w @ sizes)), 9) for w in ways}
  assert set(draws.resampled.round(9).tolist()) == possible


def test_clusters_of_equal_rows_are_one_row_each():
  doubled = bootstrap(mean_of(np.repeat(VALUES, 2)), np.repeat(range(4), 2))
  once = bootstrap(mean_of(VALUES), range(4))
  np.testing.assert_allclose(doubled, once)
  as_rows = bootstrap(mean_of(np.repeat(VALUES, 2)), range(8))
  assert as_rows.high - as_rows.low < 0.8 * (once.high - once.low)


@pytest.mark.parametrize("ends", [bca, percentile])
def test_the_normal_case_is_the_analytic_one(ends):
  values = np.random.default_rng(4).normal(1.0, 2.0, 400)
  found = bootstrap(mean_of(values), range(400), ends=ends, num_draws=20_000)
  half = 1.96 * values.std() / np.sqrt(400)
  assert found.high - found.low == pytest.approx(2 * half, rel=0.03)
  assert found.low == pytest.approx(values.mean() - half, abs=0.1 * half)


@pytest.mark.slow
@pytest.mark.parametrize("ends", [bca, percentile])
def test_intervals_cover_as_often_as_they_say(ends):
  rng = np.random.default_rng(5)
  patients = rng.normal(size=(1000, 100)).repeat(2, 1)
  rows = patients + rng.normal(0, 0.3, (1000, 200))
  groups = np.arange(100).repeat(2)

  def covered(rows, groups):
    options = {"num_draws": 400, "ends": ends}
    found = [bootstrap(mean_of(x), groups, **options, seed=9) for x in rows]
    return np.mean([x.low <= 0.0 <= x.high for x in found])

  assert 0.93 <= covered(rows, groups) <= 0.97
  assert covered(rows[:200], range(200)) < 0.88  # as if all were independent
  assert covered(rows[:200, :10], groups[:10]) < 0.9  # five patients: too short


@pytest.mark.parametrize("ends", [bca, percentile])
def test_a_constant_has_no_interval(ends):
  found = bootstrap(mean_of(np.full(6, 0.25)), range(6), ends=ends)
  assert found == pytest.approx((0.25, np.nan, np.nan, 6), nan_ok=True)
  columns = np.stack([np.full(6, 0.25), np.arange(6.0)], 1)
  low = bootstrap(mean_of(columns), range(6), ends=ends).low
  np.testing.assert_array_equal(np.isnan(low), [True, False])


@pytest.mark.parametrize("ends", [bca, percentile])
def test_one_cluster_has_no_interval(ends):
  found = bootstrap(mean_of(VALUES), ["a"] * 4, ends=ends)
  assert found.value == 4.25 and found.clusters == 1
  assert np.isnan(found.low) and np.isnan(found.high)


def test_seeds_and_generators():
  def draw(seed):
    return resampling.resample(mean_of(VALUES), range(4), 50, seed).resampled

  np.testing.assert_array_equal(draw(7), draw(7))
  np.testing.assert_array_equal(draw(7), draw(np.random.default_rng(7)))
  assert (draw(7) != draw(8)).any()


def test_draws_in_parts_are_as_many(monkeypatch):
  monkeypatch.setattr(resampling, "_AT_ONCE", 12)
  draws = resampling.resample(mean_of(VALUES), range(4), 10)
  assert draws.resampled.shape == (10,)
  np.testing.assert_allclose(draws.left_out, (17 - VALUES) / 3)
  whole = resampling.resample(mean_of(VALUES), range(4), 3)
  np.testing.assert_array_equal(draws.resampled[:3], whole.resampled)


def test_an_undefined_statistic_has_undefined_ends():
  values = np.array([1.0, np.nan, 3.0])
  for ends in (bca, percentile):
    found = bootstrap(mean_of(values), range(3), ends=ends, num_draws=20)
    assert np.isnan([found.value, found.low, found.high]).all()


def test_wrong_input_is_refused():
  with pytest.raises(ValueError, match=r"level in \(0, 1\), got 95"):
    bootstrap(mean_of(VALUES), range(4), level=95)
  with pytest.raises(ValueError, match="num_draws >= 1, got 0"):
    bootstrap(mean_of(VALUES), range(4), num_draws=0)
  with pytest.raises(ValueError, match=r"n >= 1, got shape \(0,\)"):
    bootstrap(mean_of(VALUES[:0]), [])
  with pytest.raises(ValueError, match=r"got shape \(2, 2\)"):
    bootstrap(mean_of(VALUES), np.zeros((2, 2)))


@pytest.mark.parametrize("unknown", [None, np.nan])
def test_rows_of_nobody_are_each_their_own(unknown):
  found = bootstrap(mean_of(VALUES), [1.0, unknown, 1.0, unknown], num_draws=50)
  wanted = bootstrap(mean_of(VALUES), [0, 1, 0, 3], num_draws=50)
  assert found == wanted and found.clusters == 3


@pytest.mark.parametrize(
  "seed", [1.0, "a", True, np.True_, None, -1, 2**32, jax.random.key(0)]
)
def test_what_is_no_seed_is_said_in_one_line(seed):
  with pytest.raises(ValueError, match="seed: wanted an integer") as error:
    bootstrap(mean_of(VALUES), range(4), num_draws=9, seed=seed)
  assert "\n" not in str(error.value)


@pytest.mark.parametrize("seed", [np.uint8(5), np.int64(5), np.array(5)])
def test_a_whole_number_of_any_kind_is_a_seed(seed):
  found, wanted = (
    resampling.resample(mean_of(VALUES), range(4), 9, s).resampled
    for s in (seed, 5)
  )
  np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("num_draws", [True, 2.5, "9", 0])
def test_draws_are_counted(num_draws):
  with pytest.raises(ValueError, match="wanted num_draws >= 1, got"):
    bootstrap(mean_of(VALUES), range(4), num_draws=num_draws)
