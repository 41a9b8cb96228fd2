"""Rounds as folders: what is written, what comes back, what is told."""

import csv
import errno
import json
import os
import shutil

import nibabel
import numpy as np
import pytest

from alx import projects
from alx.data.dataset import DataError
from alx.projects.answers import receive
from alx.projects.answers.words import answer_in_words
from alx.projects.work.fit import training_cases
from alx.runs.disk.claim import Held
from tests.projects import small_projects as small
from tests.projects.label_files import AFFINE, a_label, nifti


@pytest.fixture
def folder(tmp_path):
  return small.of_volumes(tmp_path)


def test_a_round_without_a_model(folder):
  path = small.asked(folder, query=2)
  rows = small.rows_of(path / "worklist.csv")
  assert list(rows[0]) == [
    *("uid", "image", "draft", "labels_out", "priority", "stratum", "reader"),
    *("status", "minutes", "decision", "comment", "reason"),
  ]
  assert [row["priority"] for row in rows] == ["1", "2"]
  assert {row["draft"] for row in rows} == {""}
  for row in rows:
    assert row["labels_out"] == f"out/reader1/{row['uid']}.nii.gz"
    image = nibabel.load(path / row["image"])
    np.testing.assert_allclose(image.affine, AFFINE)
  about = json.loads((path / "dataset.json").read_text())
  assert about["labels"] == {"background": 0, "anterior": 1, "posterior": 2}
  assert about["alx"]["round"] == 1 and about["file_ending"] == ".nii.gz"
  assert sorted(p.name for p in (path / "labels").iterdir()) == [
    *("dseg.tsv", "itksnap.txt", "slicer.csv", "slicer.ctbl"),
  ]
  assert "alx project import" in (path / "README.txt").read_text()


def test_answers_are_told_of_one_by_one(folder):
  path = small.asked(folder, query=3)
  uids = [row["uid"] for row in small.rows_of(path / "worklist.csv")]
  out = path / "out/reader1"
  small.save(out / f"{uids[0]}.nii.gz")
  small.save(out / f"{uids[1]}.nii.gz", a_label().astype(np.float32))
  (out / "case_999.nii.gz").write_bytes(b"")
  (out / "notes.docx").write_bytes(b"")
  (out / "._case_001.nii.gz").write_bytes(b"mac")
  (path / "out/dr_x").mkdir()
  found, lines = small.taken(folder)
  assert found == {
    f"{uids[0]}.nii.gz": "accepted",
    f"{uids[1]}.nii.gz": "repaired",
    uids[2]: "missing",
    "case_999.nii.gz": "quarantined",
    "notes.docx": "quarantined",
    "dr_x": "quarantined",
  }
  assert all("\n" not in line.line for line in lines)


def test_the_same_import_again_changes_nothing(folder):
  path = small.asked(folder, query=2)
  uids = [row["uid"] for row in small.rows_of(path / "worklist.csv")]
  small.save(path / f"out/reader1/{uids[0]}.nii.gz")
  (path / f"out/reader1/{uids[1]}.nii.gz").write_bytes(b"broken")
  small.taken(folder)
  before = (folder / "events.jsonl").read_bytes()
  files = {p: p.read_bytes() for p in (path / "out").rglob("*") if p.is_file()}
  found, _ = small.taken(folder)
  assert found[f"{uids[0]}.nii.gz"] == "unchanged"
  assert (folder / "events.jsonl").read_bytes() == before
  assert files == {p: p.read_bytes() for p in files}


def test_a_second_save_is_a_revision(folder):
  path = small.asked(folder, query=1)
  (row,) = small.rows_of(path / "worklist.csv")
  out = path / row["labels_out"]
  small.save(out)
  small.taken(folder)
  other = a_label()
  other[0] = 0
  small.save(out, other)
  small.taken(folder)
  answers = projects.open_project(folder).state.submissions
  (both,) = answers.values()
  assert [s.revision for s in both] == [1, 2]
  assert both[0].label != both[1].label


def test_words_in_the_worklist(folder):
  path = small.asked(folder, query=4)
  uids = [row["uid"] for row in small.rows_of(path / "worklist.csv")]
  out = path / "out/reader1"
  small.save(out / f"{uids[0]}.nii.gz")
  small.fill(
    out / "worklist.csv",
    {
      uids[0]: {"minutes": "2,5", "comment": "fine"},
      uids[1]: {"decision": "skip", "comment": "motion"},
      uids[2]: {"decision": "empty"},
      uids[3]: {"decision": "accept"},
    },
    separator=";",
    encoding="utf-16",
  )
  found, lines = small.taken(folder)
  assert list(found.values()) == [
    "accepted",
    "skipped",
    "accepted",
    "quarantined",
  ]
  assert "no draft" in lines[3].line
  state = projects.open_project(folder).state
  about = state.submissions[uids[0], "reader1"][-1].about
  assert (about["seconds"], about["time_source"]) == (150.0, "self_reported")
  assert state.skips == {(uids[1], "reader1"): "motion"}
  assert small.taken(folder)[0][uids[1]] == "unchanged"


def test_answers_that_are_missing_hold_the_next_round(folder):
  small.asked(folder, query=1)
  with pytest.raises(DataError, match=r"no answer yet.*--more"):
    small.asked(folder, query=1)
  small.asked(folder, query=1, more=True)
  assert len(projects.open_project(folder).state.rounds) == 2


def test_several_readers(tmp_path):
  folder = small.of_volumes(tmp_path, readers=("anna", "ben"))
  path = small.asked(folder, query=4)
  readers = [r["reader"] for r in small.rows_of(path / "worklist.csv")]
  assert readers == ["anna", "ben", "anna", "ben"]
  assert len(small.rows_of(path / "out/ben/worklist.csv")) == 2


def test_two_readers_of_one_case_are_a_conflict(tmp_path):
  folder = small.of_volumes(tmp_path, readers=("anna", "ben"))
  path = small.asked(folder, query=1)
  (row,) = small.rows_of(path / "worklist.csv")
  (path / "out/ben").mkdir()
  for name in ("anna", "ben"):
    small.save(path / f"out/{name}/{row['uid']}.nii.gz")
  _, lines = small.taken(folder)
  assert "was not asked of ben" in lines[1].line
  state = projects.open_project(folder).state
  assert projects.status_of(state, row["uid"]) == "conflict"
  assert projects.final_label(state, row["uid"]) is None
  with projects.working(folder) as project:
    with pytest.raises(DataError, match="anna, ben did"):
      projects.review(project, row["uid"], "carl")
    projects.review(project, row["uid"], "ben")
    assert projects.final_label(project.state, row["uid"]).reader == "ben"
    assert projects.reopen(project, row["uid"]) == "conflict"


def test_a_skipped_case_is_asked_for_again(folder):
  path = small.asked(folder, query=4)
  (row, *_) = small.rows_of(path / "worklist.csv")
  words = {row["uid"]: {"decision": "skip", "comment": "motion"}}
  small.fill(path / "out/reader1/worklist.csv", words)
  small.taken(folder)
  with projects.working(folder) as project:
    assert projects.status_of(project.state, row["uid"]) == "skipped"
    assert projects.reopen(project, row["uid"]) == "asked"
    with pytest.raises(DataError, match="skipped or reviewed"):
      projects.reopen(project, row["uid"])


def test_a_round_that_came_back_by_mail(folder, tmp_path):
  path = small.asked(folder, query=1)
  away = tmp_path / "usb" / path.name
  shutil.copytree(path, away)
  (row,) = small.rows_of(path / "worklist.csv")
  small.save(away / row["labels_out"])
  with projects.working(folder) as project:
    (line,) = projects.import_rounds(project, away)
  assert line.status == "accepted"


def test_links_are_not_followed(folder, tmp_path):
  path = small.asked(folder, query=1)
  (row,) = small.rows_of(path / "worklist.csv")
  small.save(tmp_path / "elsewhere.nii.gz")
  (path / row["labels_out"]).symlink_to(tmp_path / "elsewhere.nii.gz")
  found, _ = small.taken(folder)
  assert found[f"{row['uid']}.nii.gz"] == "quarantined"


def test_a_folder_of_a_round_that_is_gone_is_written_anew(folder):
  path = small.asked(folder, query=2)
  before = {p.name: p.read_bytes() for p in path.rglob("*") if p.is_file()}
  shutil.rmtree(path)
  small.taken(folder)
  after = {p.name: p.read_bytes() for p in path.rglob("*") if p.is_file()}
  assert after == before


def reply(folder, content, reader="reader1", **how):
  with projects.working(folder) as project:
    uid = how.pop("uid", project.state.tasks()[0].uid)
    return receive.receive(project, uid, reader, content, **how)


def test_31_nobody_else_may_answer(folder):
  small.asked(folder, query=1)
  good = nifti(a_label())
  assert reply(folder, good, "mallory").code == 404
  assert reply(folder, good, uid="case_9").code == 404
  assert reply(folder, good, uid="../case_001").code == 400
  assert reply(folder, good, params=b"[1]").code == 400


def test_35_the_same_bytes_twice(folder):
  small.asked(folder, query=1)
  first = reply(folder, nifti(a_label()))
  again = reply(folder, nifti(a_label()))
  assert (first.code, first.status, first.revision) == (200, "accepted", 1)
  assert (again.code, again.status, again.revision) == (200, "unchanged", 1)


def test_36_what_a_cut_connection_left_is_swept(folder):
  small.asked(folder, query=1)
  reply(folder, nifti(a_label()))
  blob = next((folder / "blobs").rglob("*/*"))
  left = blob.with_name(".partial-00")
  left.write_bytes(b"half")
  reply(folder, nifti(a_label()))
  assert not left.exists()


def test_37_after_the_lease(folder):
  small.asked(folder, query=1)
  found = reply(folder, nifti(a_label()), late=True)
  assert found.code == 200 and "lease" in found.line


def test_38_of_a_draft_that_was_never_made(folder):
  small.asked(folder, query=1)
  params = json.dumps({"draft_sha256": "0" * 64}).encode()
  assert reply(folder, nifti(a_label()), params=params).code == 409


def test_40_a_full_disk(folder, monkeypatch):
  small.asked(folder, query=1)
  before = (folder / "events.jsonl").read_bytes()
  real = os.replace

  def full(source, target):
    if "blobs" in str(target):
      raise OSError(errno.ENOSPC, "No space left on device")
    return real(source, target)

  monkeypatch.setattr(os, "replace", full)
  found = reply(folder, nifti(a_label()))
  assert found.code == 507 and "nothing was kept" in found.line
  monkeypatch.undo()
  assert (folder / "events.jsonl").read_bytes() == before
  assert not list(folder.rglob(".partial-*"))
  assert projects.verify(folder) == []


def test_unnamed_readers_are_flagged(folder):
  small.asked(folder, query=1)
  params = b'{"client_id": "user-xyz"}'
  assert "unnamed" in reply(folder, nifti(a_label()), params=params).line


def test_two_at_once(folder):
  with projects.working(folder), pytest.raises(Held, match="works there"):
    small.asked(folder)


def test_verify_looks_at_images_and_blobs(folder):
  small.asked(folder, query=1)
  reply(folder, nifti(a_label()))
  assert projects.verify(folder) == []
  image = next((folder / "images").iterdir())
  image.write_bytes(b"x")
  (found,) = projects.verify(folder)
  assert "changed" in found and image.name in found


def test_39_a_frozen_case_is_never_trained_on(tmp_path):
  folder = small.of_volumes(tmp_path, count=10, validation=0.2)
  path = small.asked(folder, query=1)
  rows = small.rows_of(path / "worklist.csv")
  assert [r["stratum"] for r in rows] == ["validation"] * 2 + ["scratch"]
  for row in rows:
    small.save(path / row["labels_out"])
  small.taken(folder)
  cases = training_cases(projects.open_project(folder))
  assert [case.uid for case in cases] == [rows[2]["uid"]]


def two_readers(folder):
  return small.of_pictures(
    *(folder, 2),
    **{"readers": ("anna", "ben"), "readers_per_case": 2, "query": 2},
    **{"labels": "none", "validation": 0.0},
  )


def test_a_row_of_one_reader_is_no_answer_of_another(tmp_path):
  folder = two_readers(tmp_path)
  path = small.asked(folder) / "worklist.csv"
  rows = small.rows_of(path)
  for row in rows:  # anna answers the first case, ben the second
    mine = row["reader"], row["uid"]
    if mine in (("anna", "case_001"), ("ben", "case_002")):
      row["label"] = "dark"
  with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
  _, lines = small.taken(folder)
  told = {(line.reader, line.what): line.status for line in lines}
  assert told == {
    ("anna", "case_001"): "accepted",
    ("anna", "case_002"): "missing",
    ("ben", "case_001"): "missing",
    ("ben", "case_002"): "accepted",
  }


def test_an_old_file_is_not_newer_than_what_came_since(tmp_path):
  folder = small.of_pictures(tmp_path, 2, labels="none", validation=0.0)
  path = small.asked(folder, query=1) / "worklist.csv"
  (uid,) = [row["uid"] for row in small.rows_of(path)]
  small.fill(path, {uid: {"label": "dark"}})
  assert small.taken(folder)[0][uid] == "accepted"
  with projects.working(folder) as project:
    answer_in_words(project, 1, "reader1", uid, {"label": "bright"})
  assert small.taken(folder)[0][uid] == "unchanged"
  state = projects.open_project(folder).state
  assert projects.final_label(state, uid).label == 1
  small.fill(path, {uid: {"label": "bright"}})
  small.taken(folder)
  small.fill(path, {uid: {"label": "dark"}})  # a change of mind, and back
  assert small.taken(folder)[0][uid] == "accepted"
