"""A project out of a folder: what is taken, left out, named, frozen."""

import csv
import gzip
import os
import stat
import sys

import nibabel
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from alx import projects
from alx.data.dataset import DataError
from alx.projects.cases.naming import key_file
from alx.projects.work.settings import GIVEN
from tests.projects import small_projects as small
from tests.projects.label_files import AFFINE, SHAPE, a_label, image_of, patched

PLANTED = "Mustermann"


def begin(folder, data, classes=small.CLASSES, **settings):
  made = projects.Settings(str(data), classes, **settings)
  return projects.begin(folder / "project", made)


def test_names_of_files_stay_outside(tmp_path):
  data = small.volumes(tmp_path / "in", 3, PLANTED + "_{}")
  for file in data.iterdir():
    image = nibabel.load(file)
    image.header["descrip"] = PLANTED.encode()
    image.header["db_name"] = PLANTED[:18].encode()
    extension = nibabel.nifti1.Nifti1Extension("comment", PLANTED.encode())
    image.header.extensions.append(extension)
    voxels = np.asarray(image.dataobj)
    nibabel.save(nibabel.Nifti1Image(voxels, None, image.header), file)
  made = begin(tmp_path, data)
  path = small.asked(made.project.folder, query=1)
  (row,) = small.rows_of(path / "worklist.csv")
  label = image_of(a_label())
  label.header["descrip"] = PLANTED.encode()
  nibabel.save(label, path / row["labels_out"])
  small.taken(made.project.folder)
  for file in made.project.folder.rglob("*"):
    if file.is_file() and "out" not in file.parts:
      content = file.read_bytes()
      if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
      assert PLANTED.encode() not in content, file
      assert PLANTED not in file.name
  with open(made.key, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  assert [r["uid"] for r in rows] == ["case_001", "case_002", "case_003"]
  assert rows[0]["name"] == f"{PLANTED}_0"
  assert made.key == key_file(made.project.folder)
  assert stat.S_IMODE(os.stat(made.key).st_mode) == 0o600


def test_voxels_and_grids_stay(tmp_path):
  data = small.volumes(tmp_path / "in", 2)
  folder = begin(tmp_path, data).project.folder
  for i in range(2):
    before = nibabel.load(data / f"scan_{i}.nii.gz")
    after = nibabel.load(folder / f"images/case_00{i + 1}_0000.nii.gz")
    np.testing.assert_array_equal(before.dataobj, after.dataobj)
    np.testing.assert_array_equal(before.affine, after.affine)


def put(path, content):
  path.write_bytes(content)


def test_42_bad_images_are_left_out_and_others_go_on(tmp_path):
  data = small.volumes(tmp_path / "in", 2)
  good = (data / "scan_0.nii.gz").read_bytes()
  bad = {
    "cut.nii.gz": good[: len(good) // 2],
    "flipped.nii.gz": good[:200] + bytes([good[200] ^ 8]) + good[201:],
    "no_forms.nii.gz": patched(patched(good, 252, "<i2", 0), 254, "<i2", 0),
    "two_forms.nii.gz": patched(good, 292, "<f4", 30.0),
    "tilted.nii.gz": patched(patched(good, 252, "<i2", 0), 284, "<f4", 0.7),
  }
  for name, content in bad.items():
    put(data / name, content)
  put(data / "._scan_0.nii.gz", b"mac")
  put(data / "IM0001.dcm", bytes(128) + b"DICM")
  colours = np.zeros(SHAPE, [("R", "u1"), ("G", "u1"), ("B", "u1")])
  nibabel.save(nibabel.Nifti1Image(colours, AFFINE), data / "rgb.nii.gz")
  nan = np.full(SHAPE, np.nan, np.float32)
  nibabel.save(image_of(nan), data / "nan.nii.gz")
  made = begin(tmp_path, data)
  assert len(made.project.state.cases) == 2
  told = "\n".join(made.left_out)
  for name in (*bad, "rgb.nii.gz", "nan.nii.gz", "IM0001.dcm"):
    assert name in told, told
  assert "._scan" not in told
  assert len(made.project.state.left_out) == 8
  log = (made.project.folder / "events.jsonl").read_text()
  assert "tilted" not in log


def test_dicom_without_an_image_says_so(tmp_path):
  pytest.importorskip("pydicom", reason="pydicom is not installed")
  (tmp_path / "in").mkdir()
  put(tmp_path / "in/IM1", bytes(128) + b"DICM")
  with pytest.raises(DataError, match="a DICOM series of images, found 1 DIC"):
    begin(tmp_path, tmp_path / "in")


def test_dicom_without_pydicom_names_the_extra(tmp_path, monkeypatch):
  monkeypatch.setitem(sys.modules, "pydicom", None)
  (tmp_path / "in").mkdir()
  put(tmp_path / "in/IM1", bytes(128) + b"DICM")
  with pytest.raises(DataError, match=r"pip install 'alx-imaging\[dicom\]'"):
    begin(tmp_path, tmp_path / "in")


def test_labels_that_are_there(tmp_path):
  data = tmp_path / "in"
  small.volumes(data / "imagesTr", 4)
  (data / "labelsTr").mkdir()
  small.save(data / "labelsTr/scan_1.nii.gz")
  nibabel.save(image_of(a_label() * 3), data / "labelsTr/scan_2.nii.gz")
  made = begin(tmp_path, data)
  state = made.project.state
  assert made.labelled == 1
  assert list(state.submissions) == [("case_002", GIVEN)]
  assert "values of no class: 3, 6" in "\n".join(made.notes)
  other = projects.Settings(str(data), small.CLASSES, labels="none")
  assert projects.begin(tmp_path / "two", other).labelled == 0


def test_labels_of_another_folder(tmp_path):
  data = small.volumes(tmp_path / "in", 3)
  (tmp_path / "masks").mkdir()
  small.save(tmp_path / "masks/scan_0_seg.nii.gz")
  made = begin(tmp_path, data, labels=str(tmp_path / "masks"))
  assert list(made.project.state.submissions) == [("case_001", GIVEN)]
  with pytest.raises(DataError, match="labels with the names"):
    (tmp_path / "none").mkdir()
    projects.begin(
      tmp_path / "other",
      projects.Settings(
        str(data), small.CLASSES, labels=str(tmp_path / "none")
      ),
    )


def test_channels_in_files(tmp_path):
  data = tmp_path / "in"
  data.mkdir()
  for name in ("a_0000", "a_0001", "b_0000", "b_0001"):
    nibabel.save(image_of(np.ones(SHAPE, np.int16)), data / f"{name}.nii.gz")
  made = begin(tmp_path, data)
  cases = made.project.state.cases
  assert [c.about["channels"] for c in cases.values()] == [2, 2]
  assert cases["case_001"].about["files"] == [
    "case_001_0000.nii.gz",
    "case_001_0001.nii.gz",
  ]


def test_an_npz_of_pictures_with_labels(tmp_path):
  images = np.random.default_rng(0).integers(0, 255, (6, 8, 8), np.uint8)
  np.savez(
    tmp_path / "x.npz",
    images=images,
    labels=np.array([0, 1, 0, 1, 0, 1]),
    patient=np.array(["a", "a", "b", "b", "c", "c"]),
  )
  made = begin(tmp_path, tmp_path / "x.npz", ("no", "yes"))
  state = made.project.state
  labels = [
    projects.final_label(state, uid).label for uid in sorted(state.cases)
  ]
  assert labels == [0, 1, 0, 1, 0, 1]
  patients = [state.cases[uid].patient for uid in sorted(state.cases)]
  assert patients == ["p001", "p001", "p002", "p002", "p003", "p003"]


def test_an_npz_of_volumes_without_labels(tmp_path):
  images = np.random.default_rng(0).random((2, 5, 6, 7)).astype(np.float32)
  np.savez(tmp_path / "x.npz", images=images)
  made = begin(tmp_path, tmp_path / "x.npz")
  folder = made.project.folder
  first = nibabel.load(folder / "images/case_001_0000.nii.gz")
  np.testing.assert_array_equal(np.asarray(first.dataobj), images[0])


def test_pictures_lose_their_tags(tmp_path):
  data = small.pictures(tmp_path / "in", 2)
  tags = PngInfo()
  tags.add_text("Patient", PLANTED)
  Image.open(data / "xray_0.png").save(data / "xray_0.png", pnginfo=tags)
  folder = begin(tmp_path, data, ("dark", "bright")).project.folder
  assert PLANTED.encode() not in (folder / "images/case_001.png").read_bytes()


def test_classes_by_folders_and_by_table(tmp_path):
  data = small.pictures(tmp_path / "in/dark", 3)
  (tmp_path / "t.csv").write_text("image,label\nxray_0,Bright\nxray_2.png,0\n")
  made = begin(tmp_path, data.parent, ("dark", "bright"))
  assert made.labelled == 3
  other = projects.Settings(
    str(data.parent), ("dark", "bright"), labels=str(tmp_path / "t.csv")
  )
  state = projects.begin(tmp_path / "two", other).project.state
  assert {k[0]: v[0].label for k, v in state.submissions.items()} == {
    "case_001": 1,
    "case_003": 0,
  }


def test_patients_are_frozen_whole(tmp_path):
  data = small.volumes(tmp_path / "in", 24)
  for i in range(24):
    (data / f"scan_{i}.nii.gz").rename(data / f"p{i // 2:02d}_{i % 2}.nii.gz")
  made = begin(
    tmp_path, data, group_pattern=r"(p\d+)_.", validation=0.2, test=0.1
  )
  parts = {}
  for case in made.project.state.cases.values():
    parts.setdefault(case.patient, set()).add(case.part)
  assert len(parts) == 12 and all(len(p) == 1 for p in parts.values())
  counts = [next(iter(p)) for p in parts.values()]
  assert counts.count("validation") == 2 and counts.count("test") == 1


@pytest.mark.parametrize(
  ("classes", "word"),
  [
    (("anterior", "background"), "background"),
    (("background", "a", "a"), "another name for each"),
    (("background",), "classes"),
    (("background", "A", "a"), "case"),
    (("background", 'a"b'), "quotes"),
    (("one", "two"), "pictures for classes of whole images"),
  ],
)
def test_classes_that_make_no_sense(tmp_path, classes, word):
  data = small.volumes(tmp_path / "in", 2)
  with pytest.raises(DataError) as error:
    begin(tmp_path, data, classes)
  assert word in str(error.value)
  assert not (tmp_path / "project").exists()


def test_places_that_are_taken(tmp_path):
  data = small.volumes(tmp_path / "in", 2)
  begin(tmp_path, data)
  with pytest.raises(DataError, match="a new folder"):
    begin(tmp_path, data)
  (tmp_path / "full").mkdir()
  (tmp_path / "full/thesis.docx").write_text("x")
  with pytest.raises(DataError, match="thesis"):
    projects.begin(
      tmp_path / "full", projects.Settings(str(data), small.CLASSES)
    )
  with pytest.raises(DataError, match="outside of the data"):
    projects.begin(data, projects.Settings(str(data), small.CLASSES))


def test_who_is_who_in_another_project_stays(tmp_path):
  small.volumes(tmp_path / "in", 2, PLANTED + "_{}")
  key = begin(tmp_path, tmp_path / "in").key
  names = key.read_bytes()
  (tmp_path / "project").rename(tmp_path / "archive")
  small.volumes(tmp_path / "two", 2)
  with pytest.raises(DataError, match=r"project-names\.csv: wanted no names"):
    begin(tmp_path, tmp_path / "two")
  assert key.read_bytes() == names and not (tmp_path / "project").exists()
  (tmp_path / "project").mkdir()  # as where an init was killed at its end
  (tmp_path / "project/.begun").touch()
  assert begin(tmp_path, tmp_path / "two").key == key
  assert PLANTED.encode() in names and PLANTED not in key.read_text()


@pytest.mark.parametrize(
  ("setting", "line"),
  [
    ({"gate": ("margn=1",)}, "gate: wanted one of margin, .*found 'margn=1'"),
    ({"weights": ("accepted",)}, "weights: wanted SOURCE=WEIGHT"),
    ({"update": "sideways"}, "sideways"),
  ],
)
def test_rules_of_models_are_checked_before_anything_is_made(
  tmp_path, setting, line
):
  with pytest.raises(DataError, match=line):
    small.of_volumes(tmp_path, **setting)
  assert not (tmp_path / "project").exists()


def test_groups_of_names_are_strata_that_floors_may_name(tmp_path):
  small.volumes(tmp_path / "in", 20, "siteA_{}")
  small.volumes(tmp_path / "in", 10, "siteB_{}")
  made = projects.Settings(
    *(str(tmp_path / "in"), small.CLASSES),
    stratum_pattern=r"(site.)_.*",
    gate=("floor:anterior@siteB=0.5",),
  )
  state = projects.begin(tmp_path / "project", made).project.state
  frozen = [
    c.about["stratum"] for c in state.cases.values() if c.part != "train"
  ]
  assert sorted(frozen) == ["siteA"] * 4 + ["siteB"] * 2  # a fifth of each
  assert "stratum_pattern" not in state.settings
  for floor in ("anterior@siteC", "upper"):
    wrong = made._replace(gate=(f"floor:{floor}=0.5",))
    with pytest.raises(
      DataError, match=r"--gate: wanted a floor of .*site|upper"
    ):
      projects.begin(tmp_path / "other", wrong)
  with pytest.raises(DataError, match="30 of 30"):
    projects.begin(
      tmp_path / "other", made._replace(stratum_pattern="(.*)", gate=())
    )
