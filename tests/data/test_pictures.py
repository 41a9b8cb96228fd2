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


def test_a_damaged_picture_is_left_out_or_stops(tmp_path):
  good, bad = tmp_path / "good.png", tmp_path / "bad.png"
  Image.new("RGB", (2, 2)).save(good)
  bad.write_bytes(good.read_bytes()[:40])
  found, left_out = pictures.read_pictures({3: bad, 5: good})
  assert list(found) == [5]
  assert len(left_out) == 1 and "bad.png: wanted a picture" in left_out[0]
  with pytest.raises(data.DataError, match=r"bad\.png"):
    pictures.read_pictures({3: bad, 5: good}, strict=True)
  with pytest.raises(data.DataError, match=r"bad\.png"):
    pictures.read_pictures({3: bad})
