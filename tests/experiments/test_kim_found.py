"""The Dice of every test patient, from files written by hand."""

import numpy as np
import pytest

from experiments.kim import found as reading
from experiments.kim.found import read_found
from tests.kim_cases import write_run, write_study

HEAD = "round,id,dice_foreground\n"


def test_every_arm_seed_round_and_patient_is_read(tmp_path):
  found = read_found(write_study(tmp_path))
  assert [arm.name for arm in found.arms] == ["random", "margins"]
  assert found.arms[0].dice.shape == (2, 3, 8)
  assert found.num_pool == 40 and set(found.full) == {0, 1}
  assert found.arms[0].dice[1, 1].mean() == pytest.approx(0.41)


def test_a_run_that_is_not_finished_is_left_out(tmp_path):
  write_run(write_study(tmp_path), "random", 2, [10, 20], [0.3, 0.4])
  assert read_found(tmp_path).arms[0].seeds == (0, 1)


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_a_round_that_a_killed_command_began_does_not_count(tmp_path, cut):
  """Of the last round the end is missing: a byte, a number, two rows."""
  write_run(write_study(tmp_path), "random", 1, [10, 20, 30], [0.3] * 3)
  path = tmp_path / "runs/random-seed1/cases.csv"
  path.write_bytes(path.read_bytes()[:-cut])
  random = read_found(tmp_path).arms[0]
  assert random.seeds == (0,) and random.dice.shape == (1, 3, 8)
  path.write_text(HEAD)
  assert read_found(tmp_path).arms[0].seeds == (0,)


def test_a_first_round_is_whole_only_with_all_patients(tmp_path):
  path = tmp_path / "cases.csv"
  path.write_text(f"{HEAD}0,a,0.5\n0,b,0.7\n")
  assert reading.read_cases(path)[1].tolist() == [[0.5, 0.7]]
  assert reading.read_cases(path, patients="abc")[1].shape == (0, 3)


def test_a_model_on_all_labels_that_was_killed_is_not_there(tmp_path):
  write_study(tmp_path)
  (tmp_path / "runs/full-seed1/curve.csv").unlink()
  found = read_found(tmp_path)
  assert set(found.full) == {0}
  random = found.arms[0]
  assert random.seeds == (0, 1)
  assert reading.shared_seeds(found, random) == (0,)


def test_what_is_absent_from_both_is_nothing_or_one(tmp_path):
  path = tmp_path / "cases.csv"
  path.write_text(f"{HEAD}0,a,nan\n0,b,0.7\n")
  np.testing.assert_array_equal(reading.read_cases(path)[1], [[np.nan, 0.7]])
  assert reading.read_cases(path, "one")[1].tolist() == [[1.0, 0.7]]


def test_means_are_over_the_seeds_asked_for(tmp_path):
  found = read_found(write_study(tmp_path))
  random = reading.find_arm(found, "random")
  means = reading.over_seeds(random, (0, 1)).mean(-1)
  assert means == pytest.approx([0.3, 0.405, 0.795])
  means = reading.over_seeds(random, (1,)).mean(-1)
  assert means == pytest.approx([0.3, 0.41, 0.8])
  assert reading.find_arm(found, "bootstrapping") is None


def test_nothing_on_all_labels_is_told(tmp_path):
  with pytest.raises(ValueError, match="a run on all labels, found none"):
    read_found(tmp_path)
