import pathlib
import unicodedata

import pytest

from alx.data.masks.pairs import folding, match


def names(*stems):
  return [pathlib.Path(f"{stem}.png") for stem in stems]


def pairs(images, masks):
  found, errors = match(names(*images), names(*masks))
  return [(i.stem, m.stem) for i, m in found], [*map(str, errors)]


@pytest.mark.parametrize(
  ("images", "masks"),
  [
    (("a_0001", "a_0002"), ("a_0001_mask", "a_0002_mask")),
    (("21_training", "22_training"), ("21_manual1", "22_manual1")),
    (("img_1", "img_2"), ("mask_1", "mask_2")),
    (("x_leftImg8bit",), ("x_gtFine_labelIds",)),
    (("c_1_0000",), ("c_1",)),
  ],
)
def test_words_beside_the_name(images, masks):
  found, errors = pairs(images, masks)
  assert found == list(zip(images, masks, strict=True)) and not errors


@pytest.mark.parametrize(
  ("image", "mask"),
  [
    ("scan_0010", "scan_0011"),
    ("scan_0010", "scan_0011_mask"),
    ("b_train", "b_test_mask"),
    ("p0_2019", "p0_2021"),
    ("p1", "p1_l"),
  ],
)
def test_other_names_are_no_pair(image, mask):
  found, errors = pairs(("a", image), ("a", mask))
  assert found == [("a", "a")]
  assert errors == [
    f"{image}.png: wanted one mask of its name, found none",
    f"{mask}.png: wanted one picture of its name, found none",
  ]


def test_one_image_more_than_masks():
  images = [f"s_{i:04d}" for i in range(9)]
  found, (line,) = pairs((*images, "s_0010"), [f"{i}_mask" for i in images])
  assert len(found) == 9 and line.startswith("s_0010.png: wanted one mask")


def test_lines_name_three_files():
  masks = [f"a{end}" for end in ("_mask", "_seg", "_gt", "_label", "_annot")]
  _, (line, *_) = pairs(("a",), masks)
  assert line.endswith(" and a_gt.png and 2 more")


def test_case_and_forms_of_unicode():
  forms = [unicodedata.normalize(form, "é1") for form in ("NFC", "NFD")]
  assert pairs(forms[:1], forms[1:])[0] == [tuple(forms)]
  assert pairs(("P0",), ("p0",))[0] == [("P0", "p0")]
  assert pairs(("P0", "p0"), ("p0",))[0] == [("p0", "p0")]


def test_case_tells_where_two_names_differ_in_nothing_else():
  assert folding(names("A", "a"))("A") == "A"
  assert folding(names("A", "b"))("A") == "a"
