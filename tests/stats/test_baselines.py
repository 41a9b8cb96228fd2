import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.stats import (
  against_baselines,
  bootstrap,
  bootstrap_difference,
  mean_interval,
  mean_of,
  percentile,
)

SCORES = st.lists(st.floats(0, 1), min_size=5, max_size=5)


@pytest.mark.parametrize("apart", [0.25, 0.1, np.float32(0.1)])
def test_a_difference_that_is_always_the_same_has_no_interval(apart):
  b = np.array([0.125, 0.5, 0.75])
  found = bootstrap_difference(b + apart, b, num_draws=99)
  assert found.value == pytest.approx(apart) and found.clusters == 3
  assert np.isnan([found.low, found.high]).all()
  assert bootstrap_difference(b, b, num_draws=99) == (0.0, 0.0, 0.0, 3)


def test_pairs_take_what_they_share_away():
  rng = np.random.default_rng(0)
  patients = rng.normal(0.7, 0.3, 60)
  a, b = patients + 0.05 + rng.normal(0, 0.02, 60), patients
  found = bootstrap_difference(a, b)
  assert 0.04 < found.low < found.value < found.high < 0.06
  t = mean_interval(a - b)
  np.testing.assert_allclose(found[:3], (t.mean, t.low, t.high), atol=1e-3)


def test_patients_are_drawn_with_all_their_pairs():
  apart, groups = [0.0, 0.0, 0.0, 1.0], ["p", "p", "p", "q"]
  found = bootstrap_difference(apart, np.zeros(4), groups, ends=percentile)
  # Both p (1 in 4), both q (1 in 4), or one of each.
  assert found == (0.25, 0.0, 1.0, 2)


def test_a_pair_with_a_gap_is_left_out_and_its_patient_with_it():
  nan = np.nan
  a, b = [1.0, nan, 3.0, 9.0, 5.0], [0.0, 0.0, 1.0, nan, 0.0]
  found = bootstrap_difference(a, b, ["p", "q", "r", "r", "r"])
  known = [1.0, 3.0, 5.0], [0.0, 1.0, 0.0]
  wanted = bootstrap_difference(*known, ["p", "r", "r"])
  assert found == wanted and found.clusters == 2


@settings(deadline=None, max_examples=50)
@given(SCORES, SCORES)
def test_the_interval_changes_sign_with_the_arms(a, b):
  found = bootstrap_difference(a, b, ends=percentile, num_draws=200)
  mirrored = bootstrap_difference(b, a, ends=percentile, num_draws=200)
  np.testing.assert_allclose(found.value, -mirrored.value)
  np.testing.assert_allclose(found.low, -mirrored.high)


def test_every_arm_against_every_baseline_that_is_there():
  scores = {
    "random": np.array([0.5, 0.75, 0.5]),
    "margin": np.array([0.75, 1.0, 0.75]),
    "foreground_random": np.array([0.5, 0.75, 1.0]),
  }
  found = against_baselines(scores, num_draws=100)
  assert set(found) == {
    ("margin", "random"),
    ("foreground_random", "random"),
    ("margin", "foreground_random"),
    ("random", "foreground_random"),
  }
  assert found["margin", "random"].value == 0.25
  assert np.isnan(found["margin", "random"][1:3]).all()
  del scores["foreground_random"]
  assert list(against_baselines(scores, num_draws=9)) == [("margin", "random")]


def test_all_arms_meet_the_same_resampled_patients():
  rng = np.random.default_rng(1)
  a = rng.normal(size=30)
  scores = {"random": np.zeros(30), "a": a, "b": a + 0.5}
  found = against_baselines(scores, range(30), num_draws=50, seed=3)
  first, second = found["a", "random"], found["b", "random"]
  np.testing.assert_allclose(second.low - first.low, 0.5)
  alone = bootstrap_difference(a, scores["random"], num_draws=50, seed=3)
  assert first == alone


def test_the_options_are_those_of_the_bootstrap():
  a = np.random.default_rng(2).exponential(size=12)
  groups, zeros = np.arange(12) // 2, np.zeros(12)
  options = {"level": 0.8, "num_draws": 99, "ends": percentile, "seed": 4}
  wanted = bootstrap(mean_of(a), groups, **options)
  assert bootstrap_difference(a, zeros, groups, **options) == wanted
  found = against_baselines({"a": a, "random": zeros}, groups, **options)
  assert found["a", "random"] == wanted


def test_wrong_input_is_refused():
  with pytest.raises(ValueError, match=r"'foreground_random'\) among the arms"):
    against_baselines({"margin": np.zeros(3)})
  with pytest.raises(ValueError, match=r"pairs, got shapes \(2,\) and \(3,\)"):
    bootstrap_difference(np.zeros(2), np.zeros(3))
  with pytest.raises(ValueError, match=r"groups \[n\], got shapes \(3,\)"):
    bootstrap_difference(np.zeros(3), np.zeros(3), [1, 2])
  for wrong in (0.5, np.zeros((2, 2))):
    with pytest.raises(ValueError, match=r"wanted rows \[n\]"):
      bootstrap_difference(wrong, wrong)
  with pytest.raises(ValueError, match="pair without NaN"):
    bootstrap_difference([np.nan], [1.0])


def test_rows_of_unknown_patients_are_each_their_own():
  a, b = np.array([1.0, 2.0, 3.0]), np.zeros(3)
  for groups in ([np.nan, np.nan, 1], [None, None, "a"]):
    assert bootstrap_difference(a, b, groups, num_draws=9).clusters == 3
  assert bootstrap_difference(a, b, ["b", "b", "a"], num_draws=9).clusters == 2


def test_a_generator_would_draw_other_patients_for_each_arm():
  scores = {"a": np.arange(3.0), "random": np.zeros(3)}
  with pytest.raises(ValueError, match="seed: wanted an integer"):
    against_baselines(scores, seed=np.random.default_rng(0))
