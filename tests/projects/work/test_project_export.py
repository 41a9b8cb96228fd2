"""What other programs, and this one, read of exported labels."""

import csv

import pytest

from alx import data, projects
from alx.data.dataset import DataError
from alx.projects.work import export as exporting
from tests.projects import small_projects as small


def exported(tmp_path, names, labels, **settings):
  """The project and the exported folder; of pictures 10, 11, ..."""
  whole = small.pictures(tmp_path / "in", 10 + len(labels))
  for i in range(10):
    (whole / f"xray_{i}.png").unlink()
  rows = [f'xray_{i},"{label}"\n' for i, label in enumerate(labels, 10)]
  (tmp_path / "t.csv").write_text("".join(["image,label\n", *rows]))
  how = {"labels": str(tmp_path / "t.csv"), "keep_names": True} | settings
  made = projects.Settings(str(whole), names, **how)
  project = projects.begin(tmp_path / "project", made).project
  return project, projects.export(project, tmp_path / "out").out


@pytest.mark.parametrize(
  "names", [("yes", "no"), ("3", "1"), ("<5 mm", ">5 mm"), ("a, b", "a")]
)
def test_classes_are_read_again(tmp_path, names):
  _, out = exported(tmp_path, names, [*names, *names])
  found = data.load(out)
  assert found.class_names == names and not found.left_out
  assert found.ids == ("xray_10", "xray_11", "xray_12", "xray_13")
  assert [int(label) for label in found.labels] == [0, 1, 0, 1]


def test_patients_and_parts_are_read_again(tmp_path):
  how = {"group_pattern": "xray_.(.)", "test": 0.5, "validation": 0.0}
  labels = ("dark", "bright") * 6
  project, out = exported(tmp_path, ("dark", "bright"), labels, **how)
  found, cases = data.load(out), project.state.cases
  patients = [cases[uid].patient for uid in found.ids]
  assert list(found.groups) == patients and len(set(patients)) == 10
  in_test = [cases[uid].part == "test" for uid in found.ids]
  assert [part == 2 for part in found.split] == in_test
  assert set(found.split.tolist()) == {0, 2}


def test_a_class_that_nobody_has_found_leaves_the_others_their_names(tmp_path):
  _, out = exported(tmp_path, ("no", "maybe", "yes"), ["no", "yes"])
  assert data.load(out).class_names == ("no", "yes")


def test_no_two_classes_share_a_folder(tmp_path):
  names = "<5 mm", ">5 mm", "*"
  _, out = exported(tmp_path, names, names)
  with open(out / "labels.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert [(row["class"], row["file"]) for row in rows] == [
    ("<5 mm", "train/0__5 mm/xray_10.png"),
    (">5 mm", "train/1__5 mm/xray_11.png"),
    ("*", "train/2__/xray_12.png"),
  ]
  assert all((out / row["file"]).is_file() for row in rows)


def test_volumes_of_other_channels_are_named(tmp_path):
  """Projects of before hold them."""
  project = projects.open_project(small.of_volumes(tmp_path, 1))
  (case,) = project.state.cases.values()
  with pytest.raises(DataError, match=r"^case_001: wanted images of 2 chan.*1"):
    exporting._split(project, case, 2)
