import numpy as np
import pytest
from PIL import Image

from alx.data.dataset import DataError
from alx.data.pictures import no_classes
from tests.picture_cases import mask, picture


def files(folder):
  return sorted(folder.iterdir())


def folders(path, *names):
  return {name: files(path / name) for name in names}


@pytest.mark.parametrize(
  ("image", "other"),
  [("M_0", "M_0_mask"), ("0", "0_s"), ("us_7", "outline_7"), ("a", "x.a.gt")],
)
def test_masks_are_tied_by_their_names(tmp_path, image, other):
  picture(tmp_path / "ct" / f"{image}.png")
  mask(tmp_path / "lungs" / f"{other}.png", (0, 1, 2))
  with pytest.raises(DataError, match="lungs with names or numbers of ct"):
    no_classes.check_masks(tmp_path, folders(tmp_path, "ct", "lungs"))


def test_other_names_of_two_colours_are_told(tmp_path):
  picture(tmp_path / "photos" / "a.png")
  mask(tmp_path / "scribbles" / "b.png")
  (line,) = no_classes.check_masks(
    tmp_path, folders(tmp_path, "photos", "scribbles")
  )
  assert line.startswith(f"{tmp_path}/scribbles: read as a class, though")


def test_the_first_masks_may_be_empty(tmp_path):
  for i in range(12):
    picture(tmp_path / "ct" / f"{i:02d}.png", seed=i)
    mask(tmp_path / "lungs" / f"{i:02d}.png", (0, 255) if i == 5 else (0,))
  with pytest.raises(DataError, match="lungs with names"):
    no_classes.check_masks(tmp_path, folders(tmp_path, "ct", "lungs"))


def test_two_colours_in_all_classes(tmp_path):
  for name in ("circle", "square"):
    mask(tmp_path / name / "1.png")
  found = folders(tmp_path, "circle", "square")
  assert no_classes.check_masks(tmp_path, found) == []


def test_dark_pictures_are_ordinary(tmp_path):
  dark = np.arange(64, dtype=np.uint8).reshape(8, 8)
  for name in ("ct", "us"):
    (tmp_path / name).mkdir()
    Image.fromarray(dark).save(tmp_path / name / "1.png")
  assert no_classes.check_masks(tmp_path, folders(tmp_path, "ct", "us")) == []


def test_asides():
  names = ["a", "b", "a - Copy", "Thumbs", "_thumbs", "New folder (2)"]
  asides = [name for name in names if no_classes.is_aside(name, names)]
  assert asides == names[2:]
  assert not no_classes.is_aside("x - Copy", names)


def test_a_link_in_a_circle_is_empty(tmp_path):
  picture(tmp_path / "a" / "1.png")
  (tmp_path / "loop").symlink_to(".")
  no_classes.check_empty(tmp_path / "loop")
  with pytest.raises(DataError, match=r"such as a/1\.png"):
    no_classes.check_empty(tmp_path)
