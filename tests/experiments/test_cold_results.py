"""The numbers of a cold-start study, from rows made up here."""

import math

import numpy as np
import pytest

from experiments.cold.plan import FOREGROUND, NO_ENCODER, RANDOM
from experiments.cold.results import summary_rows
from tests.cold_cases import plan_of, tell

STEPS = {RANDOM: 0.5, FOREGROUND: 0.6, "k_center": 0.8, "full": 0.9}


def score_of(row):
  """Seeds 0 and 1 of the arms are 0.1 apart, those of random not."""
  return STEPS[row.method] + 0.1 * row.seed * (row.encoder != NO_ENCODER)


def test_lines_by_hand(tmp_path):
  results = tell(tmp_path, plan_of("segmentation"), score_of)
  random, foreground, line = results.lines
  assert results.compared == [line] and line.name == "k-center on pca"
  assert math.isnan(random.minus_random.mean) and math.isnan(random.percentile)
  assert foreground.minus_random.mean == pytest.approx(0.1)
  assert math.isnan(foreground.minus_random.p_holm)
  assert float(line.score.mean) == pytest.approx(0.85)
  assert line.minus_random.mean == pytest.approx(0.35)
  assert line.minus_foreground.mean == pytest.approx(0.25)
  assert line.minus_random.p_holm == line.minus_random.p
  assert line.percentile == 100 and line.distinct_sets == 2
  assert float(results.full().mean) == pytest.approx(0.9)


def test_draws_without_a_pair_are_in_the_unpaired_gap_alone(tmp_path):
  late = {2: 0.2}  # of the third random set
  results = tell(
    tmp_path,
    plan_of(),
    lambda row: score_of(row) + late.get(row.seed, 0.0),
  )
  line = results.lines[-1]
  np.testing.assert_allclose(results.draws(2), [0.5, 0.5, 0.7])
  assert line.minus_random.mean == pytest.approx(0.35)
  assert line.minus_draws.mean == pytest.approx(0.85 - 1.7 / 3)
  assert math.isnan(line.minus_foreground.mean)


def test_the_summary_has_a_line_for_every_arm(tmp_path):
  results = tell(tmp_path, plan_of(budgets=(2, 4)), score_of)
  rows = summary_rows(results)
  assert [(row["method"], row["budget"]) for row in rows] == [
    (RANDOM, 2),
    (RANDOM, 4),
    ("k_center", 2),
    ("k_center", 4),
  ]
  assert float(rows[-1]["minus_random"]) == pytest.approx(0.35)
  assert float(rows[-1]["minus_all_random"]) == pytest.approx(0.35)
