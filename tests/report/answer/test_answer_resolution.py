import numpy as np
import pytest
import scipy.stats

from alx.report.answer.resolution import resolution


def errors_of(found, gaps):
  return found / (gaps.std(ddof=1) / np.sqrt(len(gaps)))


@pytest.mark.parametrize(
  ("seeds", "level"), [(3, 0.95), (5, 0.9875), (20, 0.95)]
)
def test_a_t_test_finds_it_in_4_of_5(seeds, level):
  gaps = np.arange(seeds) / 100
  dof = seeds - 1
  cut = scipy.stats.t.ppf(0.5 + level / 2, dof)
  apart = errors_of(resolution(gaps, level), gaps)
  power = scipy.stats.nct.sf(cut, dof, apart)
  power += scipy.stats.nct.cdf(-cut, dof, apart)
  assert power == pytest.approx(0.8, abs=2e-3)


def test_of_two_seeds_too():
  gaps = np.array([0.01, 0.03])
  apart = errors_of(resolution(gaps), gaps) / np.sqrt(2)
  drawn = np.random.default_rng(0).normal(apart, 1, (20_000, 2))
  found = scipy.stats.ttest_1samp(drawn, 0, axis=1).pvalue < 0.05
  assert found.mean() == pytest.approx(0.8, abs=0.01)


def test_without_a_spread_it_is_not_known():
  assert np.isnan(resolution(np.full(4, 0.1)))
  assert np.isnan(resolution(np.array([0.1])))
