import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.stats import (
  Difference,
  Summary,
  equivalent_to_full,
  paired,
  pooled,
  self_equivalence_bound,
  summarize,
  t_interval,
  tost,
  tost_power,
  welch,
)

PATIENTS = 125
FULL = Summary(0.724, 0.295, PATIENTS)


def test_samples_of_another_size_and_level():
  model, full = Summary(0.7, 0.1, 10), Summary(0.72, 0.3, 40)
  found = equivalent_to_full(model, full, 0.1)
  # t(78) at 90 % is 1.2925; 2 * 1.2925 * 0.3 * sqrt(2 / 40).
  assert found.bound == pytest.approx(0.17340, abs=5e-5)
  wanted = tost(welch(model, full), found.bound, 0.1)
  assert found == wanted
  assert found.p != pytest.approx(tost(pooled(model, full), found.bound).p)


@pytest.mark.parametrize("count", [3, 20, 125])
def test_a_model_is_equivalent_to_itself_with_p_alpha(count):
  model = Summary(0.6, 0.25, count)
  bound = self_equivalence_bound(model, 0.1)
  assert tost(welch(model, model), bound, 0.1).p == pytest.approx(0.1)


def test_the_power_of_doubled_bounds_is_nine_tenths():
  # (2 t - t) on both sides: 2 * 0.95 - 1, whatever the sd and count.
  same = welch(FULL, FULL)
  found = tost_power(same, 2 * self_equivalence_bound(FULL))
  assert found == pytest.approx(0.9)


def test_power_is_never_below_zero():
  same = welch(FULL, FULL)
  assert tost_power(same, 0.01) == 0.0
  assert tost_power(same, 0.2, 0.1) == tost_power(same, 0.2, -0.1)


def test_power_is_how_often_equivalence_is_found():
  rng = np.random.default_rng(0)
  a = rng.normal(0.3, 1.0, (50, 4000))
  b = rng.normal(0.0, 1.0, (50, 4000))
  found = (tost(welch(summarize(a), summarize(b)), 0.8).p < 0.05).mean()
  known = welch(Summary(0.0, 1.0, 50), Summary(0.0, 1.0, 50))
  assert found == pytest.approx(tost_power(known, 0.8, 0.3), abs=0.02)


def test_a_difference_of_the_bound_passes_as_often_as_alpha():
  rng = np.random.default_rng(1)
  a, b = rng.normal(0.8, 1, (60, 4000)), rng.normal(0, 1, (60, 4000))
  found = tost(welch(summarize(a), summarize(b)), 0.8, 0.1).p < 0.1
  assert found.mean() == pytest.approx(0.1, abs=0.02)


def test_the_two_tests_are_one_sided_tests_of_shifted_samples():
  a, b = np.random.default_rng(2).normal(size=(2, 9))
  found = tost(welch(summarize(a), summarize(b)), 0.4)
  options = {"equal_var": False}
  lower = scipy.stats.ttest_ind(a + 0.4, b, alternative="greater", **options)
  upper = scipy.stats.ttest_ind(a - 0.4, b, alternative="less", **options)
  assert found.p_lower == pytest.approx(lower.pvalue)
  assert found.p_upper == pytest.approx(upper.pvalue)
  assert found.p == max(found.p_lower, found.p_upper)


def test_pairs_see_what_independent_samples_do_not():
  patients = np.random.default_rng(3).normal(0.7, 0.3, PATIENTS)
  rounding = 0.01 * np.tile([1.0, -1.0], PATIENTS)[:PATIENTS]
  model, full = patients + 0.1 + rounding, patients
  bound = 2 * self_equivalence_bound(summarize(full))
  as_pairs = tost(paired(model, full), bound)
  as_samples = equivalent_to_full(summarize(model), summarize(full))
  assert as_pairs.difference == pytest.approx(as_samples.difference)
  assert as_pairs.p < 1e-6 < 0.05 < as_samples.p


def test_pairs_by_scipy():
  a, b = np.random.default_rng(4).normal(size=(2, 9))
  found = tost(paired(a, b), 0.5)
  upper = scipy.stats.ttest_rel(a - 0.5, b, alternative="less")
  assert found.p_upper == pytest.approx(upper.pvalue)


@pytest.mark.parametrize("apart", [0.05, 0.1, -0.1, 0.3 - 0.2, 0.2])
def test_without_spread_rounding_decides_at_no_bound(apart):
  constant = Summary(0.7, 0.0, 9), Summary(0.7 + apart, 0.0, 9)
  for found in (Difference(apart, 0.0, 8), welch(*constant)):
    assert np.isnan(tost(found, 0.1)[1:6]).all()


def test_a_paired_self_comparison_has_no_spread():
  scores = np.array([0.25, 0.875, 0.5])
  assert tost(paired(scores, scores), 0.01).p == 0.0
  assert np.isnan(tost(paired(scores + 0.5, scores), 0.51).p)


DIFFERENCES = st.builds(
  Difference, st.floats(-2, 2), st.floats(0.05, 1), st.floats(1, 300)
)


@settings(deadline=None, max_examples=200)
@given(DIFFERENCES, st.floats(0.01, 3), st.floats(0.001, 0.3))
def test_p_below_alpha_is_an_interval_inside_the_bounds(found, bound, alpha):
  test = tost(found, bound, alpha)
  inside = -bound < test.low and test.high < bound
  if abs(test.p - alpha) > 1e-9:  # at the bound itself rounding decides
    assert (test.p < alpha) == inside
  low, high = t_interval(found, 1 - 2 * alpha)
  assert (test.low, test.high) == (low, high)


@settings(deadline=None, max_examples=100)
@given(DIFFERENCES, st.floats(0.01, 3))
def test_the_two_sides_change_places_with_the_sign(found, bound):
  test = tost(found, bound)
  mirrored = tost(found._replace(value=-found.value), bound)
  assert (test.p_lower, test.p_upper) == (mirrored.p_upper, mirrored.p_lower)


@settings(deadline=None, max_examples=100)
@given(DIFFERENCES, st.floats(0.01, 3), st.floats(0.01, 1))
def test_wider_bounds_never_raise_p(found, bound, more):
  assert tost(found, bound + more).p <= tost(found, bound).p


def test_a_better_model_fails_equivalence_but_not_non_inferiority():
  found = equivalent_to_full(Summary(0.99, 0.02, PATIENTS), FULL)
  assert found.p > 0.99 and found.p_lower < 1e-10


def test_what_is_unknown_stays_unknown():
  unknown = Summary(0.7, np.nan, PATIENTS)
  assert np.isnan(equivalent_to_full(unknown, FULL).p)
  assert np.isnan(equivalent_to_full(FULL, unknown).p)


@pytest.mark.parametrize("bound", [0.0, -0.1, [0.1, 0.0]])
def test_a_bound_of_nothing_is_refused(bound):
  with pytest.raises(ValueError, match="wanted a bound > 0"):
    tost(Difference(0.0, 1.0, 5), bound)


def test_wrong_levels_and_errors_are_refused():
  found = Difference(0.0, 1.0, 5)
  with pytest.raises(ValueError, match=r"alpha in \(0, 0.5\), got 0.95"):
    tost(found, 1.0, 0.95)
  with pytest.raises(ValueError, match=r"alpha in \(0, 0.5\), got 5"):
    self_equivalence_bound(FULL, 5)
  with pytest.raises(ValueError, match="alpha"):
    tost_power(found, 1.0, alpha=0)
  with pytest.raises(ValueError, match="wanted bound, error > 0"):
    tost_power(found._replace(error=0.0), 1.0)
  with pytest.raises(ValueError, match="bound > 0"):
    equivalent_to_full(FULL, Summary(0.7, 0.0, PATIENTS))
