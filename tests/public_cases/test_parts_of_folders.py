"""imagesTs and labelsTs are the test part: MIC-DKFZ/nnUNet#1864."""

import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from tests.public_cases.volumes import IMAGE, write, write_case


@pytest.fixture
def folder(tmp_path):
  for name in ("c", "d"):
    write_case(tmp_path / "in", name)
  write_case(tmp_path / "in", "a", parts="Ts")
  return tmp_path / "in"


def _both(folder, cache):
  plain = data.load(folder)
  cached = load_cached(folder, cache)
  assert plain[6:] != () and plain.ids == cached.ids
  assert plain.notes == cached.notes and plain.left_out == cached.left_out
  np.testing.assert_array_equal(plain.split, cached.split)
  return plain


def test_labels_of_the_test_part(folder, tmp_path):
  found = _both(folder, tmp_path / "cache")
  assert found.ids == ("c", "d", "a") and found.notes == ()
  assert found.split.tolist() == [0, 0, 2]
  parts = data.split(found, seed=0)
  assert (parts.by, parts.test.tolist()) == ("given", [2])


def test_channels_in_files_of_their_own(folder, tmp_path):
  write(folder / "imagesTs/b_0000.nii.gz", IMAGE)
  write(folder / "labelsTs/b.nii.gz", IMAGE.astype(int) % 2)
  (folder / "imagesTs/a.nii.gz").rename(folder / "imagesTs/a_0000.nii.gz")
  found = _both(folder, tmp_path / "cache")
  assert found.ids == ("c", "d", "a", "b") and found.left_out == ()


def test_images_without_labels_are_told(folder, tmp_path):
  (folder / "labelsTs/a.nii.gz").unlink()
  (folder / "labelsTs").rmdir()
  found = _both(folder, tmp_path / "cache")
  assert found.ids == ("c", "d") and found.split is None
  assert found.notes == (
    f"{folder}/imagesTs: 1 images are passed over, there are no labels in "
    "labelsTs",
  )


def test_one_image_without_its_label_is_left_out(folder, tmp_path):
  write(folder / "imagesTs/b.nii.gz", IMAGE)
  (line,) = _both(folder, tmp_path / "cache").left_out
  assert "imagesTs/b.nii.gz: wanted a label labelsTs/b.nii.gz" in line


def test_a_name_in_both_parts(folder, tmp_path):
  write_case(folder, "c", parts="Ts")
  for load in (data.load, lambda x: load_cached(x, tmp_path / "cache")):
    with pytest.raises(data.DataError, match=r"names in imagesTs than .* c in"):
      load(folder)


def test_a_test_part_of_which_nothing_can_be_used(folder, tmp_path):
  (folder / "labelsTs/a.nii.gz").write_bytes(b"")
  found = _both(folder, tmp_path / "cache")
  assert found.split is None and len(found.left_out) == 1
  assert (
    "not one case of imagesTs can be used, test items are" in found.notes[0]
  )


def test_a_part_to_validate_on(folder, tmp_path):
  write_case(folder, "v", parts="Va")
  found = _both(folder, tmp_path / "cache")
  assert found.ids == ("c", "d", "v", "a")
  assert found.split.tolist() == [0, 0, 1, 2]


def test_a_part_to_validate_on_and_none_to_test_on(tmp_path):
  write_case(tmp_path / "in", "c")
  write_case(tmp_path / "in", "v", parts="Va")
  found = _both(tmp_path / "in", tmp_path / "cache")
  assert found.split.tolist() == [0, 2]
  assert "the validation part is tested on" in found.notes[0]


def test_other_folders_of_images_are_told(folder):
  (folder / "imagesXy").mkdir()
  assert "imagesXy: passed over" in data.load(folder).notes[0]
