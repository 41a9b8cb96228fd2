import pytest

from alx.data.dataset import DataError
from alx.data.masks import folders as mask_folders
from tests.picture_cases import mask, pairs, picture


def test_a_pair_has_all_files_of_both_folders(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks", ("a", "b"))
  picture(tmp_path / "images" / "alone.jpg")
  (pair,), lines = mask_folders.find_pairs(tmp_path)
  assert pair.part is None and lines == ()
  assert [p.name for p in pair.images] == ["a.png", "alone.jpg", "b.png"]
  assert [p.name for p in pair.masks] == ["a.png", "b.png"]


def test_several_folders_of_images_may_share_one_of_masks(tmp_path):
  for i in range(2):
    picture(tmp_path / f"images_part_{i}" / f"{i}.png")
    mask(tmp_path / "segmentations" / f"{i}.png")
  (pair,), _ = mask_folders.find_pairs(tmp_path)
  assert [p.name for p in pair.images] == ["0.png", "1.png"]


def test_masks_of_objects_and_of_a_second_reader_come_last(tmp_path):
  pairs(tmp_path / "JPEGImages", tmp_path / "SegmentationClass")
  pairs(tmp_path / "JPEGImages", tmp_path / "SegmentationObject")
  (pair,), _ = mask_folders.find_pairs(tmp_path)
  assert pair.masks[0].parent.name == "SegmentationClass"


def test_masks_below_their_pictures(tmp_path):
  pairs(tmp_path, tmp_path / "masks")
  (pair,), _ = mask_folders.find_pairs(tmp_path)
  assert [p.name for p in pair.images] == ["a.png", "b.png", "c.png"]


def test_two_kinds_of_masks_are_one_too_many(tmp_path):
  for name in ("masks", "labels"):
    pairs(tmp_path / "images", tmp_path / name)
  with pytest.raises(DataError, match="found 2 pairs: images with labels"):
    mask_folders.find_pairs(tmp_path)


def test_a_part_without_masks_is_told(tmp_path):
  pairs(tmp_path / "train" / "images", tmp_path / "train" / "masks")
  picture(tmp_path / "test" / "images" / "z.png")
  (pair,), lines = mask_folders.find_pairs(tmp_path)
  assert pair.part == 0
  assert lines == (
    f"{tmp_path}/test/images: passed over, no masks like the others",
  )


def test_other_folders_are_no_pair(tmp_path):
  picture(tmp_path / "with_mask" / "a.png")
  picture(tmp_path / "plain" / "a.png")
  assert mask_folders.find_pairs(tmp_path) == ([], ())
