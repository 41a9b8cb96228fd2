"""What systems leave in folders is no class: pytorch/vision#4925."""

import pytest

from alx import data
from tests.picture_cases import classes, pairs, picture

_FOLDERS = ("__MACOSX", "@eaDir", ".ipynb_checkpoints", "$RECYCLE.BIN")
_FILES = ("._a.png", ".DS_Store", "Thumbs.db", "desktop.ini")


def litter(path):
  for folder in [p for p in path.rglob("*") if p.is_dir()] + [path]:
    for name in _FOLDERS:
      picture(folder / name / "a.png")
    for name in _FILES:
      (folder / name).write_bytes(b"\0")


def test_classes(tmp_path):
  classes(tmp_path)
  before = data.load(tmp_path)
  litter(tmp_path)
  after = data.load(tmp_path)
  assert after.ids == before.ids and after.class_names == ("a", "b")
  assert after.left_out == after.notes == ()


def test_pictures_with_masks(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks")
  litter(tmp_path)
  found = data.load(tmp_path)
  assert found.ids == ("a", "b", "c") and found.left_out == found.notes == ()


def test_a_table(tmp_path):
  classes(tmp_path)
  lines = ["image_name,patient_id,target"]
  lines += [f"{name}-{i},P{i},{i}" for name in "ab" for i in range(2)]
  (tmp_path / "train.csv").write_text("\n".join(lines))
  litter(tmp_path)
  (tmp_path / "._train.csv").write_bytes(b"\xff\xfe\0")
  picture(tmp_path / "__MACOSX" / "a-0.png")
  found = data.load(tmp_path)
  assert len(found.ids) == 4 and found.left_out == found.notes == ()


def test_an_empty_folder_is_no_class(tmp_path):
  """udacity/deep-learning-v2-pytorch#217."""
  classes(tmp_path)
  (tmp_path / "c").mkdir()
  found = data.load(tmp_path)
  assert found.class_names == ("a", "b")
  assert found.notes == (f"{tmp_path}/c: no picture in it, so it is no class",)


def test_a_class_that_one_part_has_no_picture_of(tmp_path):
  classes(tmp_path / "train", ("a", "b"))
  classes(tmp_path / "test", ("a",))
  with pytest.raises(data.DataError, match=r"wanted the classes \['a'\]"):
    data.load(tmp_path)
  (tmp_path / "test" / "b").mkdir()
  found = data.load(tmp_path)
  assert found.class_names == ("a", "b")
  assert found.notes == (f"{tmp_path}/test/b: no picture in it",)


@pytest.mark.parametrize("name", ["valid", "validation"])
def test_parts_have_many_names(tmp_path, name):
  for i, part in enumerate(("Training", name, "Testing")):
    for label in "ab":
      picture(tmp_path / part / label / f"{label}{i}.png")
  found = data.load(tmp_path)
  split = dict(zip(found.ids, found.split.tolist(), strict=True))
  assert split == {"a0": 0, "b0": 0, "a1": 1, "b1": 1, "a2": 2, "b2": 2}
