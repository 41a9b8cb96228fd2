"""Simulated readers through the folders and the log of a project."""

import numpy as np
import pytest

from experiments.nocode import study
from experiments.nocode.desk import memory_desk
from experiments.nocode.plan import NONE, RANDOM, Row
from tests.nocode_cases import QUIET, SCENARIO, TINY, small_study

projects = pytest.importorskip("alx.projects")


def as_told(answers):
  return [
    (a.decision, a.pace, a.label.tolist(), a.edit.added.tolist())
    for a in answers
  ]


@pytest.mark.parametrize("kind", ["pictures", "volumes"])
def test_the_store_changes_no_answer(kind, tmp_path):
  from experiments.nocode.store_desk import store_desk

  if kind == "pictures":
    grid, name = small_study(tmp_path), "s"
  else:
    fields = ("phantom_items=12", "test_items=4", *TINY[:-1], "patch=8,8,8")
    grid = small_study(tmp_path, "phantom")._replace(assignments=fields)
    name = "phantom"
  ready = study.prepare(grid, name, QUIET)
  row = Row(name, "tolerant", "updated", RANDOM, 0)
  assert SCENARIO.fitted is None
  desks = [make(row, ready, None) for make in (store_desk, memory_desk)]
  player = study.Player(ready, "entropy")
  cases = [player._case(item) for item in range(4)]
  scratch = [as_told(desk(cases[:2], [None, None])) for desk in desks]
  assert scratch[0] == scratch[1]
  wrong = np.roll(cases[2].truth, 1, axis=0)
  drafts = [wrong, cases[3].truth.copy()]
  shown = [as_told(desk(cases[2:], drafts)) for desk in desks]
  assert shown[0] == shown[1]
  assert shown[0][1][0] == "accept"
  folder = ready.workdir / "projects" / row.name
  assert projects.verify(folder) == []
  project = projects.open_project(folder)
  assert sorted(project.state.rounds) == [1, 2]
  assert len(project.state.submissions) == 4
  arms = [t.arm for t in project.state.tasks()]
  assert arms == ["blind", "blind", "draft", "draft"]
  with projects.working(folder) as again:
    before = len(again.state.submissions)
    lines = projects.import_rounds(again)
    assert {line.status for line in lines} == {"unchanged"}
    assert len(again.state.submissions) == before


def test_a_row_through_the_store_is_the_row(tmp_path):
  from experiments.nocode.store_desk import store_desk

  grid = small_study(tmp_path)
  ready = study.prepare(grid, "s", QUIET)
  player = study.Player(ready, "entropy")
  row = Row("s", "anchored", NONE, RANDOM, 0)
  found = []
  for make in (store_desk, memory_desk):
    told = player.play(row, make(row, ready, None))
    for one in told["rounds"]:
      del one["fit_s"], one["draft_s"]
    found.append(told)
  assert found[0] == found[1]
