"""What may be said of numbers made by hand."""

import pytest

from experiments.kim import needed, verdicts
from experiments.kim.found import read_found
from tests.kim_cases import write_run, write_study


@pytest.fixture
def workdir(tmp_path):
  return write_study(tmp_path)


def said_of(workdir):
  found = read_found(workdir)
  labels = needed.readings(found)
  doubts = verdicts.cannot(found, labels)
  return verdicts.concluded(found, labels), " ".join(doubts)


def test_verdicts_follow_the_numbers(workdir):
  write_run(workdir, "margins", 1, [10, 20, 30], [0.3, 0.79, 0.405])
  said, doubts = said_of(workdir)
  said = " ".join(said)
  assert "over 2 seeds" in said and "below random: margins" in said
  assert "differ for margins (20 first, never stable)" in said
  assert "random 30, margins never" in said
  assert "2 seeds: the spread" in doubts and "6 tests" in doubts
  assert "bootstrapping" not in doubts


def test_equal_differences_have_no_spread_and_tell_nothing(workdir):
  said, _ = said_of(workdir)
  assert "not told apart from random: 1 of 1 arms" in said[0]


def test_more_arms_need_more_evidence(workdir):
  """p is 0.013 alone and, the smallest of four, four times that."""
  write_run(workdir, "margins", 1, [10, 20, 30], [0.3, 0.79, 0.426])
  assert "below random: margins;" in said_of(workdir)[0][0]
  for name in ("dropout_train_test", "dropout_test_only", "bootstrapping"):
    for seed in (0, 1):
      write_run(workdir, name, seed, [10, 20, 30], [0.3, 0.4, 0.79])
  said, _ = said_of(workdir)
  assert "not told apart from random: 4 of 4 arms" in said[0]


def test_one_seed_is_no_evidence(tmp_path):
  """However many models with all labels there are."""
  for seed in (0, 1):
    write_run(tmp_path, "full", seed, [40], [0.8])
  write_run(tmp_path, "random", 0, [10], [0.3])
  write_run(tmp_path, "margins", 0, [10], [0.7])
  assert said_of(tmp_path)[0][0].startswith("One seed:")


def test_seeds_are_counted_by_arm(workdir):
  write_run(workdir, "full", 2, [40], [0.8])
  write_run(workdir, "margins", 2, [10, 20, 30], [0.3, 0.4, 0.4])
  said, doubts = said_of(workdir)
  assert "over 2 seeds" in said[0]  # margins and random share two
  assert "2 to 3 seeds (random 2, margins 3): the spread" in doubts


def test_where_nobody_gets_there_neither_reading_is_praised(tmp_path):
  write_run(tmp_path, "full", 0, [40], [0.8])
  write_run(tmp_path, "random", 0, [10, 20], [0.3, 0.4])
  said = said_of(tmp_path)[0]
  assert said[1] == "No arm came to a round that is equivalent to all labels."
  assert "random never" in said[2]
