"""Pictures and masks in two folders are no two classes.

zhixuhao/unet#177, qubvel/segmentation_models#226.
"""

import numpy as np
import pytest
from PIL import Image

from alx import data
from tests.picture_cases import mask, pairs, picture


@pytest.mark.parametrize(
  ("images", "masks"),
  [
    ("images", "masks"),
    ("images", "labels"),
    ("image", "mask"),
    ("imgs", "masks"),
    ("img", "label"),
    ("images", "annotations"),
    ("JPEGImages", "SegmentationClass"),
    ("Original", "Ground Truth"),
    ("x", "y"),
    ("train/images", "train/masks"),
    ("images/train", "masks/train"),
    ("train_images", "train_masks"),
    ("train", "trainannot"),
    (
      "ISIC2018_Task1-2_Training_Input",
      "ISIC2018_Task1_Training_GroundTruth",
    ),
  ],
)
def test_two_folders_are_a_segmentation(tmp_path, images, masks):
  pairs(tmp_path / images, tmp_path / masks)
  found = data.load(tmp_path)
  assert found.task == "segmentation" and found.ids == ("a", "b", "c")
  assert found.class_names == ("background", "foreground")
  assert found.images[0].shape == (8, 8, 3) and found.notes == ()
  np.testing.assert_array_equal(found.labels[0][:, 0], [0] * 4 + [1] * 4)


def test_parts_are_the_split(tmp_path):
  pairs(tmp_path / "train/images", tmp_path / "train/masks", ("a", "b"))
  pairs(tmp_path / "test/images", tmp_path / "test/masks", ("a",))
  found = data.load(tmp_path)
  assert dict(zip(found.ids, found.split.tolist(), strict=True)) == {
    "train_a": 0,
    "train_b": 0,
    "test_a": 2,
  }


def test_drive_is_labelled_by_hand_and_not_by_its_field_of_view(tmp_path):
  for part, number in (("training", 21), ("test", 1)):
    name = f"{number:02d}_{part}"
    picture(tmp_path / part / "images" / f"{name}.tif")
    mask(tmp_path / part / "mask" / f"{name}_mask.gif", (255, 255, 0, 255))
    mask(tmp_path / part / "1st_manual" / f"{number:02d}_manual1.gif")
  mask(tmp_path / "test" / "2nd_manual" / "01_manual2.gif", (255, 0))
  found = data.load(tmp_path)
  assert found.ids == ("21_training", "01_test")
  assert found.split.tolist() == [0, 2]
  np.testing.assert_array_equal(found.labels[1][:, 0], [0] * 4 + [1] * 4)
  assert found.notes == (f"{tmp_path}: passed over 3 .gif",)


def test_a_test_part_without_labels_is_not_tested_on_its_field_of_view(
  tmp_path,
):
  for part, name in (("training", "21_training"), ("test", "01_test")):
    picture(tmp_path / part / "images" / f"{name}.tif")
    mask(tmp_path / part / "mask" / f"{name}_mask.gif")
  mask(tmp_path / "training" / "1st_manual" / "21_manual1.gif")
  found = data.load(tmp_path)
  assert found.ids == ("21_training",)
  assert "test/images: passed over" in found.notes[0]


def test_a_pair_without_common_names_has_two_readings(tmp_path):
  picture(tmp_path / "images" / "a.png")
  picture(tmp_path / "masks" / "b.png")
  with pytest.raises(data.DataError) as error:
    data.load(tmp_path)
  for text in ("as a segmentation", "as classes", "a.png and b.png"):
    assert text in str(error.value)


@pytest.mark.parametrize("names", [("input", "target"), ("A", "B")])
def test_masks_under_other_names_are_no_class(tmp_path, names):
  pairs(*(tmp_path / name for name in names))
  with pytest.raises(data.DataError) as error:
    data.load(tmp_path)
  for text in ("as classes", "to read a segmentation", "colours or fewer"):
    assert text in str(error.value)


def test_photographs_of_one_name_in_two_classes_stay_classes(tmp_path):
  for i, name in enumerate(("with_mask", "without_mask")):
    for stem in ("1", "2"):
      picture(tmp_path / name / f"{stem}.png", (32, 32), seed=i)
  assert data.load(tmp_path).class_names == ("with_mask", "without_mask")


def test_masks_beside_the_pictures_of_classes(tmp_path):
  """As BUSI has them."""
  for name in ("benign", "malignant"):
    picture(tmp_path / name / f"{name} (1).png")
    mask(tmp_path / name / f"{name} (1)_mask.png")
  with pytest.raises(data.DataError, match=r"benign: .* such as benign \(1\)_"):
    data.load(tmp_path)


def test_masks_beside_their_pictures_in_one_folder(tmp_path):
  for name in ("p1", "p2"):
    picture(tmp_path / f"{name}.png")
    mask(tmp_path / f"{name}_mask.png")
  found = data.load(tmp_path)
  assert found.task == "segmentation" and found.ids == ("p1", "p2")


def test_several_pairs_are_refused(tmp_path):
  for name in ("COVID", "Normal"):
    pairs(tmp_path / name / "images", tmp_path / name / "masks")
  with pytest.raises(data.DataError, match="found 2 pairs: COVID/images with"):
    data.load(tmp_path)


def test_letters_are_classes_though_two_are_called_x_and_y(tmp_path):
  for i, name in enumerate("wxyz"):
    picture(tmp_path / name / "1.png", (32, 32), seed=i)
  assert data.load(tmp_path).class_names == ("w", "x", "y", "z")


def test_what_is_passed_over_is_counted(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks")
  for i in range(3):
    (tmp_path / "images" / f"{i}.dcm").write_text("")
  picture(tmp_path / "overlay" / "a.png")
  (found,) = data.load(tmp_path).notes
  assert found.endswith("passed over 3 .dcm, 1 .png, such as overlay/a.png")


def test_formats_of_no_known_picture_are_named(tmp_path):
  for name in ("a", "b"):
    (tmp_path / name).mkdir()
    (tmp_path / name / "1.dcm").write_text("")
  with pytest.raises(data.DataError, match=r"\['a', 'b'\]: 2 \.dcm"):
    data.load(tmp_path)


def test_nnunet_pictures(tmp_path):
  for i in range(2):
    picture(tmp_path / "imagesTr" / f"c_{i:03d}_0000.png", seed=i)
    mask(tmp_path / "labelsTr" / f"c_{i:03d}.png", (0, 1, 2))
  found = data.load(tmp_path)
  assert found.task == "segmentation" and len(found.ids) == 2
  assert found.class_names == ("background", "class 1", "class 2")


def test_masks_are_resized_to_values_that_they_have(tmp_path):
  picture(tmp_path / "images" / "a.png")
  mask(tmp_path / "masks" / "a.png", (0, 1, 2, 3))
  found = data.load(tmp_path, image_size=5)
  assert found.images[0].shape == (5, 5, 3) and found.labels[0].shape == (5, 5)
  # the middles 0.8, 2.4, 4.0, 5.6, 7.2 of 8 rows in bands of two
  assert found.labels[0][:, 0].tolist() == [0, 1, 2, 2, 3]


def test_colours_are_no_classes(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks")
  colours = np.zeros((8, 8, 3), np.uint8)
  colours[:4] = 128, 0, 0
  Image.fromarray(colours).save(tmp_path / "masks" / "b.png")
  found = data.load(tmp_path)
  assert found.ids == ("a", "c")
  assert found.left_out[0].endswith("found colours such as (128, 0, 0)")
  with pytest.raises(data.DataError, match="colours such as"):
    data.load(tmp_path, strict=True)


def test_numbers_behind_a_name_are_of_the_name(tmp_path):
  """A mask of scan_0011 is none of scan_0010."""
  pairs(tmp_path / "images", tmp_path / "masks", ("scan_0001", "scan_0002"))
  picture(tmp_path / "images" / "scan_0010.png")
  mask(tmp_path / "masks" / "scan_0011.png")
  found = data.load(tmp_path)
  assert found.ids == ("scan_0001", "scan_0002")
  assert [line.split(":")[0][-8:] for line in found.left_out] == [
    "0010.png",
    "0011.png",
  ]


def test_names_of_nnunet(tmp_path):
  """dataset.json names the classes, _0000 is a channel: nnU-Net v2, PNG."""
  picture(tmp_path / "imagesTr" / "c_0000.png")
  mask(tmp_path / "labelsTr" / "c.png", (0, 1))
  about = tmp_path / "dataset.json"
  about.write_text(
    '{"labels": {"background": 0, "road": 1}, "file_ending": ".png"}'
  )
  found = data.load(tmp_path)
  assert found.class_names == ("background", "road") and found.ids == ("c",)
  about.write_text('{"labels": {"background": 0, "road": 255}}')
  with pytest.raises(data.DataError, match=r"dataset\.json: wanted label val"):
    data.load(tmp_path)


def test_a_tag_of_the_picture_alone(tmp_path):
  """The mask may be drawn on the pixels of the file."""
  exif = Image.Exif()
  exif[0x0112] = 6
  for name, shape in (("a", (8, 8)), ("b", (8, 4))):
    picture(tmp_path / "images" / f"{name}.jpg", shape, exif=exif)
  mask(tmp_path / "masks" / "a.png")
  drawn = np.zeros((8, 4), np.uint8)
  drawn[:2] = 255
  Image.fromarray(drawn).save(tmp_path / "masks" / "b.png")
  found = data.load(tmp_path)
  assert found.ids == ("b",) and found.images[0].shape == (4, 8, 3)
  np.testing.assert_array_equal(found.labels[0][0], [0] * 6 + [1] * 2)
  assert "found tag 6 of the picture alone" in found.left_out[0]


def test_train_and_val_alone(tmp_path):
  for part in ("train", "val"):
    pairs(tmp_path / part / "images", tmp_path / part / "masks", (part,))
  found = data.load(tmp_path)
  assert found.split.tolist() == [0, 2]
  assert "the validation part is tested on" in found.notes[0]


@pytest.mark.parametrize(
  "folders", [("x", "y"), ("original", "mask"), ("frames", "labels")]
)
def test_classes_called_as_images_and_masks(tmp_path, folders):
  for seed, folder in enumerate(folders):
    picture(tmp_path / folder / "1.png", seed=seed)
  with pytest.raises(data.DataError, match="read as classes under other names"):
    data.load(tmp_path)
