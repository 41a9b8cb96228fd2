import pytest

from alx.data.masks import names as mask_names


@pytest.mark.parametrize(
  ("path", "role", "part", "rest"),
  [
    ("images", "image", None, ()),
    ("train/masks", "mask", 0, ()),
    ("labels/val", "mask", 1, ()),
    ("imagesTs", "image", 2, ()),
    ("testannot", "mask", 2, ()),
    ("training/1st_manual", "mask", 0, ()),
    ("test/2nd_manual", "mask", 2, ("2nd",)),
    ("COVID/images", "image", None, ("covid",)),
    ("y", "mask", None, ()),
    ("ray_y", "", None, ("ray", "y")),
    ("train/cat", "", 0, ("cat",)),
  ],
)
def test_folders(path, role, part, rest):
  found = mask_names.folder_of(tuple(path.split("/")))
  assert (found.role, found.part, found.rest) == (role, part, rest)
  assert found.plain == (rest == ())


@pytest.mark.parametrize(
  ("mask", "image"),
  [
    ("a", "a"),
    ("a_mask", "a"),
    ("ISIC_0000001_segmentation", "ISIC_0000001"),
    ("a-seg", "a"),
    ("a_label", "a"),
    ("a_GT", "a"),
    ("mask_a", "a"),
    ("mask_a", "img_a"),
    ("21_manual1", "21_training"),
    ("21_training_mask", "21_training"),
    ("c_001", "c_001_0000"),
  ],
)
def test_masks_know_their_image(mask, image):
  keys = {
    *mask_names.loose_mask_keys(mask),
    *mask_names.named_part_keys(mask),
  }
  assert keys & set(mask_names.image_keys(image))


def test_words_are_not_cut_out_of_others():
  assert mask_names.without_mask_word("a_mask") == "a"
  assert mask_names.without_mask_word("unmask") is None
  assert mask_names.without_mask_word("_mask") is None
  assert mask_names.mask_keys("damask") == ("damask",)
  assert mask_names.loose_mask_keys("a_l") == ("a_l", "a")
  assert mask_names.mask_keys("a_l") == ("a_l",)


def test_numbers_are_of_the_name_of_a_mask():
  assert mask_names.named_part_keys("a_test_mask") == ("a",)
  assert mask_names.named_part_keys("a_0011_mask") == ()
