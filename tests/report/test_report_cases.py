"""Intervals over patients, from cases made by hand."""

import numpy as np
import pytest

from alx import stats
from alx.report import comparisons, tables
from alx.report.arms import Arm
from alx.report.cases import over_patients
from alx.report.read import Run

# Patient a has two volumes, b and c one each; the last one has no Dice.
PATIENTS = {"a1": "a", "a2": "a", "b1": "b", "c1": "c", "d1": "d"}
BASE = {"a1": 0.5, "a2": 0.6, "b1": 0.7, "c1": 0.4, "d1": float("nan")}
GAIN = {"a1": 0.1, "a2": 0.2, "b1": 0.0, "c1": 0.3, "d1": 0.0}


def rows_of(number, dice, known):
  return [
    {"round": str(number), "id": case, "dice_x": str(d), "dice_y": "nan"}
    | ({"patient": PATIENTS[case]} if known else {})
    for case, d in dice.items()
  ]


def arm_of(name, gain, seeds=(0, 1), known=True):
  """Two rounds; the cases of the last one are the base and the gain."""
  rows = tuple({"round": str(r), "labels": str(4 + 4 * r)} for r in range(2))
  last = {case: BASE[case] + gain * GAIN[case] for case in BASE}
  cases = (*rows_of(0, BASE, known), *rows_of(1, last, known))
  runs = tuple(Run(name, seed, (), rows, (), cases) for seed in seeds)
  scores = np.full((len(seeds), 2), 0.5) + np.arange(2) * gain / 10
  return Arm(name, runs, len(seeds), np.array([4.0, 8.0]), scores)


@pytest.mark.parametrize(("known", "clusters"), [(True, 3), (False, 4)])
def test_a_patient_is_drawn_with_all_volumes_and_seeds(known, clusters):
  base, better = arm_of("random", 0, known=known), arm_of("x", 1, known=known)
  found = over_patients(better, base)
  assert found.value == pytest.approx((0.1 + 0.2 + 0.0 + 0.3) / 4)
  assert found.clusters == clusters
  each = np.array([0.1, 0.2, 0.0, 0.3] * 2)
  groups = ["a", "a", "b", "c"] if known else range(4)
  wanted = stats.bootstrap_difference(each, 0 * each, [*groups] * 2)
  assert found.low == pytest.approx(wanted.low)
  assert found.high == pytest.approx(wanted.high)


def test_only_rounds_of_the_same_labels_and_shared_seeds():
  base, other = arm_of("random", 0), arm_of("x", 1, seeds=(1, 2))
  early = other._replace(labels=np.array([4.0]))
  assert over_patients(early, base).value == pytest.approx(0)
  assert over_patients(arm_of("x", 1, seeds=(7,)), base) is None


def test_the_table_shows_it_for_the_dice_alone():
  arms = [arm_of("random", 0), arm_of("x", 1)]
  gaps = comparisons.against_baselines(arms)
  ((_, table),) = tables.differences(gaps, "dice")
  assert table.head[-1] == "last, over patients"
  assert table.rows[0][-1].endswith(" to +0.300")
  ((_, table),) = tables.differences(gaps, "assd")
  assert table.head[-1] == "p"
