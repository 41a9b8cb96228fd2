"""Names that have but a part in common."""

import pathlib

import pytest

from alx import data
from alx.data.dataset import DataError
from alx.data.masks.longest import match_longest, why_not
from tests.picture_cases import mask, picture


def paths(*stems):
  return [pathlib.Path(f"{stem}.png") for stem in stems]


def matched(images, masks):
  pairs = match_longest(paths(*images), paths(*masks))
  return {image.stem: mask.stem for image, mask in pairs}


@pytest.mark.parametrize(
  ("images", "masks"),
  [
    (("case01_T1", "case02_T1"), ("case01_expertA", "case02_expertA")),
    (("us_001", "us_002"), ("lesion-1", "lesion-2")),
    (("p1_img", "p10_img", "p2_img"), ("p1_liver", "p10_liver", "p2_liver")),
    (("7 b 3", "7 b 4"), ("roi 7.b.3", "roi 7.b.4")),
  ],
)
def test_each_picture_has_the_mask_of_its_number(images, masks):
  assert matched(images, masks) == dict(zip(images, masks, strict=True))


@pytest.mark.parametrize(
  ("images", "masks", "told"),
  [
    (("a1",), ("x1", "y1"), "found as much of x1.png and y1.png"),
    (("a1", "b1"), ("x1",), "x1.png: .* one picture, found a1.png and b1.png"),
    (("a1",), ("x2",), "found nothing of any"),
    (("a1", "a2"), ("x1", "x2", "x3"), "x3.png: .* one picture, found none"),
  ],
)
def test_what_is_unclear_is_refused(images, masks, told):
  with pytest.raises(DataError, match=told):
    matched(images, masks)
  assert why_not(paths(*images), paths(*masks))


def test_folders_of_such_names(tmp_path):
  for i in (1, 2, 10):
    picture(tmp_path / "images" / f"scan{i}_T1.png", seed=i)
    mask(tmp_path / "masks" / f"scan{i}_expert.png")
  found = data.load(tmp_path)
  assert found.ids == ("scan10_T1", "scan1_T1", "scan2_T1")
  assert "scan10_T1.png with scan10_expert.png" in found.notes[0]
  mask(tmp_path / "masks" / "scan2_novice.png")
  with pytest.raises(DataError, match=r"as much of scan2_expert\.png and"):
    data.load(tmp_path)
