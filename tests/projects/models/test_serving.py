"""On a stand-in for a project: a few cases, two versions, their scores."""

import dataclasses
import types
from typing import Any, NamedTuple

import numpy as np
import pytest

from alx.projects.models import serving
from alx.projects.models.gate import Approver, Floor, Rules
from alx.projects.models.serving import Label, make_judge, plan_reading
from alx.projects.models.sources import SourceWeights
from alx.projects.models.updates import Update

RULES = Rules(calibration=None, draws=500)
UIDS = tuple(f"c{i}" for i in range(6))
ABOUT = {
  "parameters": "p" * 64,
  "labels_sha256": "d" * 64,
  "label_map_sha256": "m" * 64,
  "files": {"config.json": "f" * 64},
  "update": "scratch",
  "loss": 0.5,
}


class Case(NamedTuple):
  uid: str
  part: str
  about: dict
  patient: str = ""


class Found(NamedTuple):
  uids: tuple
  patients: tuple
  values: Any


def project(segments=True, **about):
  cases = {
    uid: Case(uid, "validation", {"stratum": "near" if i < 3 else "far"})
    for i, uid in enumerate(UIDS)
  } | {"t": Case("t", "test", {}), "a": Case("a", "train", {})}
  model = types.SimpleNamespace(about=ABOUT | about)
  return types.SimpleNamespace(
    class_names=("background", "front", "back"),
    segments=segments,
    state=types.SimpleNamespace(cases=cases, models={1: model, 2: model}),
  )


def found(value, width=2):
  values = np.full((6, width), value) + np.linspace(0, 0.05, 6)[:, None]
  return Found(UIDS, UIDS, values)


NOTHING = Found((), (), np.zeros((0, 2)))


def test_a_better_version_is_promoted_and_a_worse_one_is_held():
  judge = make_judge(RULES)
  better = judge(project(), 2, found(0.8), found(0.7))
  assert better.promote and better.lines[0] == "v002 promoted"
  worse = judge(project(), 2, found(0.6), found(0.7))
  assert not worse.promote and worse.lines[0] == "v002 held"
  assert worse.lines[1].startswith("v002: mean score -0.1000 [-0.1")
  assert len(worse.lines) == 2


def test_floors_of_strata_are_looked_at():
  floor = Floor(0.75, "front", "far")
  judge = make_judge(Rules(calibration=None, draws=500, floors=(floor,)))
  held = judge(project(), 2, found(0.7), None)
  # 0.73, 0.74 and 0.75.
  assert held.lines[1:] == ("v002: front of far: 0.7400, below its floor 0.75",)


def test_single_wrong_answers_are_no_failures():
  new, old = found(0.0, 1), found(0.0, 1)
  new.values[:], old.values[:] = 1.0, 1.0
  new.values[0], old.values[1:3] = 0.0, 0.0
  rules = Rules(calibration=None, draws=500, margin=0.5)
  assert make_judge(rules)(project(segments=False), 2, new, old).promote


def test_what_is_not_recorded_holds():
  judged = make_judge(RULES)(
    project(labels_sha256=""), 2, found(0.8), found(0.7)
  )
  assert judged.lines == ("v002 held", "v002: not recorded: data")


def test_without_frozen_labels():
  judge = make_judge(RULES)
  first = judge(project(), 1, NOTHING, None)
  assert first.promote and first.lines[1].endswith("none served before")
  later = judge(project(), 2, NOTHING, NOTHING)
  assert not later.promote
  assert later.lines[1].endswith("or name who approves it")
  named = make_judge(RULES, Approver("R1"))(project(), 2, NOTHING, NOTHING)
  assert named.promote and named.lines[2] == "v002: approved by R1, reviewer"


@pytest.mark.parametrize(
  ("approver", "told"),
  [
    (None, "waits for a named approver"),
    (Approver("bob", "annotator"), "approval wants reviewer or admin"),
  ],
)
def test_without_frozen_labels_a_person_still_has_to_say_yes(approver, told):
  judge = make_judge(dataclasses.replace(RULES, approval="human"), approver)
  for version, old in ((1, None), (2, NOTHING)):
    judged = judge(project(), version, NOTHING, old)
    assert not judged.promote and told in judged.lines[1]
  judge = make_judge(
    dataclasses.replace(RULES, approval="human"), Approver("eve", "admin")
  )
  assert judge(project(), 1, NOTHING, None).promote


def test_the_record_names_what_it_was_made_of():
  record = serving.record_of(project(), 2)
  assert (record.name, record.weights, record.data) == (
    "v002",
    "p" * 64,
    "d" * 64,
  )
  assert record.id == serving.record_of(project(), 2).id
  assert record.id != serving.record_of(project(parameters="q"), 2).id
  parts = serving.parts_of(project())
  assert parts.val == UIDS and parts.test == ("t",) and parts.pool == ("a",)


def test_a_frozen_case_is_not_trained_on():
  serving.refuse_frozen(project(), ["a"])
  with pytest.raises(ValueError, match=r"c0: .* of the val part"):
    serving.refuse_frozen(project(), ["a", "c0"])


LABELS = [
  Label("b", "2", "accept"),
  Label("a", "1", "scratch"),
  Label("c", "3", "edit", confidence=0.5),
  Label("d", "4", serving.CHOSEN),
]


def test_a_fit_reads_what_weighs_something():
  some = SourceWeights(accepted=0.0, edited=0.5)
  reading = plan_reading(LABELS, some, Update())
  assert reading.uids == ("a", "c", "d") and reading.left_out == ("b",)
  assert reading.weights.tolist() == [1.0, 0.25, 1.0]
  assert reading.weights.dtype == np.float32
  assert reading.plan.items == ("a 1", "c 3", "d 4")


def test_weights_of_one_are_none():
  labels = [x._replace(confidence=1.0) for x in LABELS]
  assert plan_reading(labels, SourceWeights(), Update()).weights is None


def test_a_corrected_label_is_new():
  seen = ["a 1", "b 2", "c 2"]
  reading = plan_reading(
    LABELS, SourceWeights(), Update("finetune_new"), seen=seen, start="p"
  )
  assert reading.uids == ("c", "d") and reading.plan.start == "p"
  assert reading.weights.tolist() == [0.5, 1.0]


def test_labels_that_weigh_nothing_are_refused():
  only = SourceWeights(0.0, 0.0, 0.0, 1.0)
  with pytest.raises(ValueError, match="found 4 of weight 0"):
    plan_reading(LABELS, only, Update())
  with pytest.raises(ValueError, match="wanted labels, found none"):
    plan_reading([], only, Update())
  with pytest.raises(ValueError, match="found 'reject'"):
    plan_reading([Label("a", "1", "reject")], SourceWeights(), Update())
