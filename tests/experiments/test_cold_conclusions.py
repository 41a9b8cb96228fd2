"""What is said of the numbers of a cold-start study."""

import numpy as np

from experiments.cold import conclusions
from experiments.cold.plan import NO_ENCODER, RANDOM
from tests.cold_cases import plan_of, tell


def told(results):
  return " ".join(
    [
      conclusions._verdict(results),
      *conclusions._resolution(results),
      conclusions._second_look(results),
      *conclusions._against_foreground(results),
    ]
  )


def noisy(row):
  """An arm that is 0.2 above random, +- 0.01."""
  ahead = 0.0 if row.encoder == NO_ENCODER else 0.2
  return 0.5 + ahead + 0.01 * np.sin(row.seed + 10 * ahead + row.budget)


def test_an_arm_that_is_ahead_is_named(tmp_path):
  results = tell(tmp_path, plan_of(seeds=6), noisy)
  text = told(results)
  assert "each by itself: 1 of 1 above 0 (k-center on pca at 2 labels)" in text
  assert "0 with a probability of 2.5%, and below 0 with the same." in text
  assert "correction 1 (k-center on pca at 2 labels)." in text
  assert "share their random sets" not in text  # there is only one
  assert "corrected for all" not in text
  found = conclusions.summary(results)
  assert "Of 1 comparison with random sets" in found and "1 above" in found
  assert "the highest of 2 arms is high by chance alone, too" in found


def test_the_corrected_half_is_told_beside_the_other(tmp_path):
  plan = plan_of(seeds=6, methods=("k_center", "typiclust"), budgets=(2, 4))
  results = tell(tmp_path, plan, lambda row: noisy(row) * (row.seed != 9))
  text = told(results)
  assert "on average 0.10 of 4 on either side" in text
  assert "false positives come together" in text
  alone = conclusions._median_half(results, 1)
  both = conclusions._median_half(results, 4)
  assert both > alone
  assert f"{alone:.3f} AUC to either side by itself, and {both:.3f}" in text


def test_nothing_different_is_no_arm(tmp_path):
  results = tell(tmp_path, plan_of(), lambda row: 0.5 + 0.1 * row.seed)
  assert "No arm is shown to differ from random." in told(results)
  assert "foreground" not in told(results)


def test_foreground_random_is_held_against_too(tmp_path):
  results = tell(tmp_path, plan_of("segmentation"), noisy)
  assert "which knows what a reader would not" in told(results)


def test_more_names_than_one_can_read_are_left_to_the_tables(tmp_path):
  (line,) = tell(tmp_path, plan_of(), noisy).compared
  assert conclusions._named([line]) == " (k-center on pca at 2 labels)"
  assert conclusions._named([line] * 9) == " (see the tables)"


def test_one_seed_has_no_interval(tmp_path):
  results = tell(tmp_path, plan_of(seeds=1, draws=1), noisy)
  text = conclusions.summary(results)
  assert text.startswith("With one seed there is no interval and no test: in 1")
  assert "95%" not in text


def test_the_same_items_for_every_seed_are_told(tmp_path):
  results = tell(tmp_path, plan_of(), noisy)
  line = results.lines[-1]._replace(distinct_sets=1)
  (text,) = conclusions._repeats(results._replace(lines=[line]))
  assert "labels 1 chose the same items in every seed (k-center on" in text
  assert conclusions._repeats(results) == ()
  assert RANDOM in results.lines[0].name
