import numpy as np
import pytest
from PIL import Image

from alx import data
from alx.data import pictures


def test_gray_becomes_three_channels(tmp_path):
  Image.new("L", (4, 2), 7).save(tmp_path / "a.png")
  found = pictures.read_picture(tmp_path / "a.png")
  assert found.shape == (2, 4, 3) and found.dtype == np.uint8
  assert (found == 7).all()


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.bmp"])
def test_every_kind_is_brought_to_size(tmp_path, name):
  """Left half black, right half white, 64 x 32: the halves stay."""
  values = np.zeros((32, 64, 3), np.uint8)
  values[:, 32:] = 255
  Image.fromarray(values).save(tmp_path / name)
  assert pictures.is_picture(tmp_path / name)
  found = pictures.read_picture(tmp_path / name, size=8).astype(int)
  assert found.shape == (8, 8, 3)
  assert (found[:, :3] < 10).all() and (found[:, 5:] > 245).all()


def test_what_is_transparent_lies_on_black(tmp_path):
  values = np.full((1, 2, 4), 200, np.uint8)
  values[0, :, 3] = 255, 0  # the second is a colour that nobody sees
  Image.fromarray(values).save(tmp_path / "a.png")
  found = pictures.read_picture(tmp_path / "a.png")
  assert found.tolist() == [[[200] * 3, [0] * 3]]
  palette = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
  palette.putpalette([90, 90, 90, 80, 80, 80])
  palette.save(tmp_path / "b.png", transparency=1)
  found = pictures.read_picture(tmp_path / "b.png")
  assert found.tolist() == [[[90] * 3, [0] * 3]]


@pytest.mark.parametrize(
  ("name", "kind", "mode"),
  [
    ("a.png", np.uint16, "I;16"),
    ("a.tif", np.uint16, "I;16"),
    ("a.tif", np.int32, "I"),
    ("a.tif", np.float32, "F"),
  ],
)
def test_more_than_8_bits_are_not_guessed_at(tmp_path, name, kind, mode):
  Image.fromarray(np.ones((2, 2), kind)).save(tmp_path / name)
  wanted = f"{name}: wanted a picture of 8 bits per channel, found mode {mode}"
  with pytest.raises(data.DataError, match=f"{wanted}$"):
    pictures.read_picture(tmp_path / name)


def test_a_damaged_picture_is_left_out_or_stops(tmp_path):
  good, bad = tmp_path / "good.png", tmp_path / "bad.png"
  Image.new("RGB", (2, 2)).save(good)
  bad.write_bytes(good.read_bytes()[:40])
  lenient, strict = pictures.Reading(), pictures.Reading(strict=True)
  found, left_out = pictures.read_pictures({3: bad, 5: good}, lenient)
  assert list(found) == [5]
  assert len(left_out) == 1 and "bad.png: wanted a picture" in left_out[0]
  with pytest.raises(data.DataError, match=r"bad\.png"):
    pictures.read_pictures({3: bad, 5: good}, strict)
  with pytest.raises(data.DataError, match=r"bad\.png"):
    pictures.read_pictures({3: bad}, lenient)
