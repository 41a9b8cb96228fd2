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
  for i, name in enumerate(("mel", "nv"), 1):
    (tmp_path / f"HAM10000_images_part_{i}").rename(tmp_path / name)
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


PLAIN = "image_name,patient_id,target"


def plain(path, lines, header=PLAIN, names=("I1", "I2", "I3", "I4")):
  for i, name in enumerate(names):
    picture(path / f"{name}.png", seed=i)
  (path / "train.csv").write_text("\n".join((header, *lines)) + "\n")
  return path


def rows(*cells):
  return [f"I{i},{cell}" for i, cell in enumerate(cells, 1)]


@pytest.mark.parametrize(
  ("name", "cells", "split"),
  [
    ("split", ("train", "Train", "val", "test"), [0, 0, 1, 2]),
    ("usage", ("training", "training", "testing", "Test"), [0, 0, 2, 2]),
    ("subset", ("train", "train", "valid", "validation"), [0, 0, 2, 2]),
  ],
)
def test_a_column_of_parts_is_the_split(tmp_path, name, cells, split):
  lines = rows(*(f"P{i},{i % 2},{cell}" for i, cell in enumerate(cells)))
  found = data.load(plain(tmp_path, lines, f"{PLAIN},{name}"))
  assert found.split.tolist() == split


def test_folds_are_told(tmp_path):
  lines = rows("P1,0,1", "P2,1,2", "P3,0,1", "P4,1,2")
  found = data.load(plain(tmp_path, lines, PLAIN + ",Fold"))
  assert found.split is None and "column Fold is not used" in found.notes[0]


@pytest.mark.parametrize(
  "targets",
  [("0", "255", "0", "255"), ("-1", "1", "1", "-1"), ("0", ".2", ".7", "1")],
)
def test_numbers_that_are_no_classes(tmp_path, targets):
  lines = rows(*(f"P{i},{target}" for i, target in enumerate(targets)))
  with pytest.raises(data.DataError, match="2 of 4 rows that are no class"):
    data.load(plain(tmp_path, lines))


def test_targets_that_are_not_certain_are_left_out(tmp_path):
  """As CheXpert has -1 beside 0 and 1."""
  found = data.load(plain(tmp_path, rows("P,0", "P,-1", "P,1", "P,-1")))
  assert found.ids == ("I1", "I3") and len(found.left_out) == 2


def test_one_patient_written_in_two_ways(tmp_path):
  lines = rows("1,0", "1.0,1", '="002",0', ' "2" ,1')
  found = data.load(plain(tmp_path, lines))
  assert found.groups == ("1", "1", "002", "2")


def test_digits_that_a_spreadsheet_has_cut(tmp_path):
  with pytest.raises(data.DataError, match=r"1\.23E\+11, of which a spread"):
    data.load(plain(tmp_path, rows("1.23E+11,0", "1.23E+11,1")))


@pytest.mark.parametrize("second", ["target", "TARGET"])
def test_a_column_twice(tmp_path, second):
  first = second.capitalize() if second.isupper() else second
  header = f"image_name,patient_id,{first},{second}"
  with pytest.raises(data.DataError, match="one column target, found"):
    data.load(plain(tmp_path, rows("P1,0,1", "P2,1,0"), header))


@pytest.mark.parametrize(
  ("files", "cells"),
  [
    (("I1", "I2"), ("i1.PNG", "i2")),
    (("e\u0301\u0031", "\u00e92"), ("\u00e91", "e\u0301\u0032")),
  ],
)
def test_names_in_other_case_or_form(tmp_path, files, cells):
  lines = [f"{cell},P,{i}" for i, cell in enumerate(cells)]
  found = data.load(plain(tmp_path, lines, names=files))
  assert [int(y) for y in found.labels] == [0, 1]


def test_names_that_lost_their_zeros(tmp_path):
  with pytest.raises(data.DataError, match=r"none, but 007\.png: the table"):
    data.load(plain(tmp_path, ["7,P,0", "8,P,1"], names=("007", "008")))


def test_a_class_called_na(tmp_path):
  with pytest.raises(data.DataError, match="beside NA, which stands for noth"):
    data.load(plain(tmp_path, rows("P,NA", "P,EU")))


def test_other_encodings_are_told_what_to_do(tmp_path):
  plain(tmp_path, ())
  text = PLAIN + "\nI1,P,gutartig\nI2,P,b\u00f6se\n"
  (tmp_path / "train.csv").write_bytes(text.encode("cp1252"))
  with pytest.raises(data.DataError, match=r"in UTF-8 \(save it as such\)"):
    data.load(tmp_path)
