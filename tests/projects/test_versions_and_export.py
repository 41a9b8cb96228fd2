"""Rounds with a model: drafts, versions, the pointer, exported folders."""

import json
import shutil

import nibabel
import numpy as np
import pytest
from PIL import Image

from alx import data, projects
from alx.data.dataset import DataError
from alx.label_maps import UNLABELLED
from alx.projects.store import log
from alx.projects.work import export as exporting
from alx.projects.work import promote as promoting
from alx.projects.work.choose import choose
from alx.projects.work.fit import load_version
from alx.projects.work.promote import Frozen, Judged, promote
from alx.runs.use.predict import predict
from tests.projects import small_projects as small
from tests.projects.label_files import AFFINE, a_label

SMALL = ("steps=3", "batch=2", "widths=4", "model=cnn")


def label_all(folder):
  """Every case of the last round gets its class in the spreadsheet."""
  path = sorted((folder / "rounds").iterdir())[-1]
  work = path / "out/reader1/worklist.csv"
  uids = [row["uid"] for row in small.rows_of(work)]
  small.fill(work, {u: {"label": ("dark", "1")[int(u[-3:]) % 2]} for u in uids})
  return small.taken(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
  """Two rounds of classes; in the second are drafts."""
  place = tmp_path_factory.mktemp("classes")
  folder = small.of_pictures(place, 14, validation=0.15, query=4, set=SMALL)
  small.asked(folder)
  label_all(folder)
  small.asked(folder)
  return folder


@pytest.fixture
def folder(made, tmp_path):
  shutil.copytree(made, tmp_path / "project")
  return tmp_path / "project"


def test_a_sheet_and_a_worklist_of_classes(folder):
  path = folder / "rounds/round_002"
  rows = small.rows_of(path / "worklist.csv")
  assert {row["draft"] for row in rows} <= {"dark", "bright"}
  assert list(rows[0])[-2:] == ["reason", "label"]
  assert all("badge, rank" in row["reason"] for row in rows)
  with Image.open(path / "sheet.png") as sheet:
    assert sheet.size == (4 * 136, 164)
  page = (path / "sheet.html").read_text()
  assert all(row["uid"] in page for row in rows)


def test_accepted_edited_and_wrong_classes(folder):
  path = folder / "rounds/round_002"
  work = path / "out/reader1/worklist.csv"
  a, b, c, d = small.rows_of(work)
  other = {"dark": "BRIGHT", "bright": "dark"}[b["draft"]]
  small.fill(
    work,
    {
      a["uid"]: {"decision": "accept"},
      b["uid"]: {"label": other},
      c["uid"]: {"label": "grey"},
      d["uid"]: {"label": d["draft"], "minutes": "x"},
    },
  )
  _, lines = small.taken(folder)
  told = {line.what: line.line for line in lines if line.round == 2}
  assert told[a["uid"]] == told[b["uid"]] == "accepted"
  assert "wanted one of dark, bright" in told[c["uid"]]
  assert "minutes as a number" in told[d["uid"]]
  state = projects.open_project(folder).state
  decisions = [
    state.submissions[row["uid"], "reader1"][-1].decision for row in (a, b)
  ]
  assert decisions == ["accept", "edit"]
  assert small.taken(folder)[0][a["uid"]] == "unchanged"


def test_training_never_moves_the_pointer_and_labels_are_counted(folder):
  label_all(folder)
  with projects.working(folder) as project:
    fitted = projects.fit(project)
    assert (fitted.version, fitted.is_new, project.state.current) == (
      2,
      True,
      1,
    )
    assert not projects.fit(project).is_new
  frozen = {
    uid
    for uid, case in project.state.cases.items()
    if case.part == "validation"
  }
  assert len(frozen) == 2
  assert project.state.models[2].about["labels"] == 8


def test_promote_hold_and_roll_back_bit_for_bit(folder):
  label_all(folder)
  with projects.working(folder) as project:
    projects.fit(project)
    first = load_version(project, 1).digest
    held = promote(project, 2, lambda *_: Judged(False, ("below its floor",)))
    assert not held.promote and project.state.current == 1
    promote(project, 2, lambda *_: Judged(True, ("fine",)))
    assert project.state.current == 2
    assert json.loads((folder / "CURRENT").read_text()) == {"version": 2}
    assert projects.roll_back(project, reason="worse in the clinic") == 1
    assert load_version(project, project.state.current).digest == first
    with pytest.raises(DataError, match="served before"):
      projects.roll_back(project)
  assert projects.verify(folder) == []


@pytest.mark.parametrize(
  ("values", "mean"),
  [([[np.nan], [np.nan]], None), ([[np.nan], [0.25]], 0.25)],
)
def test_classes_in_neither_mask_have_no_mean(
  folder, monkeypatch, values, mean
):
  """Cases without any class, of which a model draws none, are no number."""
  label_all(folder)
  with projects.working(folder) as project:
    projects.fit(project)
    frozen = [u for u, c in project.state.cases.items() if c.part != "train"]
    found = Frozen(tuple(frozen), tuple(frozen), np.array(values), np.nan)
    monkeypatch.setattr(promoting, "scores_on", lambda *_: found)
    assert not promote(project, 2).promote
  (gated, *_) = reversed(log.read(folder)[0])
  assert (gated.kind, gated.about["mean"]) == ("gated", mean)
  told = [row[0] for row in gated.about["scores"].values()]
  assert told == [None, mean]


@pytest.mark.parametrize(
  "method", ["vacuity", "beta_entropy", "two_stage(entropy:9, dissonance)"]
)
def test_no_softmax_is_taken_for_evidence(folder, method, tmp_path):
  """Versions are not trained to give evidence, so what reads it is refused."""
  label_all(folder)
  with (
    projects.working(folder) as project,
    pytest.raises(DataError, match="wanted a method that reads no evidence"),
  ):
    choose(project, 2, method)
  with pytest.raises(DataError, match="--acquisition: wanted a method"):
    small.of_pictures(tmp_path / "other", acquisition=method)


def test_a_changed_version_is_found(folder):
  (folder / "models/v001/config.json").write_text("{}")
  (line,) = projects.verify(folder)
  assert "config.json: changed" in line


def test_classes_as_folders(folder, tmp_path):
  out = projects.export(projects.open_project(folder), tmp_path / "out")
  assert (out.train, out.test, out.unlabelled) == (6, 0, 8)
  found = sorted(p.parent.name for p in out.out.glob("train/*/*.png"))
  assert set(found) == {"dark", "bright"} and len(found) == 6
  assert len(small.rows_of(out.out / "labels.csv")) == 6
  with pytest.raises(DataError, match="new or empty"):
    projects.export(projects.open_project(folder), tmp_path / "out")
  with pytest.raises(DataError, match="--format"):
    projects.export(projects.open_project(folder), tmp_path / "x", "nnunet")


def labelled_volumes(tmp_path):
  folder = small.of_volumes(tmp_path, 10, validation=0.2, test=0.1)
  small.asked(folder, query=3)
  path = small.asked(folder, test=True, more=True)
  for place in sorted((folder / "rounds").iterdir()):
    for row in small.rows_of(place / "worklist.csv"):
      small.save(place / row["labels_out"])
  small.taken(folder)
  assert [r["stratum"] for r in small.rows_of(path / "worklist.csv")] == [
    "test"
  ]
  return folder


def test_nnunet_finds_nothing_wrong(tmp_path):
  """The rules of nnU-Net v2's verify_dataset_integrity."""
  folder = labelled_volumes(tmp_path)
  found = projects.export(projects.open_project(folder), tmp_path / "out")
  assert (found.train, found.test, found.unlabelled) == (5, 1, 4)
  about = json.loads((tmp_path / "out/dataset.json").read_text())
  needed = {"labels", "channel_names", "numTraining", "file_ending"}
  assert needed <= set(about)
  values = list(about["labels"].values())
  assert (
    values == list(range(len(values))) and about["labels"]["background"] == 0
  )
  ending = about["file_ending"]
  labels = sorted((tmp_path / "out/labelsTr").iterdir())
  images = sorted((tmp_path / "out/imagesTr").iterdir())
  assert len(labels) == about["numTraining"]
  assert len(images) == len(labels) * len(about["channel_names"])
  for label in labels:
    name = label.name.removesuffix(ending)
    mask = nibabel.load(label)
    image = nibabel.load(label.parents[1] / f"imagesTr/{name}_0000{ending}")
    assert mask.shape == image.shape
    np.testing.assert_allclose(mask.affine, image.affine, atol=1e-6)
    np.testing.assert_allclose(
      mask.header.get_zooms(), image.header.get_zooms()
    )
    data = np.asarray(mask.dataobj)
    assert set(np.unique(data)) <= set(values)
    assert np.isfinite(np.asarray(image.dataobj)).all()
  assert not list((tmp_path / "out").rglob(".*"))


def test_images_in_micrometres_have_labels_on_their_grid(tmp_path):
  small.volumes(tmp_path / "in", 2)
  small.volumes(tmp_path / "masks", 0)
  for name, values in (("in", None), ("masks", a_label())):
    path = tmp_path / name / "scan_0.nii.gz"
    if values is not None:
      small.save(path, values)
    image = nibabel.load(path)
    there = np.diag([1e3, 1e3, 1e3, 1]) @ AFFINE
    image = nibabel.Nifti1Image(np.asarray(image.dataobj), there, image.header)
    image.set_sform(there, 1)
    image.set_qform(there, 1)
    image.header.set_xyzt_units("micron")
    nibabel.save(image, path)
  begun = small.begun(tmp_path, labels=str(tmp_path / "masks"))
  assert begun.labelled == 1
  projects.export(begun.project, tmp_path / "out")
  for name in ("imagesTr/case_001_0000", "labelsTr/case_001"):
    found = nibabel.load(tmp_path / "out" / f"{name}.nii.gz")
    assert found.header.get_xyzt_units()[0] == "mm"
    np.testing.assert_allclose(found.affine, AFFINE)


def test_what_readers_left_open_is_ignored(tmp_path, monkeypatch):
  """nnU-Net has a value for it, the Decathlon has none."""
  folder = labelled_volumes(tmp_path)
  as_kept = exporting.label_of

  def open_in_a_corner(*which):
    label = as_kept(*which).copy()
    label[0, 0, 0] = UNLABELLED
    return label

  monkeypatch.setattr(exporting, "label_of", open_in_a_corner)
  out = tmp_path / "out"
  projects.export(projects.open_project(folder), out)
  about = json.loads((out / "dataset.json").read_text())
  assert about["labels"]["ignore"] == 3 == max(about["labels"].values())
  for path in (out / "labelsTr").iterdir():
    mask = nibabel.load(path)
    assert np.asarray(mask.dataobj)[0, 0, 0] == 3
    np.testing.assert_allclose(mask.affine, AFFINE, atol=1e-5)
  found = data.load(out)
  assert "ignore" not in found.class_names
  assert all((label == UNLABELLED).sum() == 1 for label in found.labels)
  with pytest.raises(DataError, match="voxels that readers agree on"):
    projects.export(projects.open_project(folder), tmp_path / "m", "msd")


def test_the_decathlon_is_read_again(tmp_path):
  folder = labelled_volumes(tmp_path)
  projects.export(projects.open_project(folder), tmp_path / "out", "msd")
  about = json.loads((tmp_path / "out/dataset.json").read_text())
  assert about["labels"] == {
    "0": "background",
    "1": "anterior",
    "2": "posterior",
  }
  assert len(about["training"]) == about["numTraining"] == 5
  found = data.load(tmp_path / "out")
  assert found.class_names == small.CLASSES and not found.left_out


@pytest.mark.slow
def test_drafts_of_volumes_are_on_the_grid_of_the_image(tmp_path):
  settings = ("steps=2", "batch=1", "widths=4,8", "patch=4,4,4")
  folder = small.of_volumes(tmp_path, 6, query=2, set=settings)
  path = small.asked(folder)
  for row in small.rows_of(path / "worklist.csv"):
    small.save(path / row["labels_out"])
  small.taken(folder)
  path = small.asked(folder, query=2, acquisition="random")
  for row in small.rows_of(path / "worklist.csv"):
    draft = nibabel.load(path / row["draft"])
    assert draft.get_data_dtype() == np.uint8 and draft.shape == a_label().shape
    assert draft.header["sform_code"] > 0 and draft.header["qform_code"] > 0
    np.testing.assert_allclose(draft.get_sform(), AFFINE, atol=1e-5)
    np.testing.assert_allclose(draft.get_qform(), AFFINE, atol=1e-5)
    assert draft.header["descrip"].tobytes().strip(b"\0") == b""
    about = json.loads((path / f"drafts/{row['uid']}.json").read_text())
    assert about["model"] == "v001" and len(about["draft_sha256"]) == 64
    shutil.copy(path / row["draft"], path / row["labels_out"])
  small.fill(
    path / "out/reader1/worklist.csv",
    {
      r["uid"]: {"decision": "empty"}
      for r in small.rows_of(path / "worklist.csv")
    },
  )
  small.taken(folder)
  state = projects.open_project(folder).state
  newest = [v[-1] for v in state.submissions.values() if v[-1].round == 2]
  assert [s.decision for s in newest] == ["accept", "accept"]
  assert {s.about["model"] for s in newest} == {1}
  assert projects.verify(folder) == []


def test_the_blind_arm_has_no_draft(folder):
  label_all(folder)
  with projects.working(folder) as project:
    asked = projects.next_round(project, 2, "random", scratch=True)
  rows = small.rows_of(asked.folder / "worklist.csv")
  assert [row["draft"] for row in rows] == ["", ""]
  assert {row["stratum"] for row in rows} == {"scratch"}
  assert not any(task.shown for task in asked.tasks)


def test_a_version_predicts_other_images(folder, tmp_path):
  found = predict(folder / "models/v001", folder / "images", tmp_path / "out")
  assert len(found.ids) == 14
  assert (tmp_path / "out/predictions.csv").exists()
