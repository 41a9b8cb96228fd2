"""Two readers and a senior, through folders: shared, repeated, settled."""

import numpy as np
import pytest

from alx import projects
from alx.data.dataset import DataError
from alx.projects.cases.targets import label_of
from alx.projects.people import settling, share
from tests.projects import small_projects as small
from tests.projects.label_files import a_label

JUNIORS = ("anna", "ben")


def classes(folder, place, answers, **more):
  """Writes {reader: {uid: class}} into the worklists of a round."""
  for reader, given in answers.items():
    rows = {uid: {"label": label} | more for uid, label in given.items()}
    small.fill(place / f"out/{reader}/worklist.csv", rows)
  return small.taken(folder)


def settled(folder, way="", **more):
  with projects.working(folder) as project:
    return settling.settle(project, way, **more)


def uids_of(place, reader):
  rows = small.rows_of(place / f"out/{reader}/worklist.csv")
  return [row["uid"] for row in rows]


def bent(label):
  """Two of the four voxels of class 1 are someone else's opinion."""
  other = label.copy()
  other[tuple(np.argwhere(label == 1)[0])] = 0
  return other


def test_both_read_each_case_and_a_vote_leaves_open_what_they_differ_on(
  tmp_path,
):
  folder = small.of_volumes(
    tmp_path, 4, readers=JUNIORS, readers_per_case=2, query=2
  )
  place = small.asked(folder)
  uids = uids_of(place, "anna")
  assert uids == uids_of(place, "ben") and len(uids) == 2
  one, other = a_label(), bent(a_label())
  for uid in uids:
    small.save(place / f"out/anna/{uid}.nii.gz", one)
  small.taken(folder)
  state = projects.open_project(folder).state
  assert projects.status_of(state, uids[0]) == "asked"  # ben has yet to read
  small.save(place / f"out/ben/{uids[0]}.nii.gz", one)
  small.save(place / f"out/ben/{uids[1]}.nii.gz", other)
  small.taken(folder)
  state = projects.open_project(folder).state
  assert projects.status_of(state, uids[0]) == "labelled"
  assert projects.status_of(state, uids[1]) == "conflict"
  assert settled(folder) == [
    f"{uids[1]}: majority of 2 readers, 1 voxels undecided"
  ]
  assert settled(folder) == []  # the same again changes nothing
  project = projects.open_project(folder)
  final = projects.final_label(project.state, uids[1])
  found = label_of(project, uids[1], final.label)
  np.testing.assert_array_equal(found, np.where(one == other, one, 255))
  assert projects.verify(folder) == []


def test_an_answer_that_changes_is_settled_anew(tmp_path):
  folder = small.of_pictures(
    tmp_path, 6, readers=JUNIORS, readers_per_case=2, query=2, labels="none"
  )
  place = small.asked(folder)
  a, b = uids_of(place, "anna")
  classes(folder, place, {"anna": {a: "dark", b: "dark"}})
  classes(folder, place, {"ben": {a: "dark", b: "bright"}})
  (line,) = settled(folder)
  assert line == f"{b}: majority of 2 readers: undecided, for a reviewer"
  state = projects.open_project(folder).state
  assert projects.status_of(state, b) == "conflict"
  assert projects.final_label(state, b) is None
  classes(folder, place, {"ben": {b: "dark"}})
  state = projects.open_project(folder).state
  assert projects.final_label(state, b).label == 0


def test_dawid_and_skene_know_who_is_right_more_often(tmp_path):
  names = ("anna", "ben", "cleo")
  folder = small.of_pictures(
    tmp_path, 6, readers=names, readers_per_case=3, query=6, labels="none"
  )
  place = small.asked(folder)
  uids = sorted(uids_of(place, "anna"))
  truth = {uid: ("dark", "bright")[i % 2] for i, uid in enumerate(uids)}
  wrong = dict(truth) | {uids[0]: "bright"}
  classes(folder, place, {"anna": truth, "ben": truth, "cleo": wrong})
  (line,) = settled(folder, "dawid_skene")
  assert line == f"{uids[0]}: dawid_skene of 3 readers"
  state = projects.open_project(folder).state
  assert projects.final_label(state, uids[0]).label == 0
  assert state.decided[uids[0]]["confidence"] > 0.9
  assert settled(folder) == []  # though the project's own way is another
  assert settled(folder, "majority") == [f"{uids[0]}: majority of 3 readers"]


def test_a_senior_is_asked_where_juniors_differ_and_decides(tmp_path):
  folder = small.of_pictures(
    *(tmp_path, 8),
    **{"readers": (*JUNIORS, "clara"), "seniors": ("clara",), "query": 2},
    **{"readers_per_case": 2, "labels": "none"},
  )
  place = small.asked(folder)
  assert not (place / "out/clara").exists()
  a, b = uids_of(place, "anna")
  classes(folder, place, {"anna": {a: "dark", b: "dark"}})
  classes(folder, place, {"ben": {a: "dark", b: "bright"}})
  place = small.asked(folder, acquisition="random")
  (row,) = small.rows_of(place / "out/clara/worklist.csv")
  assert (row["uid"], row["reason"]) == (b, "readers differ: another class")
  classes(folder, place, {"clara": {b: "bright"}})
  assert settled(folder) == [f"{b}: majority of 3 readers"]
  state = projects.open_project(folder).state
  assert projects.final_label(state, b).label == 1
  assert share.referred(projects.open_project(folder)) == {}


def test_a_repeat_looks_new_and_its_answer_is_compared_only(tmp_path):
  folder = small.of_pictures(
    tmp_path, 8, readers=("anna",), query=4, repeats=0.25, labels="none"
  )
  first = small.asked(folder)
  uids = uids_of(first, "anna")
  classes(folder, first, {"anna": dict.fromkeys(uids, "dark")})
  place = small.asked(folder, acquisition="random")
  rows = small.rows_of(place / "out/anna/worklist.csv")
  (row,) = [row for row in rows if row["uid"] == "case_009"]
  assert row["image"] == "imagesTr/case_009_0000.png"
  assert (place / row["image"]).is_file() and not row["draft"]
  assert row["reason"] in {
    r["reason"] for r in small.rows_of(first / "worklist.csv")
  }
  (task,) = [t for t in projects.open_project(folder).state.tasks() if t.repeat]
  assert task.uid in uids
  known, _ = classes(folder, place, {"anna": {"case_009": "bright"}})
  assert known["case_009"] == "accepted"
  state = projects.open_project(folder).state
  assert projects.final_label(state, task.uid).label == 0
  assert projects.status_of(state, task.uid) == "labelled"
  assert small.taken(folder)[0]["case_009"] == "unchanged"
  with projects.working(folder) as project:
    projects.review(project, task.uid, "anna")
    assert projects.final_label(project.state, task.uid).label == 0


def test_a_case_that_is_held_too_long_goes_to_another_reader(tmp_path):
  folder = small.of_pictures(
    *(tmp_path, 4),
    **{"readers": JUNIORS, "query": 1, "lease_days": 2, "labels": "none"},
  )
  place = small.asked(folder)
  ((uid,), ()) = uids_of(place, "anna"), ()
  with projects.working(folder) as project:
    assert share.expire(project) == []
    (line,) = share.expire(project, "2999-01-01T00:00:00+00:00")
    assert line == f"{uid}: anna has not answered in time, others may take it"
    assert share.expire(project, "2999-01-02T00:00:00+00:00") == []
    assert projects.status_of(project.state, uid) == "pool"
  again = small.asked(folder, query=4)
  assert uid in uids_of(again, "ben") and uid not in uids_of(again, "anna")
  _, lines = classes(folder, place, {"anna": {uid: "dark"}})
  assert any("after its lease had ended" in line.line for line in lines)


def test_who_declines_is_not_asked_again_and_who_defers_is(tmp_path):
  folder = small.of_pictures(
    tmp_path, 4, readers=JUNIORS, query=2, labels="none"
  )
  place = small.asked(folder)
  a, b = uids_of(place, "anna")[0], uids_of(place, "ben")[0]
  for uid, who, what in ((a, "anna", "decline"), (b, "ben", "defer")):
    small.fill(
      place / f"out/{who}/worklist.csv",
      {uid: {"decision": what, "comment": "a relative"}},
    )
  found, lines = small.taken(folder)
  assert found == {a: "skipped", b: "skipped"}
  assert "declined(a relative)" in [line.line for line in lines]
  again = small.asked(folder, query=4)
  assert a in uids_of(again, "ben")
  assert b in (*uids_of(again, "anna"), *uids_of(again, "ben"))
  assert small.taken(folder)[0][b] == "missing"  # asked anew, not yet answered


@pytest.mark.parametrize(
  ("settings", "told"),
  [
    ({"readers": JUNIORS, "readers_per_case": 3}, "--readers_per_case"),
    ({"readers": JUNIORS, "seniors": ("eve",)}, "--seniors"),
    ({"readers": JUNIORS, "seniors": JUNIORS}, "no senior"),
    ({"settle": "senior"}, "--settle=senior"),
    ({"senior_above": 0.1}, "--senior_above"),
    ({"repeats": 1.0}, "--repeats"),
    ({"settle": "mean"}, "--settle: wanted one of"),
  ],
)
def test_settings_that_make_no_sense(tmp_path, settings, told):
  with pytest.raises(DataError, match=told):
    small.of_pictures(tmp_path, 4, **settings)
