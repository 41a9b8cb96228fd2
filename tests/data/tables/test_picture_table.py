import pytest
from PIL import Image

from alx import data

ROWS = "image_name,patient_id,target\nI1,P1,0\nI2,P1,1\nI3,P2,0\n"


def write(folder, text=ROWS, names=("I1", "I2", "I3")):
  (folder / "train.csv").write_text(text)
  (folder / "jpeg" / "train").mkdir(parents=True)
  for name in names:
    path = folder / "jpeg" / "train" / f"{name}.jpg"
    Image.new("RGB", (8, 8), (200, 0, 0)).save(path)
  return folder


def test_pictures_find_their_rows(tmp_path):
  found = data.load(write(tmp_path), image_size=4)
  assert found.ids == ("I1", "I2", "I3") and found.groups == ("P1", "P1", "P2")
  assert [int(y) for y in found.labels] == [0, 1, 0]
  assert found.class_names == ("class 0", "class 1")
  assert found.images[0].shape == (4, 4, 3) and found.left_out == ()
  assert found.images[0][0, 0, 0] > 190 and found.images[0][0, 0, 1] < 10


def test_an_unknown_patient_is_nobody_else(tmp_path):
  text = ROWS.replace("P1", " NaN ").replace("P2", " P2")
  found = data.load(write(tmp_path, text))
  assert found.groups == ("unknown (I1)", "unknown (I2)", "P2")
  assert found.notes == (
    f"{tmp_path}/train.csv: the patient of 2 of 3 items is not known "
    "('NaN'); each of these counts as a patient of its own",
  )


def test_one_name_for_two_targets(tmp_path):
  text = "image_name,patient_id,benign_malignant,target\n"
  text += "I1,P1,benign,0\nI2,P1, benign,1\nI3,P2,benign,0\n"
  with pytest.raises(data.DataError, match="'benign' for 0 and 1"):
    data.load(write(tmp_path, text))


def test_patients_stay_on_one_side(tmp_path):
  dataset = data.load(write(tmp_path))
  parts = data.split(dataset, seed=0, test_items=1)
  assert parts.by == "group"
  assert sorted(parts.test.tolist()) in ([0, 1], [2])


def test_a_split_of_the_table_that_parts_a_patient_is_told(tmp_path):
  text = "image_name,patient_id,target,part\n"
  text += "I1,P1,0,train\nI2,P1,1,test\nI3,P2,0,train\n"
  (note,) = data.load(write(tmp_path, text)).notes
  assert note == (
    f"{tmp_path}/train.csv: 1 groups are in several parts of the split that "
    "the data give, such as P1"
  )


def test_classes_are_named_where_the_table_names_them(tmp_path):
  text = "image_name,patient_id,benign_malignant,target\n"
  text += "I1,P1,benign,0\nI2,P1,malignant,1\nI3,P2,benign,0\n"
  assert data.load(write(tmp_path, text)).class_names == ("benign", "malignant")


def test_a_row_without_a_picture_is_left_out_or_stops(tmp_path):
  write(tmp_path, names=("I1", "I3"))
  found = data.load(tmp_path)
  assert found.ids == ("I1", "I3")
  assert "line 3: wanted a picture I2, found none" in found.left_out[0]
  with pytest.raises(data.DataError, match="I2"):
    data.load(tmp_path, strict=True)


def test_a_picture_of_another_part_does_not_stand_in(tmp_path):
  text = ROWS.replace("I", "train/I")
  write(tmp_path, text, names=("I1", "I3"))
  (tmp_path / "jpeg" / "test").mkdir()
  Image.new("RGB", (8, 8)).save(tmp_path / "jpeg" / "test" / "I2.jpg")
  found = data.load(tmp_path)
  assert found.ids == ("I1", "I3")
  assert found.left_out == (
    f"{tmp_path}/train.csv, line 3: wanted a picture train/I2, found none, but "
    "test/I2.jpg in a folder that it does not name",
  )


@pytest.mark.parametrize(
  ("text", "message"),
  [
    (ROWS.replace("I2,P1,1", "I2,P1,nan"), "line 3: wanted a target"),
    (ROWS.replace("I2,P1,1", "I2,P1,0.5"), "line 3: wanted a target"),
  ],
)
def test_a_row_that_makes_no_sense_is_left_out_or_stops(
  tmp_path, text, message
):
  found = data.load(write(tmp_path, text))
  assert found.ids == ("I1", "I3") and message in found.left_out[0]
  with pytest.raises(data.DataError, match=message):
    data.load(tmp_path, strict=True)


def test_names_may_have_endings_and_targets_a_point(tmp_path):
  text = ROWS.replace("I2,P1,1", "I2.png,P1,1.0")
  found = data.load(write(tmp_path, text))
  assert found.ids == ("I1", "I2", "I3")
  assert [int(y) for y in found.labels] == [0, 1, 0]


def test_two_pictures_of_one_name(tmp_path):
  write(tmp_path)
  Image.new("RGB", (8, 8)).save(tmp_path / "I2.png")
  with pytest.raises(data.DataError, match=r"I2\.png and jpeg/train/I2\.jpg"):
    data.load(tmp_path)


@pytest.mark.parametrize(
  ("content", "message"),
  [
    (b"image_name,target\nI1,0\n", "found no patient_id"),
    (b"target\n0\n", "found no image_name and no patient_id"),
    (b"image_name,patient_id,target,\xe9\n", r"train.csv: wanted a CSV file"),
  ],
)
def test_a_table_is_not_passed_over_for_folders(tmp_path, content, message):
  for name in ("a", "b"):
    (tmp_path / name).mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / name / f"{name}.png")
  (tmp_path / "train.csv").write_bytes(content)
  with pytest.raises(data.DataError, match=message):
    data.load(tmp_path)


def test_other_tables_may_lie_beside_it(tmp_path):
  write(tmp_path)
  (tmp_path / "test.csv").write_text("image_name,patient_id\nI9,P9\n")
  assert data.load(tmp_path).ids == ("I1", "I2", "I3")


@pytest.mark.parametrize(
  ("text", "message"),
  [
    (ROWS.splitlines()[0] + "\nI1,P1,\n", "line 2: wanted a target"),
    (ROWS.replace("I2", "I1"), r"\['I1'\] twice"),
    (ROWS.splitlines()[0] + "\n", "found no row"),
  ],
)
def test_what_makes_no_sense_is_told(tmp_path, text, message):
  with pytest.raises(data.DataError, match=message):
    data.load(write(tmp_path, text))


def test_two_tables_are_one_too_many(tmp_path):
  write(tmp_path)
  (tmp_path / "second.csv").write_text(ROWS)
  with pytest.raises(data.DataError, match="one CSV file with image_name"):
    data.load(tmp_path)
