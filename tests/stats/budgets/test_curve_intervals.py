import numpy as np
import pytest

from alx.stats import (
  area_interval,
  area_under_budget_curve,
  bootstrap,
  first_passing_interval,
  label_saving_interval,
  labels_needed_interval,
  mean_of,
  percentile,
)

LABELS = [10, 20, 30, 40]
GOOD, BAD = [0.1, 0.9, 0.9, 0.9], [0.1, 0.1, 0.1, 0.1]
SEEDS = np.array([GOOD, GOOD, BAD])


def drawn(count, seed=0):
  rng = np.random.default_rng(seed)
  return np.linspace(0.3, 0.9, 4) + rng.normal(0, 0.1, (count, 4))


def test_the_area_of_equal_seeds_has_no_interval():
  found = area_interval(LABELS, [[0.5, 0.75, 0.75, 0.5]] * 3)
  assert found == pytest.approx((2 / 3, np.nan, np.nan, 3), nan_ok=True)


def test_the_area_is_the_mean_over_seeds():
  scores = drawn(6)
  found = area_interval(LABELS, scores, num_draws=500)
  areas = [area_under_budget_curve(LABELS, s) for s in scores]
  assert found.value == pytest.approx(np.mean(areas))
  assert min(areas) < found.low < found.value < found.high < max(areas)


def test_the_options_are_those_of_the_bootstrap():
  scores = drawn(6) ** 4
  options = {"level": 0.8, "num_draws": 99, "ends": percentile, "seed": 4}
  areas = np.array([area_under_budget_curve(LABELS, s) for s in scores])
  wanted = bootstrap(mean_of(areas), range(6), **options)
  assert area_interval(LABELS, scores, **options) == wanted


def test_a_seed_with_a_gap_has_no_area():
  scores = drawn(4)
  scores[1, 2] = np.nan
  found = area_interval(LABELS, scores, num_draws=50)
  assert found == area_interval(LABELS, scores[[0, 2, 3]], num_draws=50)


def test_the_area_over_random_is_the_area_of_the_difference():
  arm, random = drawn(5, 1), drawn(5, 2)
  over = area_interval(LABELS, arm - random, num_draws=50).value
  apart = area_interval(LABELS, arm, num_draws=50).value
  apart -= area_interval(LABELS, random, num_draws=50).value
  assert over == pytest.approx(apart)


def test_labels_needed_of_equal_seeds():
  scores = [[0.1, 0.9, 0.1, 0.9]] * 3
  first, stable = labels_needed_interval(LABELS, scores, 0.5)
  assert first == (20.0, 20.0, 20.0, 0.0, 0.0)
  assert stable == (40.0, 40.0, 40.0, 0.0, 0.0)


def test_censored_draws_are_counted_and_have_no_end():
  # Three seeds, one of which never learns: the mean passes 0.6 with two good
  # ones or more (0.63), so 1 + 6 of the 27 ways to draw are censored.
  first, stable = labels_needed_interval(LABELS, SEEDS, 0.6, num_draws=20_000)
  assert first[:3] == (20.0, 20.0, np.inf)
  assert first.censored == pytest.approx(7 / 27, abs=0.01)
  assert stable == first
  narrow, _ = labels_needed_interval(LABELS, SEEDS, 0.6, level=0.4)
  assert narrow[:3] == (20.0, 20.0, 20.0)


def test_a_target_that_no_draw_reaches():
  first, stable = labels_needed_interval(LABELS, SEEDS, 0.95, num_draws=20)
  assert first == stable == (np.inf, np.inf, np.inf, 1.0, 0.0)


def test_an_unknown_score_is_left_out_of_its_round():
  scores = np.array([GOOD, GOOD])
  scores[0, 1] = np.nan
  first, _ = labels_needed_interval(LABELS, scores, 0.5, num_draws=1000)
  # 30 where the seed without a score at 20 was drawn twice, 1 of 4 draws.
  assert first == (20.0, 20.0, 30.0, 0.0, 0.0)
  nobody = np.array([[0.1, np.nan, 0.9, 0.9]] * 2)
  first, _ = labels_needed_interval(LABELS, nobody, 0.5, num_draws=20)
  assert first == (30.0, 30.0, 30.0, 0.0, 0.0)


def test_the_interval_holds_its_estimate_where_a_seed_is_unknown():
  arm = np.array([[0.1, 0.2, 0.9, 0.9]] * 4)
  random = np.array([[0.1, 0.2, 0.3, 0.9]] * 4)
  arm[0, 3] = random[1, 2] = np.nan
  first, stable = labels_needed_interval(LABELS, arm, 0.5, num_draws=1000)
  assert first == (30.0, 30.0, 30.0, 0.0, 0.0)
  assert stable.value == stable.low == 30.0
  first, stable = label_saving_interval(LABELS, arm, random, 0.5)
  assert (stable.value, stable.low, stable.high) == (0.25, 0.25, 0.25)


def test_a_test_of_the_drawn_seeds_in_place_of_a_target():
  # What passes a target of the mean is also a test of the drawn seeds.
  scores = np.array(SEEDS)

  def passed(drawn):
    return drawn @ scores / len(scores) >= 0.6

  found = first_passing_interval(LABELS, passed, 3, num_draws=20_000)
  assert found == labels_needed_interval(LABELS, SEEDS, 0.6, num_draws=20_000)


def test_every_set_of_drawn_seeds_is_tested_once():
  seen = []

  def passed(drawn):
    seen.append(tuple(drawn.tolist()))
    return [False, False, False, True]

  first, _ = first_passing_interval(LABELS, passed, 3)
  assert first == (40.0, 40.0, 40.0, 0.0, 0.0)
  # All seeds; 10 sets of 3; what is left without each seed.
  assert len(seen) == 1 + 10 + 3 and sum(map(sum, seen)) == 3 + 30 + 6
  alone, _ = first_passing_interval(LABELS, passed, 1)
  assert alone.value == 40 and np.isnan(alone.low)


def test_label_saving_by_hand():
  arm, random = [[0.1, 0.9, 0.1, 0.9]] * 2, [[0.1, 0.1, 0.1, 0.9]] * 2
  first, stable = label_saving_interval(LABELS, arm, random, 0.5)
  assert first == (0.5, 0.5, 0.5, 0.0, 0.0)  # 20 of 40 labels
  assert stable == (0.0, 0.0, 0.0, 0.0, 0.0)
  first, _ = label_saving_interval(LABELS, random, arm, 0.5)
  assert first == (-1.0, -1.0, -1.0, 0.0, 0.0)  # 40 of 20 labels


def test_label_saving_against_a_baseline_that_never_gets_there():
  first, _ = label_saving_interval(LABELS, [GOOD] * 2, [BAD] * 2, 0.5)
  assert first == (0.5, 0.5, 0.5, 1.0, 0.0)  # 20 labels, of 40 at least
  first, _ = label_saving_interval(LABELS, [BAD] * 2, [GOOD] * 2, 0.5)
  assert first == (-np.inf, -np.inf, -np.inf, 1.0, 0.0)


def test_where_no_curve_gets_there_nothing_is_known():
  first, _ = label_saving_interval(LABELS, [BAD] * 2, [BAD] * 2, 0.5)
  np.testing.assert_array_equal(first, (*[np.nan] * 3, 1.0, 1.0))


def test_label_savings_are_paired_by_seed():
  # Both arms fail together, so no draw compares a good with a bad seed.
  first, _ = label_saving_interval(LABELS, SEEDS, SEEDS, 0.6, num_draws=9000)
  assert first[:3] == (0.0, 0.0, 0.0)
  assert first.censored == pytest.approx(7 / 27, abs=0.02) == first.unknown


def test_one_seed_has_no_interval():
  first, stable = labels_needed_interval(LABELS, [GOOD], 0.5)
  np.testing.assert_array_equal(first, (20.0, np.nan, np.nan, 0.0, 0.0))
  np.testing.assert_array_equal(stable, first)
  first, _ = label_saving_interval(LABELS, [GOOD], [GOOD], 0.5)
  np.testing.assert_array_equal(first, (0.0, np.nan, np.nan, 0.0, 0.0))


def test_the_same_seed_gives_the_same_interval():
  scores = drawn(5)
  found = [area_interval(LABELS, scores, seed=s).low for s in (1, 1, 2)]
  assert found[0] == found[1] != found[2]
  shares = [
    labels_needed_interval(LABELS, SEEDS, 0.6, num_draws=999, seed=s)[0][3]
    for s in (1, 1, 2)
  ]
  assert shares[0] == shares[1] != shares[2]


def test_wrong_input_is_refused():
  for interval, rest in ((area_interval, ()), (labels_needed_interval, (0.5,))):
    with pytest.raises(ValueError, match=r"\[seeds rounds\], got shape \(4,\)"):
      interval(LABELS, GOOD, *rest)
    with pytest.raises(ValueError, match=r"shapes \(3,\) and"):
      interval(LABELS[:3], SEEDS, *rest)
    with pytest.raises(ValueError, match=r"level in \(0, 1\), got 2"):
      interval(LABELS, SEEDS, *rest, level=2)
  with pytest.raises(ValueError, match=r"numbers of labels > 0, got \[0, 10\]"):
    label_saving_interval([0, 10], [[0, 1]], [[0, 1]], 0.5)
  with pytest.raises(ValueError, match="pairs"):
    label_saving_interval(LABELS, SEEDS, SEEDS[:2], 0.5)
  with pytest.raises(ValueError, match="level"):
    label_saving_interval(LABELS, SEEDS, SEEDS, 0.5, level=0)


def test_a_baseline_that_ended_before_counts_what_it_had():
  # It never gets there: with 20 of the 40 labels it had all of its own.
  labels, scores = [10, 20, 40], [[0.1, 0.9, 0.9]] * 3
  never = [[0.1, 0.2, 0.2]] * 3
  found = [
    label_saving_interval(
      labels, np.array(scores), np.array(never), 0.8, **more
    )
    for more in ({}, {"most": 20})
  ]
  assert [first.value for first, _ in found] == [0.5, 0.0]
