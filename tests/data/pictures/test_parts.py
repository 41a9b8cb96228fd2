import pytest

from alx.data.pictures import parts


def test_subfolders_are_sorted_and_not_hidden(tmp_path):
  for name in ("test", "Train", ".git", "__MACOSX"):
    (tmp_path / name).mkdir()
  (tmp_path / "a.txt").write_text("")
  found = [p.name for p in parts.subfolders(tmp_path)]
  assert found == ["Train", "test"]
  assert [parts.PARTS.get(name.lower()) for name in found] == [0, 2]


@pytest.mark.parametrize(
  "names",
  [
    ("train2017", "val2017"),
    ("train_images", "test_images"),
    ("Train_Data", "Test_Data"),
    ("Training Set", "Test Set"),
    ("trainset", "testset"),
    ("trainA", "trainB", "testA", "testB"),
    ("stage1_train", "stage1_test"),
    ("fold1", "fold2"),
    ("images_001", "images_002"),
    ("HAM10000_images_part_1", "HAM10000_images_part_2"),
    ("labeled", "unlabeled"),
  ],
)
def test_names_of_parts(names):
  assert parts.parts_among(names) == list(names)


@pytest.mark.parametrize(
  "names",
  [
    ("mask", "no_mask"),
    ("label_0", "label_1"),
    ("image", "text"),
    ("stage_1", "stage_2"),
    ("0", "1"),
    ("test_positive", "test_negative"),
    ("left_part", "right_part"),
    ("normal", "invalid"),
  ],
)
def test_names_of_classes(names):
  assert parts.parts_among(names) == []


def test_numbers_of_parts():
  names = ("Training Set", "val2017", "testB", "dev", "fold1", "external")
  assert [*map(parts.number_of, names)] == [0, 1, 2, 1, None, None]
