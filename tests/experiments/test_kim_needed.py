"""Labels until equivalence, by hand."""

import numpy as np
import pytest

from experiments.kim import needed
from experiments.kim.found import read_found
from tests.kim_cases import write_run, write_study


@pytest.fixture
def workdir(tmp_path):
  return write_study(tmp_path)


def test_first_and_stable_are_told_apart(workdir):
  random, margins = needed.readings(read_found(workdir))
  assert random.over_seeds == (30, 30)
  assert random.passes == pytest.approx(1 / 3)
  assert margins.over_seeds.first == 20
  assert np.isnan(margins.over_seeds.stable)
  np.testing.assert_array_equal(margins.by_seed.first, [20, 20])


def test_need_is_told_as_a_share_of_what_random_needs(workdir):
  random, margins = needed.readings(read_found(workdir))
  assert random.to_random == (1, 1)
  assert margins.to_random.first == pytest.approx(20 / 30)
  assert np.isnan(margins.to_random.stable)
  assert margins.to_random_by_seed.first == pytest.approx([20 / 30] * 2)


def test_rows_are_named_by_the_seeds_there_are(tmp_path):
  for seed in (3, 8):
    write_run(tmp_path, "full", seed, [40], [0.8])
    write_run(tmp_path, "margins", seed, [10, 20], [0.3, 0.79])
  write_run(tmp_path, "random", 8, [10, 20], [0.79, 0.79])
  rows = needed.rows(needed.readings(read_found(tmp_path)))
  assert [(r["arm"], r["seed"], r["first"]) for r in rows] == [
    ("random", "mean", "10"),
    ("random", 8, "10"),
    ("margins", "mean", "20"),
    ("margins", 3, "20"),
    ("margins", 8, "20"),
  ]
  assert [r["first_to_random"] for r in rows[2:]] == ["2.000", "", "2.000"]


def test_what_is_not_reached_is_never(workdir):
  row = needed.rows(needed.readings(read_found(workdir)))[3]
  assert {k: v for k, v in row.items() if v} == {
    "arm": "margins",
    "seed": "mean",
    "first": "20",
    "stable": "never",
    "first_to_random": "0.667",
  }


def test_three_seeds_have_intervals(tmp_path):
  """The third one never gets there: 1 of 27 draws has nothing else."""
  for seed, dice in enumerate((0.8, 0.8, 0.3)):
    write_run(tmp_path, "full", seed, [40], [0.8])
    write_run(tmp_path, "random", seed, [10, 20], [0.3, dice])
  (random,) = needed.readings(read_found(tmp_path))
  first, stable = random.intervals
  assert stable == first and np.isinf(first.value)
  assert (first.low, first.high) == (20, np.inf)
  # Equivalent without the third seed alone: 8 of 27 draws.
  assert first.censored == pytest.approx(19 / 27, abs=0.05)
  mean, one, *_ = needed.rows([random])
  assert (mean["first_low"], mean["first_high"]) == ("20", "never")
  assert one["first_low"] == one["first_never"] == ""


def test_without_random_there_is_nothing_to_hold_against(tmp_path):
  write_run(tmp_path, "full", 0, [40], [0.8])
  write_run(tmp_path, "margins", 0, [10], [0.8])
  (margins,) = needed.readings(read_found(tmp_path))
  assert margins.over_seeds.first == 10
  assert np.isnan(margins.to_random.first)
