"""Slices and boxes in worklists: named, shown, and their voxels alone taken."""

import nibabel
import numpy as np
import pytest

from alx import projects
from alx.data.dataset import DataError
from alx.projects.cases import units
from alx.projects.cases.targets import label_of
from alx.projects.store.state import EMPTY, Case, Round, Task
from alx.projects.work import ask as asking
from tests.projects import nnunet_rules as rules
from tests.projects import small_projects as small
from tests.projects.label_files import SHAPE, a_label

SMALL = ("steps=2", "batch=1", "widths=4,8", "patch=4,4,4")


def test_boxes_by_hand():
  mask = np.zeros((4, 5, 6), bool)
  mask[:, :, 2] = True
  assert units.box_of(mask) == ((0, 0, 2), (4, 5, 3))
  again = units.mask_of([units.box_of(mask)], mask.shape)
  np.testing.assert_array_equal(again, mask)


@pytest.mark.parametrize(
  ("boxes", "told"),
  [
    ([[(0, 0, 2), (4, 5, 3)]], "z 2"),
    ([[(0, 0, 2), (4, 5, 3)], [(0, 0, 4), (4, 5, 5)]], "z 2; z 4"),
    ([[(0, 2, 3), (2, 4, 6)]], "x 0 to 1, y 2 to 3, z 3 to 5"),
    ([[(0, 0, 0), (4, 5, 6)]], "all of it"),
    ([], ""),
  ],
)
def test_words_by_hand(boxes, told):
  assert units.text_of(boxes, (4, 5, 6)) == told


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
  """A round of whole volumes, then one of three slices."""
  place = tmp_path_factory.mktemp("units")
  folder = small.of_volumes(place, 4, query=3, unit="slices:2", set=SMALL)
  path = small.asked(folder, query=1)
  (row,) = small.rows_of(path / "worklist.csv")
  assert row["units"] == "all of it"  # no version serves yet
  small.save(path / row["labels_out"])
  small.taken(folder)
  return folder, small.asked(folder)


def boxes_of(folder, uid, number=2):
  tasks = projects.open_project(folder).state.rounds[number].tasks
  return next(t.units for t in tasks if t.uid == uid)


@pytest.mark.slow
def test_slices_are_named_shown_and_taken_alone(asked, monkeypatch):
  folder, path = asked
  rows = small.rows_of(path / "worklist.csv")
  assert sum(row["units"].count("z ") for row in rows) == 3
  assert "Only their" in (path / "README.txt").read_text()
  others = 0
  for row in rows:
    inside = units.mask_of(boxes_of(folder, row["uid"]), SHAPE)
    shown = nibabel.load(path / f"units/{row['uid']}.nii.gz")
    np.testing.assert_array_equal(np.asarray(shown.dataobj), inside)
    draft = np.asarray(nibabel.load(path / row["draft"]).dataobj)
    answer = np.where(inside, a_label(), draft)
    answer[0, 0, :] = 1  # in all slices, of which some were not asked
    others += np.count_nonzero((answer != draft) & ~inside)
    small.save(path / row["labels_out"], answer)
  _, lines = small.taken(folder)
  told = [line.line for line in lines if line.round == 2]
  assert all("voxels outside of the units were not taken" in t for t in told)
  assert not any("slice thick" in t for t in told)
  state = projects.open_project(folder).state
  for row in rows:
    inside = units.mask_of(boxes_of(folder, row["uid"]), SHAPE)
    final = projects.final_label(state, row["uid"])
    found = label_of(projects.open_project(folder), row["uid"], final.label)
    assert (found[~inside] == 255).all()
    wanted = a_label()
    wanted[0, 0, :] = 1
    np.testing.assert_array_equal(found[inside], wanted[inside])
  assert all(s == "unchanged" for s in small.taken(folder)[0].values())
  # the next round asks for other slices, and keeps those that are there
  monkeypatch.setattr(asking, "_learn", lambda _: [])  # that of before asks
  monkeypatch.setattr(asking, "make_drafts", lambda *_: {})
  again = small.asked(folder, query=40)
  for row in small.rows_of(again / "worklist.csv"):
    new = units.mask_of(boxes_of(folder, row["uid"], 3), SHAPE)
    old = [t for t in state.rounds[2].tasks if t.uid == row["uid"]]
    if old:
      assert not (new & units.mask_of(old[0].units, SHAPE)).any()
      assert (new | units.mask_of(old[0].units, SHAPE)).all()
    found = projects.final_label(
      projects.open_project(folder).state, row["uid"]
    )
    assert (found is None) == (
      not old
    )  # what is there stays while more is asked
    small.save(again / row["labels_out"])
  small.taken(folder)
  project = projects.open_project(folder)
  for row in small.rows_of(again / "worklist.csv"):
    final = projects.final_label(project.state, row["uid"])
    assert (label_of(project, row["uid"], final.label) < 255).all()
  with (
    projects.working(folder) as project,
    pytest.raises(DataError, match="nothing is left"),
  ):
    projects.next_round(project)


def test_what_was_not_asked_is_exported_as_ignore(asked, tmp_path):
  folder, _ = asked
  out = projects.export(projects.open_project(folder), tmp_path / "out").out
  assert rules.problems(out) == []


@pytest.mark.parametrize(
  ("settings", "told"),
  [
    ({"unit": "lines"}, "--unit: wanted one of"),
    ({"unit": "superpixels:20"}, "find in a viewer"),
    ({"unit": "slices", "repeats": 0.1}, "one reader of each case"),
    ({"unit": "slices", "set": ("coarsen=2",)}, "images as they are"),
  ],
)
def test_units_that_make_no_sense(tmp_path, settings, told):
  with pytest.raises(DataError, match=told):
    small.of_volumes(tmp_path, 4, **settings)


def test_what_was_not_answered_in_time_may_be_asked_again():
  task = Task("a", "anna", 1, 1, "")
  state = EMPTY._replace(
    cases={"a": Case("a", {})}, rounds={1: Round(1, 0, "random", (task,), {})}
  )
  assert units.asked_of(state) == {"a": None}
  expired = {("a", "anna", 1)}
  assert units.asked_of(state._replace(expired=expired)) == {"a": []}
