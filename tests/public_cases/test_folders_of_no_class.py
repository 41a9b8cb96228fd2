"""Folders side by side that are masks, parts, patients or copies.

Montgomery and STARE keep masks under names of their own, COCO has train2017
beside val2017, NIH images_001 beside images_002.
"""

import pytest

from alx import data
from tests.picture_cases import classes, mask, picture


@pytest.mark.parametrize(
  ("images", "image", "masks", "of"),
  [
    ("CXR_png", "M_{}_0.png", "masks", "M_{}_0_mask.png"),
    ("xray", "p{}.png", "lungs", "p{}_mask.png"),
    ("RGB", "p{}.png", "GT_binary", "p{}_gt.png"),
    ("Images", "V{}.png", "gts", "V{}_gts.bmp"),
    ("imgs", "{}.png", "segs", "{}_s.png"),
    ("US", "us_{}.png", "outlines", "outline_{}.png"),
    ("stare-images", "im{}.png", "labels-ah", "im{}.ah.png"),
    (
      "ISIC2018_Task1-2_Training_Input",
      "ISIC_{}.png",
      "ISIC2018_Task2_Training_GroundTruth_v3",
      "ISIC_{}_attribute_globules.png",
    ),
  ],
)
def test_masks_of_other_endings_are_no_class(
  tmp_path, images, image, masks, of
):
  for i in range(3):
    picture(tmp_path / images / image.format(i), seed=i)
    mask(tmp_path / masks / of.format(i))
  try:
    assert data.load(tmp_path).task == "segmentation"
  except data.DataError as error:
    assert masks in str(error)


@pytest.mark.parametrize(
  "names",
  [
    ("train2017", "val2017"),
    ("Training Set", "Test Set"),
    ("trainA", "trainB", "testA", "testB"),
    ("fold1", "fold2"),
    ("images_001", "images_002"),
    ("train", "unlabeled"),
  ],
)
def test_parts_are_no_classes(tmp_path, names):
  classes(tmp_path, names)
  with pytest.raises(data.DataError, match="wanted folders of classes in"):
    data.load(tmp_path)


def test_parts_of_long_names_have_the_classes_in_them(tmp_path):
  classes(tmp_path / "training_set", ("cats", "dogs"))
  classes(tmp_path / "test_set", ("cats", "dogs"))
  found = data.load(tmp_path)
  assert found.class_names == ("cats", "dogs")
  assert sorted(found.split.tolist()) == [0] * 4 + [2] * 4


def test_folds_are_read_as_one(tmp_path):
  for name in ("fold1", "fold2"):
    classes(tmp_path / name)
  found = data.load(tmp_path)
  assert found.split is None and len(found.ids) == 8
  assert found.notes == (
    f"{tmp_path}: fold1, fold2 are read as one, they are no split",
  )


def test_what_lies_beside_the_parts_is_told(tmp_path):
  for name in ("train", "dev", "test", "external"):
    classes(tmp_path / name)
  found = data.load(tmp_path)
  assert sorted(found.split.tolist()) == [0] * 4 + [1] * 4 + [2] * 4
  assert found.notes == (
    f"{tmp_path}/external: passed over, it is none of the parts dev, test, "
    "train",
  )


def test_without_a_test_part_validation_is_tested_on(tmp_path):
  for name in ("train", "val"):
    classes(tmp_path / name)
  found = data.load(tmp_path)
  assert len(data.split(found, seed=0).test) == 4
  assert "the validation part is tested on" in found.notes[0]


def test_classes_to_train_on_beside_a_test_part(tmp_path):
  classes(tmp_path)
  classes(tmp_path / "test")
  with pytest.raises(data.DataError, match="to train on in train/ beside test"):
    data.load(tmp_path)


@pytest.mark.parametrize(
  "names", [("bus", "car", "train"), ("invalid", "valid"), ("control", "test")]
)
def test_a_class_called_as_a_part(tmp_path, names):
  classes(tmp_path, names)
  found = data.load(tmp_path)
  assert found.class_names == names and found.split is None
  assert f"{names[-1]}: read as a class, as the folders" in found.notes[0]


@pytest.mark.parametrize("word", ["patient", "case_", "Subject ", "study-"])
def test_patients_are_no_classes(tmp_path, word):
  classes(tmp_path, tuple(f"{word}{i:02d}" for i in range(3)))
  with pytest.raises(data.DataError, match="a folder for each patient"):
    data.load(tmp_path)


@pytest.mark.parametrize(
  "name", ["thumbnails", "_thumbs", "New folder", "heatmaps", "a - Copy"]
)
def test_what_was_made_of_the_pictures_is_no_class(tmp_path, name):
  classes(tmp_path, ("a", "b", name))
  found = data.load(tmp_path)
  assert found.class_names == ("a", "b")
  assert f"{tmp_path}/{name}: passed over, taken for no class" in found.notes


@pytest.mark.parametrize("name", ["c/0.webp", "c/0.dcm", "c/patient0/0.png"])
def test_a_class_that_cannot_be_read_does_not_vanish(tmp_path, name):
  classes(tmp_path)
  (tmp_path / name).parent.mkdir(parents=True)
  (tmp_path / name).write_bytes(b"")
  with pytest.raises(data.DataError, match=r"/c: wanted .*pictures"):
    data.load(tmp_path)
