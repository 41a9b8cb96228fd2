import numpy as np
import pytest

from alx.projects.models.gate import Approver, Floor, Rules, difference, judge
from alx.projects.models.scores import make_scores
from alx.projects.models.versions import make_version
from tests import oracle_projects
from tests.project_versions import record

CASES = [f"c{i}" for i in range(8)]
STRATA = ["near", "near", "near", "near", "far", "far", "far", "far"]
BARE = {"recorded": False, "calibration": None, "draws": 2000}
OLD = np.linspace(0.60, 0.74, 8)[:, None] + [[0.0, 0.1]]


def scores(values, **others):
  return make_scores(CASES, values, ["front", "back"], strata=STRATA, **others)


def decide(new, old=OLD, version=None, approver=None, **rules):
  old = None if old is None else scores(old)
  return judge(scores(new), old, Rules(**BARE | rules), version, approver)


def test_the_same_a_better_and_the_first_model_are_promoted():
  assert decide(OLD).word == "promote"
  assert decide(OLD + 0.01).promote
  found = decide(OLD, old=None)
  assert found.promote
  assert "no model serves yet: nothing to match" in found.reasons


def test_a_worse_model_is_held_with_one_line():
  found = decide(OLD - 0.05)
  assert found.word == "hold" and len(found.reasons) == 1
  assert found.reasons[0] == (
    "mean score -0.0500 [-0.0500, -0.0500] against the model that serves, 8 "
    "patients: lower end not within the margin of 0.02"
  )
  assert decide(OLD - 0.05, margin=0.06).promote


def test_a_mean_within_the_margin_is_not_enough():
  """Half of the cases lose 0.2 and half win it: the interval is too wide."""
  steps = np.where(np.arange(8) % 2, 0.15, -0.15)[:, None]
  found = decide(OLD + steps)
  assert not found.promote and "+0.0000 [-0" in found.reasons[0]


def test_the_interval_is_that_of_all_ways_to_draw_patients():
  """Four patients of one to three cases: 256 ways."""
  rng = np.random.default_rng(0)
  patients = ["a", "a", "a", "b", "b", "c", "c", "d"]
  new, old = rng.uniform(0.4, 0.9, (2, 8, 2))
  new[0, 1] = np.nan
  old[0, 1] = 0.0  # the old model has invented the class
  old[3] = new[3] = np.nan
  pair = [scores(x, patients=patients) for x in (new, old)]
  found = difference(*pair, Rules(draws=20_000))
  means = [
    oracle_projects.case_mean(*row) for row in zip(new, old, strict=True)
  ]
  steps = np.array([a - b for a, b in means])
  known = ~np.isnan(steps)
  ways = oracle_projects.every_mean(
    steps[known], np.array(patients)[known].tolist()
  )
  np.testing.assert_allclose(found[0], steps[known].mean())
  assert found[3] == 4
  low, high = np.quantile(ways, [0.025, 0.975])
  np.testing.assert_allclose(found[1:3], [low, high], atol=0.01)


def test_cases_of_one_patient_are_no_more_than_one():
  one = [scores(x, patients=["p"] * 8) for x in (OLD, OLD)]
  found = judge(*one, Rules(**BARE))
  assert not found.promote
  assert "1 validation patients, wanted 5 at least" in found.reasons
  assert any("[unknown, unknown]" in line for line in found.reasons)


def test_a_floor_of_a_class_and_of_a_stratum():
  floors = (Floor(0.66, "front"), Floor(0.5), Floor(0.9, None, "near"))
  found = decide(OLD, floors=floors)
  # front: mean of 0.60 to 0.74; near: of 0.60 to 0.66, and 0.1 more.
  assert found.reasons == ("score of near: 0.6800, below its floor 0.9",)
  assert "front: 0.6700, at or above its floor 0.66" in [
    c.line for c in found.checks
  ]


def test_a_floor_that_nothing_is_measured_for_holds():
  new = OLD.copy()
  new[:, 1] = np.nan
  found = decide(new, new, floors=(Floor(0.1, "back"),))
  assert found.reasons == ("back: no case to measure it on",)


@pytest.mark.parametrize(
  ("floor", "line"),
  [
    (Floor(0.5, "liver"), "wanted a class_name of back, front, found 'liver'"),
    (Floor(0.5, None, "x"), "wanted a stratum of far, near, found 'x'"),
  ],
)
def test_floors_of_nothing_are_refused(floor, line):
  with pytest.raises(ValueError, match=line):
    decide(OLD, floors=(floor,))


def test_a_new_failure_holds_a_model_that_is_better_on_average():
  new = OLD + 0.1
  new[2, 0] = 0.0
  found = decide(new, margin=1.0)
  assert found.reasons == (
    "1 scores of 0 where the old model had more: c2 (front); wanted 0 at most",
  )
  old = OLD.copy()
  old[2, 0] = 0.0
  assert decide(new, old).promote  # it failed before
  assert decide(new, margin=1.0, failures=None).promote


def test_a_class_invented_where_none_is_is_a_failure():
  healthy, invented = OLD.copy(), OLD + 0.1
  healthy[0, 1], invented[0, 1] = np.nan, 0.0  # right: both masks are empty
  found = decide(invented, healthy, margin=1.0)
  assert found.reasons[0].startswith(
    "1 scores of 0 where the old model had more"
  )
  assert decide(healthy, healthy).promote


def test_patients_without_a_score_are_not_counted():
  few = OLD.copy()
  few[2:] = np.nan
  found = decide(few, few, patients=5)
  assert "2 validation patients, wanted 5 at least" in found.reasons


def test_a_class_invented_in_healthy_cases_is_a_loss():
  healthy, invented = OLD.copy(), OLD.copy()
  healthy[4:, 1], invented[4:, 1] = np.nan, 0.0
  assert decide(healthy, invented).promote
  assert not decide(invented, healthy).promote


@pytest.mark.parametrize(
  ("new", "old", "promoted"),
  [(0.10, 0.06, True), (0.12, 0.06, False), (np.nan, 0.06, False)],
)
def test_calibration(new, old, promoted):
  pair = [scores(OLD, calibration=x) for x in (new, old)]
  assert judge(*pair, Rules(recorded=False)).promote == promoted


def test_what_is_not_recorded_holds():
  found = decide(OLD, recorded=True)
  assert found.reasons == ("not recorded: version",)
  lacking = make_version(**record(data=""))
  assert decide(OLD, version=lacking, recorded=True).reasons == (
    "not recorded: data",
  )
  assert decide(OLD, version=make_version(**record()), recorded=True).promote


def test_a_person_says_yes_by_name():
  found = decide(OLD, approval="human")
  assert found.reasons == ("waits for a named approver",)
  assert not decide(OLD, approval="human", approver=Approver(" ")).promote
  found = decide(OLD, approval="human", approver=Approver("R1", "annotator"))
  assert found.reasons == ("R1 is annotator, approval wants reviewer or admin",)
  assert decide(OLD, approval="human", approver=Approver("R1")).promote
  assert not decide(
    OLD - 0.1, approval="human", approver=Approver("R1")
  ).promote


def test_other_cases_are_refused():
  old = make_scores([*CASES[:7], "x"], OLD, ["front", "back"])
  with pytest.raises(ValueError, match=r"same cases .*, such as 'c7'"):
    judge(scores(OLD), old, Rules(**BARE))
  other = make_scores(CASES, OLD, ["front", "rear"], strata=STRATA)
  with pytest.raises(ValueError, match="same class_names"):
    judge(scores(OLD), other, Rules(**BARE))


@pytest.mark.parametrize(
  "wrong",
  [
    {"margin": -0.1},
    {"margin": True},
    {"level": 1.0},
    {"draws": 0},
    {"patients": 1},
    {"failures": -1},
    {"calibration": 2},
    {"approval": "maybe"},
    {"floors": (Floor(70),)},
    {"seed": -1},
  ],
)
def test_rules_out_of_range_are_refused(wrong):
  with pytest.raises(ValueError, match="wanted"):
    Rules(**wrong)
