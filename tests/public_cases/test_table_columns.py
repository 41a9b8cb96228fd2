"""A table of other columns beside folders of pictures, as HAM10000 has it."""

import zipfile

import pytest

from alx import data
from tests.picture_cases import pairs, picture

TABLE = (
  "lesion_id,image_id,dx\nL1,ISIC_1,nv\nL1,ISIC_2,mel\nL2,ISIC_3,bcc\n"
  "L3,ISIC_4,nv\n"
)
COLUMNS = "image_id,lesion_id,dx"


def write(path, text=TABLE, name="metadata.csv", encoding="utf-8"):
  for i in range(1, 5):
    part = path / f"HAM10000_images_part_{1 + i // 3}"
    picture(part / f"ISIC_{i}.jpg", seed=i)
  (path / name).parent.mkdir(exist_ok=True)
  (path / name).write_bytes(text.encode(encoding))
  return path


@pytest.mark.parametrize(
  ("name", "separator"),
  [
    ("metadata.csv", ","),
    ("metadata.csv", ";"),
    ("metadata.tsv", "\t"),
    ("metadata.txt", "\t"),
    ("tables/metadata.csv", ","),
  ],
)
def test_folders_are_no_classes_where_a_table_names_the_pictures(
  tmp_path, name, separator
):
  write(tmp_path, TABLE.replace(",", separator), name)
  with pytest.raises(data.DataError) as error:
    data.load(tmp_path)
  assert str(error.value) == (
    f"{tmp_path / name}: wanted the columns image_name, patient_id, target, "
    "or columns=image_id,PATIENT,CLASS to name the others, found image_id "
    "among lesion_id, image_id, dx"
  )
  found = data.load(tmp_path, columns=COLUMNS)
  assert found.ids == ("ISIC_1", "ISIC_2", "ISIC_3", "ISIC_4")
  assert found.groups == ("L1", "L1", "L2", "L3")
  assert found.class_names == ("bcc", "mel", "nv")
  assert [int(y) for y in found.labels] == [2, 1, 0, 2]
  assert data.load(tmp_path, columns="image_id,,dx").groups is None


@pytest.mark.parametrize(
  ("text", "encoding"),
  [
    (TABLE, "utf-8-sig"),
    (TABLE, "utf-16"),
    ("sep=;\n" + TABLE.replace(",", ";"), "utf-8"),
    (TABLE.replace("nv", '" nv"'), "utf-8"),
    (TABLE.replace("image_id", " Image_ID "), "utf-8"),
    (TABLE.replace("ISIC_1", "HAM10000_images_part_1/ISIC_1.jpg"), "utf-8"),
    (TABLE.replace("ISIC_1", r"C:\all\ISIC_1.jpg"), "utf-8"),
    (TABLE.replace("\n", "\r\n") + "\r\n\r\n", "utf-8"),
  ],
)
def test_tables_are_written_in_many_ways(tmp_path, text, encoding):
  write(tmp_path, text, encoding=encoding)
  found = data.load(tmp_path, columns=COLUMNS)
  assert found.ids == ("ISIC_1", "ISIC_2", "ISIC_3", "ISIC_4")
  assert [int(y) for y in found.labels] == [2, 1, 0, 2]


def test_a_table_above_is_named(tmp_path):
  path = tmp_path / "images"
  write(path)
  (path / "metadata.csv").rename(tmp_path / "metadata.csv")
  with pytest.raises(data.DataError, match=f"with data={tmp_path}, found"):
    data.load(path)


def test_a_spreadsheet_of_the_pictures_is_named(tmp_path):
  write(tmp_path, "name,year\nA,1\n", "notes.csv")
  with zipfile.ZipFile(tmp_path / "metadata.xlsx", "w") as archive:
    text = "<sst><si><t>ISIC_1</t></si></sst>"
    archive.writestr("xl/sharedStrings.xml", text)
  with pytest.raises(data.DataError, match=r"xlsx: .* CSV file, .* ISIC_1$"):
    data.load(tmp_path)
  with pytest.raises(data.DataError, match=r"metadata\.xlsx, which is to be"):
    data.load(tmp_path, columns=COLUMNS)


@pytest.mark.parametrize(
  "text", ["name,year\nA,3\n", "Pictures, of 2020\nby ISIC\n", "ISIC_1\n"]
)
def test_a_table_of_other_things_is_passed_over_in_a_line(tmp_path, text):
  write(tmp_path, text)
  found = data.load(tmp_path)
  assert len(found.class_names) == 2
  assert found.notes[0].endswith(
    "metadata.csv: passed over, no table of the pictures"
  )


def test_one_column_for_each_class_is_told(tmp_path):
  write(tmp_path, "image,MEL,NV\nISIC_1,1.0,0.0\nISIC_2,0.0,1.0\n")
  with pytest.raises(data.DataError, match="MEL, NV are one column for each"):
    data.load(tmp_path)


@pytest.mark.parametrize("several", ["nv|mel", '"nv, mel"', "nv;mel"])
def test_several_classes_of_one_picture_are_refused(tmp_path, several):
  write(tmp_path, TABLE.replace("ISIC_3,bcc", f"ISIC_3,{several}"))
  with pytest.raises(data.DataError, match=r"line 4: wanted one class in dx"):
    data.load(tmp_path, columns=COLUMNS)


@pytest.mark.parametrize(
  ("columns", "message"),
  [
    ("image_id,dx", "columns: wanted IMAGE,PATIENT,CLASS"),
    (",lesion_id,dx", "columns: wanted IMAGE,PATIENT,CLASS"),
    ("image_id,image_id,dx", "columns: wanted IMAGE,PATIENT,CLASS"),
    ("image_id,patient,dx", "found metadata.csv with lesion_id, image_id, dx"),
  ],
)
def test_columns_that_make_no_sense(tmp_path, columns, message):
  with pytest.raises(data.DataError, match=message):
    data.load(write(tmp_path), columns=columns)


def test_two_tables_with_the_columns(tmp_path):
  write(write(tmp_path), name="second.csv")
  with pytest.raises(data.DataError, match=r"\['metadata.csv', 'second.csv'\]"):
    data.load(tmp_path, columns=COLUMNS)


def test_pictures_of_one_name_are_told_apart_by_their_folders(tmp_path):
  lines = ["image,label"]
  for i, name in enumerate(("a/1", "a/2", "b/1", "b/2")):
    picture(tmp_path / f"{name}.png", seed=i)
    lines.append(f"{name}.png,{'xy'[i % 2]}")
  (tmp_path / "labels.csv").write_text("\n".join(lines))
  found = data.load(tmp_path, columns="image,,label")
  assert found.ids == ("a_1", "a_2", "b_1", "b_2")
  assert [int(y) for y in found.labels] == [0, 1, 0, 1]


def test_pictures_without_a_row_are_counted(tmp_path):
  write(tmp_path, TABLE.replace("L3,ISIC_4,nv\n", ""))
  (note,) = data.load(tmp_path, columns=COLUMNS).notes
  assert note.endswith("1 .jpg, such as HAM10000_images_part_2/ISIC_4.jpg")


def test_a_table_beside_pictures_with_masks(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks")
  (tmp_path / "metadata.csv").write_text("image,dx\na,0\nb,1\n")
  found = data.load(tmp_path)
  assert found.task == "segmentation"
  assert found.notes == (f"{tmp_path}: passed over 1 .csv",)
