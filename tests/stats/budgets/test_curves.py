import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alx.stats import (
  area_under_budget_curve,
  first_passing,
  labels_needed,
  labels_needed_isotonic,
)
from tests import oracle_stats

# Kim 2024, first experiment: labels, and whether an arm is equivalent to
# full supervision; from the p-values computed again from its table.
BUDGETS = np.arange(40, 341, 50)


@pytest.mark.parametrize(
  ("reached", "first", "stable"),
  [
    ((5, 6), 290, 290),  # random
    ((1, 5, 6), 90, 290),  # dropout: the saving is the first crossing's
    ((2, 3, 4, 5, 6), 140, 140),  # bootstrapping
    ((6,), 340, 340),  # representative
    ((4, 6), 240, 340),  # not similar
    ((1, 2), 90, np.nan),  # reached and lost
    ((), np.nan, np.nan),  # never reached
    (range(7), 40, 40),
  ],
)
def test_labels_needed_first_and_stable(reached, first, stable):
  scores = np.full(len(BUDGETS), 0.79)
  scores[list(reached)] = 0.8
  found = labels_needed(BUDGETS, scores, 0.8)
  np.testing.assert_array_equal(found, (first, stable))


def test_a_missing_score_does_not_reach_the_target():
  found = labels_needed([1, 2, 3], [0.9, np.nan, 0.9], 0.5)
  assert found == (1.0, 3.0)


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_first_and_stable_are_those_of_the_loop(passed):
  labels = 10 * np.arange(len(passed)) + 5
  found = first_passing(labels, passed)
  wanted = oracle_stats.labels_needed(labels, passed)
  np.testing.assert_array_equal(found, wanted)


def test_many_curves_at_once():
  passed = [[[True, False], [False, True]], [[False, False], [True, True]]]
  found = first_passing([1, 2], passed)
  np.testing.assert_array_equal(found.first, [[1, 2], [np.nan, 1]])
  np.testing.assert_array_equal(found.stable, [[np.nan, 2], [np.nan, 1]])


@pytest.mark.parametrize(
  ("target", "labels"),
  [
    (0.1, 10.0),  # below the first
    (0.2, 10.0),
    (0.4, 15.0),  # half of the way from 0.2 to 0.6, the mean of 0.7 and 0.5
    (0.6, 20.0),
    (0.7, 35.0),  # a quarter and a half of the way from 0.6 at 30 to 0.8
    (0.8, 40.0),
    (0.81, np.nan),
  ],
)
def test_labels_needed_on_the_rising_fit(target, labels):
  found = labels_needed_isotonic([10, 20, 30, 40], [0.2, 0.7, 0.5, 0.8], target)
  assert found == pytest.approx(labels, nan_ok=True)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=7), st.integers(0, 10))
def test_the_rising_fit_is_that_of_its_definition(scores, target):
  fit = oracle_stats.rising_fit(scores)
  found = labels_needed_isotonic(np.arange(len(fit)), scores, target + 0.5)
  if np.isnan(found):
    assert fit[-1] < target + 0.5
  elif found == 0:
    assert fit[0] > target + 0.5 - 1e-9
  else:
    there = np.interp(found, np.arange(len(fit)), fit)
    assert there == pytest.approx(target + 0.5)


def test_the_rising_fit_leaves_gaps_out():
  found = labels_needed_isotonic([0, 5, 10], [0.0, np.nan, 1.0], 0.5)
  assert found == 5.0
  assert np.isnan(labels_needed_isotonic([1, 2], [np.nan, np.nan], 0.5))


def test_the_area_of_a_constant_curve_is_the_constant():
  found = area_under_budget_curve([2, 4, 10], [0.7] * 3)
  assert found == pytest.approx(0.7)


def test_area_under_the_budget_curve():
  # (0.5 * 2 + 1.0 * 2) / 4
  found = area_under_budget_curve([0, 2, 4], [0.0, 1.0, 1.0])
  assert found == pytest.approx(0.75)
  # Budgets count, not rounds: (0.5 * 1 + 1.0 * 3) / 4
  found = area_under_budget_curve([0, 1, 4], [0.0, 1.0, 1.0])
  assert found == pytest.approx(0.875)
  assert area_under_budget_curve([5], [0.3]) == 0.3
  assert np.isnan(area_under_budget_curve([1, 2], [0.3, np.nan]))


@given(
  st.lists(st.floats(0, 1), min_size=3, max_size=3),
  st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_the_area_is_linear_and_between_the_scores(a, b):
  labels = [3, 5, 12]
  area = area_under_budget_curve(labels, a)
  apart = np.subtract(a, b)
  assert min(a) - 1e-12 <= area <= max(a) + 1e-12
  assert area_under_budget_curve(labels, apart) == pytest.approx(
    area - area_under_budget_curve(labels, b)
  )


@pytest.mark.parametrize(
  ("labels", "scores", "message"),
  [
    ([1, 1], [0.0, 1.0], "ascending"),
    ([2, 1], [0.0, 1.0], "ascending"),
    ([1, 2], [0.0], r"shapes \(2,\) and \(1,\)"),
    ([], [], "shapes"),
    ([1], 0.5, "shapes"),
  ],
)
def test_a_wrong_curve_is_refused(labels, scores, message):
  for summary in (labels_needed, labels_needed_isotonic):
    with pytest.raises(ValueError, match=message):
      summary(labels, scores, 0.5)
  for summary in (area_under_budget_curve, first_passing):
    with pytest.raises(ValueError, match=message):
      summary(labels, scores)


def test_several_curves_have_no_single_area():
  with pytest.raises(ValueError, match=r"one curve \[R\], got shape \(3, 2\)"):
    area_under_budget_curve([1, 2], np.zeros((3, 2)))


def test_an_unknown_flag_does_not_pass_and_a_p_value_is_no_flag():
  assert first_passing([1, 2], [np.nan, 1]) == (2, 2)
  with pytest.raises(ValueError, match="wanted flags"):
    first_passing([1, 2], [0.03, 0.5])
