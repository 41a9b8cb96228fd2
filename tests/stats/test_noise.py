"""The noise floor, on made-up arms and on a published table."""

import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.stats import EQUAL_IF_BINARY, noise_floor, noise_line

# AUC on ISIC 2020, means of five seeds, rounds 2 to 6 (Wang et al. 2024,
# table 7): confidence and entropy, which two classes rank alike.
LOW_BUDGET = [
  [0.5432, 0.5713, 0.5622, 0.5584, 0.5649],
  [0.5375, 0.5432, 0.5919, 0.5537, 0.5543],
]
HIGH_BUDGET = [
  [0.7058, 0.7525, 0.7760, 0.7957, 0.7949],
  [0.7063, 0.7478, 0.7692, 0.7838, 0.7875],
]


@pytest.mark.parametrize(
  ("table", "gap", "largest"),
  [(LOW_BUDGET, 0.0158, 0.0297), (HIGH_BUDGET, 0.0063, 0.0119)],
)
def test_the_noise_of_a_published_table(table, gap, largest):
  found = noise_floor(np.array(table)[..., None])
  assert found.mean_gap == pytest.approx(gap, abs=5e-5)
  assert found.largest_gap == pytest.approx(largest, abs=5e-5)


def test_two_arms_by_hand():
  # Means 2 and 4, then 1 and 1; variances of the pairs 0.5, 4.5, 0.5, 0.5.
  scores = [[[1.0, 3.0], [1.0, 1.0]], [[2.0, 6.0], [2.0, 0.0]]]
  found = noise_floor(scores)
  assert found[:3] == pytest.approx((1.0, 2.0, np.sqrt(6 / 4)))
  # t(4) = 2.7764, sqrt(2 / 2) = 1.
  assert found.threshold == pytest.approx(2.776445 * np.sqrt(1.5))
  assert found[4:] == (2, 2, 0)


def test_runs_equal_to_the_last_bit_show_no_noise():
  found = noise_floor(np.full((3, 4, 2), 0.5))
  assert found[:2] == (0.0, 0.0) and found[4:] == (4, 2, 8)
  assert np.isnan(found[2:4]).all()
  assert noise_line(found).endswith("how much noise there is cannot be told.")
  # Of four cells two differ, by 0.2 and 0.4: variances 0.02 and 0.08.
  found = noise_floor([[[0.5, 0.5], [0.7, 0.9]], [[0.5, 0.5], [0.5, 0.5]]])
  assert found.sd == pytest.approx(np.sqrt(0.05)) and found.num_same == 2
  assert "not at all in 2 cases" in noise_line(found)


def test_noise_finds_its_own_sd_and_rarely_passes_the_threshold():
  rng = np.random.default_rng(0)
  shared = rng.normal(0.8, 0.3, (1, 60, 5))  # by the arms, so it is no noise
  floor = noise_floor(shared + rng.normal(0, 0.02, (3, 60, 5)))
  assert floor.sd == pytest.approx(0.02, rel=0.1)
  runs = rng.normal(0, 0.02, (2, 4000, 5)).mean(-1)
  passed = np.abs(runs[0] - runs[1]) > floor.threshold
  assert passed.mean() == pytest.approx(0.05, abs=0.02)


def test_what_is_missing_is_left_out():
  scores = np.array([[[1.0, 3.0], [1.0, 1.0]], [[2.0, 6.0], [2.0, np.nan]]])
  found = noise_floor(scores)
  # Means 2 and 4, 1 and 2 over the first seed; variances 0.5, 4.5, 0.5.
  assert found[:3] == pytest.approx((1.5, 2.0, np.sqrt(5.5 / 3)))
  # A round that an arm lacks: the gap of the other round is left.
  scores[1, 0] = np.nan
  assert noise_floor(scores)[:3] == pytest.approx((1.0, 1.0, np.sqrt(0.5)))
  scores[1] = np.nan
  assert np.isnan(noise_floor(scores)[:4]).all()


def test_seeds_that_nobody_knows_are_no_evidence():
  scores = np.random.default_rng(0).normal(0, 1, (3, 4, 2))
  more = np.concatenate([scores, np.full((3, 4, 6), np.nan)], 2)
  assert noise_floor(more) == noise_floor(scores)


def test_the_line_of_a_report():
  found = noise_line(noise_floor([[[0.5, 0.7]], [[0.6, 0.5]]]), "AUC")
  assert found == (
    "Noise floor: arms that must be equal differ by 0.0500 AUC on average and"
    " 0.0500 at most (rounds: 1, seeds: 2); a difference below 0.4811 is no"
    " evidence."
  )
  assert "0.0500 on average" in noise_line(noise_floor([[[1]], [[1.05]]]))


def test_the_equal_arms_are_methods_there_are():
  assert set(EQUAL_IF_BINARY) <= set(BY_NAME)


def test_wrong_input_is_refused():
  with pytest.raises(ValueError, match="two arms that must be equal, got 1"):
    noise_floor(np.zeros((1, 3, 2)))
  with pytest.raises(ValueError, match=r"\[arms rounds seeds\], got shape"):
    noise_floor(np.zeros((2, 3)))
  with pytest.raises(ValueError, match=r"level in \(0, 1\), got 95"):
    noise_floor(np.zeros((2, 3, 2)), 95)
