"""Exported folders, held against the rules of nnU-Net v2."""

import importlib.util
import json
import shutil

import nibabel
import numpy as np
import pytest
from PIL import Image

from alx import projects
from alx.data.dataset import DataError
from alx.projects.people import settling
from tests.projects import nnunet_rules as rules
from tests.projects import small_projects as small
from tests.projects.label_files import AFFINE, a_label, image_of

READERS = [
  rules.by_nibabel,
  pytest.param(
    rules.by_simpleitk,
    marks=pytest.mark.skipif(
      not importlib.util.find_spec("SimpleITK"),
      reason="SimpleITK is not installed",
    ),
  ),
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
  """Three labels to train on and a test case."""
  place = tmp_path_factory.mktemp("project")
  folder = small.of_volumes(place, 10, validation=0.2, test=0.1)
  small.asked(folder, query=1)
  small.asked(folder, test=True, more=True)
  for round_ in sorted((folder / "rounds").iterdir()):
    for row in small.rows_of(round_ / "worklist.csv"):
      small.save(round_ / row["labels_out"])
  small.taken(folder)
  projects.export(projects.open_project(folder), place / "out")
  return place / "out"


@pytest.mark.parametrize("read", READERS)
def test_nothing_is_wrong_with_an_export(exported, read):
  assert rules.problems(exported, read) == []
  about = json.loads((exported / "dataset.json").read_text())
  assert about["numTraining"] == 3
  assert len(list((exported / "imagesTs").iterdir())) == 1


def _dataset(**changes):
  def break_it(folder):
    path = folder / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))

  return break_it


def _label(array=None, affine=AFFINE):
  def break_it(folder):
    path = sorted((folder / "labelsTr").iterdir())[0]
    label = a_label() if array is None else array
    nibabel.save(image_of(label, affine), path)

  return break_it


def _image(change):
  def break_it(folder):
    path = sorted((folder / "imagesTr").iterdir())[0]
    array = nibabel.load(path).get_fdata()
    nibabel.save(image_of(change(array), AFFINE), path)

  return break_it


def _unlink(folder):
  sorted((folder / "labelsTr").iterdir())[0].unlink()


def _with_nan(array):
  array = array.astype(np.float32)
  array[0, 0, 0] = np.nan
  return array


NAMES = {"background": 0, "anterior": 1, "posterior": 2}


@pytest.mark.parametrize(
  ("break_it", "told"),
  [
    (_dataset(numTraining=4), "numTraining 4, found 3"),
    (_dataset(file_ending=".nii"), "numTraining 3, found 0"),
    (_dataset(channel_names={"0": "a", "1": "b"}), "1 channels, wanted 2"),
    (_dataset(labels=NAMES | {"posterior": 3}), "labels not in a row"),
    (_dataset(labels=NAMES | {"background": 3}), "background is not 0"),
    (_dataset(labels={"background": 0, "anterior": 1}), "unexpected labels"),
    (_label(a_label() * 2), "unexpected labels [4.0]"),
    (_label(a_label()[:-1]), "shape"),
    (_label(affine=np.diag([9.0, 9, 9, 1])), "spacing"),
    (_label(affine=AFFINE + np.eye(4)[:, :1] * [0, 0, 0, 5]), "affine"),
    (_image(_with_nan), "NaN in"),
    (_unlink, "no label"),
  ],
)
def test_the_rules_find_what_is_wrong(exported, tmp_path, break_it, told):
  folder = shutil.copytree(exported, tmp_path / "broken")
  break_it(folder)
  assert any(told in line for line in rules.problems(folder))


@pytest.mark.parametrize("read", READERS)
def test_what_readers_left_open_is_nnunets_ignore(tmp_path, read):
  folder = small.of_volumes(
    tmp_path, 4, readers=("anna", "ben"), readers_per_case=2, query=1
  )
  place = small.asked(folder)
  (row,) = small.rows_of(place / "out/anna/worklist.csv")
  other = a_label()
  other[tuple(np.argwhere(other == 1)[0])] = 2
  small.save(place / f"out/anna/{row['uid']}.nii.gz")
  small.save(place / f"out/ben/{row['uid']}.nii.gz", other)
  small.taken(folder)
  with projects.working(folder) as project:
    settling.settle(project)
  out = projects.export(projects.open_project(folder), tmp_path / "out").out
  assert rules.problems(out, read) == []
  about = json.loads((out / "dataset.json").read_text())
  assert about["labels"] == NAMES | {"ignore": 3}
  label = rules.by_nibabel(out / f"labelsTr/{row['uid']}.nii.gz")[0]
  assert (label == 3).sum() == 1
  with pytest.raises(DataError, match="--format=nnunet has ignore"):
    projects.export(projects.open_project(folder), tmp_path / "msd", "msd")


def label_one(folder, label=None):
  """The one case that is asked for gets a label map; the export."""
  place = small.asked(folder, query=2)
  for row in small.rows_of(place / "worklist.csv"):
    out = place / row["labels_out"]
    if out.suffix == ".png":
      Image.fromarray(label).save(out)
    else:
      small.save(out)
  small.taken(folder)
  out = folder.with_name("out")
  return projects.export(projects.open_project(folder), out).out


@pytest.mark.parametrize("dtype", ["<i2", "<f4"])
def test_channels_on_a_fourth_axis_are_files_of_their_own(tmp_path, dtype):
  both = np.stack([a_label() * 10, a_label() + 5], -1).astype(dtype)
  (tmp_path / "in").mkdir()
  for i in range(2):
    nibabel.save(image_of(both, AFFINE), tmp_path / f"in/scan_{i}.nii.gz")
  made = projects.Settings(str(tmp_path / "in"), small.CLASSES)
  folder = projects.begin(tmp_path / "project", made).project.folder
  out = label_one(folder)
  assert rules.problems(out) == []
  for channel in range(2):
    file = sorted(out.glob(f"imagesTr/*_{channel:04d}.nii.gz"))[0]
    np.testing.assert_array_equal(rules.by_nibabel(file)[0], both[..., channel])


def test_gray_pictures_among_coloured_ones_have_as_many_channels(tmp_path):
  (tmp_path / "in").mkdir()
  gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
  colours = np.stack([gray, gray + 1, gray + 2], -1)
  Image.fromarray(gray).save(tmp_path / "in/a.png")
  Image.fromarray(colours).save(tmp_path / "in/b.png")
  made = projects.Settings(str(tmp_path / "in"), ("background", "cell"))
  folder = projects.begin(tmp_path / "project", made).project.folder
  out = label_one(folder, (gray > 30).astype(np.uint8))
  assert rules.problems(out, rules.by_pillow) == []
  about = json.loads((out / "dataset.json").read_text())
  assert list(about["channel_names"]) == ["0", "1", "2"]
  assert about["file_ending"] == ".png"
