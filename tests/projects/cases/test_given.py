"""Classes that a table tells, by name or number, and maps of pictures."""

import pathlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from alx import projects
from alx.data.dataset import DataError
from alx.projects.cases.found import PICTURE, Found, Images
from alx.projects.cases.given import class_number, find_given
from alx.projects.cases.targets import label_of

GRADES = ("1", "2", "3", "4")
IMAGES = Images(
  PICTURE,
  (
    Found("A_im", pathlib.Path("A/im.png"), None),
    Found("B_im", pathlib.Path("B/im.png"), None),
    Found("x", pathlib.Path("A/x.png"), None),
  ),
  (),
)


def classes_of(tmp_path, *rows):
  table = tmp_path / "t.csv"
  table.write_text("".join(f"{row}\n" for row in ("file,label", *rows)))
  names = "no", "yes"
  return find_given(tmp_path, str(table), IMAGES, names, False).classes


@pytest.mark.parametrize(
  ("text", "number"), [("1", 0), ("1.0", 0), ("3.0", 2), (" 4 ", 3)]
)
def test_numbers_are_names_where_classes_are_called_so(text, number):
  assert class_number(text, GRADES, "t.csv") == number


@pytest.mark.parametrize("text", ["0", "0.0", "03", "5"])
def test_no_place_is_taken_for_a_name(text):
  with pytest.raises(DataError, match=r"t.csv: wanted one of 1, 2, 3, 4 \(na"):
    class_number(text, GRADES, "t.csv")
  with pytest.raises(DataError, match="wanted one of none, 4a"):
    class_number(text, ("none", "4a", "1.5"), "t.csv")


def test_numbers_of_classes_with_other_names():
  found = [class_number(t, ("no", "yes"), "") for t in ("1", "0.0", "YES")]
  assert found == [1, 0, 1]


def test_masks_of_pictures_that_are_rows_of_an_npz(tmp_path):
  np.savez(tmp_path / "x.npz", images=np.zeros((1, 4, 4), np.float32))
  row = Found("r0", tmp_path / "x.npz", None)
  folder = tmp_path / "masks"
  folder.mkdir()
  Image.fromarray(np.eye(4, dtype=np.uint8)).save(folder / "r0.png")
  images, names = Images(PICTURE, (row,), ()), ("no", "yes")
  given = find_given(tmp_path, str(folder), images, names, True)
  assert (list(given.maps), given.notes) == (["r0"], ())


def test_a_name_of_two_images_is_refused(tmp_path):
  assert classes_of(tmp_path, "A_im,yes", "x.png,no") == {"A_im": 1, "x": 0}
  wanted = "t.csv: wanted a name of one image, such as A_im, found im.png, as 2"
  with pytest.raises(DataError, match=wanted):
    classes_of(tmp_path, "im.png,yes", "x.png,no")


def test_rows_that_differ_about_an_image_are_refused(tmp_path):
  assert classes_of(tmp_path, "x.png,no", "x,0") == {"x": 0}
  with pytest.raises(
    DataError, match="one class of each image, found two of x"
  ):
    classes_of(tmp_path, "x.png,no", "x,yes")


def test_a_name_with_an_underscore_is_no_number():
  """As in tables of pictures, where 1_0 is a name."""
  assert class_number("1", ("1_0", "1_1"), "t.csv") == 1


def with_masks(folder, tags, shape):
  """A project of pictures with tags, whose masks have none."""
  pixels = np.zeros(shape, np.uint8)
  pixels[2:8, 3:9] = 255
  for name in ("images", "masks"):
    (folder / name).mkdir()
  for number, tag in enumerate(tags):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = tag
    Image.fromarray(pixels).save(folder / f"images/{number}.png", exif=exif)
    Image.fromarray(pixels).save(folder / f"masks/{number}.png")
  made = projects.Settings(
    *(str(folder / "images"), ("background", "lesion")),
    labels=str(folder / "masks"),
  )
  return projects.begin(folder / "project", made)


def test_a_mask_is_turned_as_its_picture(tmp_path):
  begun = with_masks(tmp_path, [6], (40, 30))
  label = projects.final_label(begun.project.state, "case_001").label
  image = Image.open(begun.project.folder / "images/case_001.png")
  np.testing.assert_array_equal(
    label_of(begun.project, "case_001", label) * 255, np.array(image)
  )


@pytest.mark.parametrize(("tag", "shape"), [(3, (40, 30)), (6, (40, 40))])
def test_a_mask_that_may_be_turned_or_not_is_left_out(tmp_path, tag, shape):
  begun = with_masks(tmp_path, [tag, 1], shape)
  assert [uid for uid, _ in begun.project.state.submissions] == ["case_002"]
  (note,) = begun.notes
  assert "0.png: wanted a picture and a mask turned alike" in note
  (tmp_path / "alone").mkdir()
  with pytest.raises(DataError, match=r"none that can be used, .*0\.png"):
    with_masks(tmp_path / "alone", [tag], shape)
