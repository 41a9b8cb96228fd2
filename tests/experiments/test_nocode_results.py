"""Arms and savings by hand."""

import numpy as np
import pytest

from alx.effort import Prices, Rates, Verdict
from experiments.nocode import results
from experiments.nocode.plan import ACTIVE, NONE, RANDOM, Row
from tests.nocode_cases import SCENARIO, case, grid, record

ONE = SCENARIO._replace(prices=(Prices(0, 0, 1.0, 0, 0, 0),))
DRAFTED = Row("d", "tolerant", "updated", RANDOM, 0)
MANUAL = DRAFTED._replace(draft=NONE)


def arms():
  return results.group(grid())


def test_an_arm_by_hand():
  rates = Rates("USD", 2024, 3600.0, compute_hour=7200.0)
  found = results.arm_of(DRAFTED, arms()[DRAFTED], ONE._replace(rates=rates))
  assert (found.seeds, found.labels) == (2, 6)
  assert found.dice.mean == pytest.approx(0.8)
  # Behind the start: 110/4, 120/4 and 120/4, 120/4 of seed 0; 130/4 of seed 1.
  path = (27.5 + 30 + 30 + 30 + 27.5 + 32.5 + 30 + 32.5) / 8
  assert found.path.value == pytest.approx(path)
  assert found.seconds.least == found.seconds.most == pytest.approx(path)
  # A dollar a second; two a second of the machine: 3 fits and 2 drafts a seed.
  assert found.money.least == pytest.approx(path + 2 * 2 * (3 + 1) / 8)
  assert found.shares == {"accept": 0, "edit": 100, "redraw": 0, "scratch": 0}
  assert found.label_dice == 1.0


def test_computing_is_what_an_arm_needs():
  found = arms()
  assert results.computing_s(found[MANUAL]) == 2 * 1
  assert results.computing_s(found[DRAFTED]) == 2 * (3 + 1)
  active = MANUAL._replace(selection=ACTIVE)
  assert results.computing_s(found[active]) == 2 * 3
  fixed = [{**r, "draft": "fixed"} for r in found[DRAFTED]]
  assert results.computing_s(fixed) == 2 * (2 + 1)


def test_savings_in_pairs():
  found = results.saving_of(DRAFTED, arms()[DRAFTED], arms()[MANUAL], ONE)
  assert found.paired
  # Three quarters of every contour.
  assert found.path.value == pytest.approx(3 * 30.0, rel=0.01)
  assert found.seconds.low > 0
  assert found.verdicts == (Verdict("saves", "automate"),)
  assert found.money is None


def test_other_exams_are_not_paired():
  moved = arms()[DRAFTED]
  for told in moved[0]["rounds"][1]["cases"]:
    told["id"] += "x"
  found = results.saving_of(DRAFTED, moved, arms()[MANUAL], ONE)
  assert not found.paired
  assert found.path.value == pytest.approx(90.0, rel=0.01)


def test_a_loss_is_kept_and_prices_may_decide():
  manual = record(MANUAL, [0.5, 0.5], [[case("p0")], [case("q0"), case("r0")]])
  slow = [
    case(n, "edit", added=10.0, erased=20.0, components=5.0) for n in "qr"
  ]
  slow = [{**c, "id": c["id"] + "0"} for c in slow]
  drafted = record(DRAFTED, [0.5, 0.5], [[case("p0")], slow])
  found = results.saving_of(DRAFTED, [drafted], [manual], SCENARIO)
  assert found.seconds.least < 0 < found.seconds.most
  assert found.seconds.low < 0
  assert results.verdict_text(found.verdicts).startswith(
    "depends on the prices"
  )


def test_voxels_give_a_verdict_by_contour_only():
  voxels = [
    [
      {**r, "rounds": [
        {**t, "cases": [{**c, "unit": "voxels"} for c in t["cases"]]}
        for t in r["rounds"]
      ]}
      for r in arms()[row]
    ]
    for row in (DRAFTED, MANUAL)
  ]  # fmt: skip
  found = results.saving_of(DRAFTED, *voxels, SCENARIO)
  assert found.seconds is None and len(found.verdicts) == 1
  arm = results.arm_of(DRAFTED, voxels[0], SCENARIO)
  assert arm.seconds is None and arm.unit == "voxels"


def test_the_mean_of_structures_that_are_known():
  assert results.mean_dice({"dice": [0.5, None, 0.7]}) == pytest.approx(0.6)
  assert np.isnan(results.mean_dice({"dice": [None]}))
