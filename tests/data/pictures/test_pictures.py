import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alx import data
from alx.data.pictures import pictures


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
  with pytest.raises(data.DataError, match=rf"{wanted} \(which value"):
    pictures.read_picture(tmp_path / name)


def test_white_may_be_0_in_a_tiff(tmp_path):
  """Pillow stores gray of 8 bits so that it looks as before."""
  gray = np.array([[0, 1], [2, 255]], np.uint8)
  Image.fromarray(gray).save(tmp_path / "8.tif", tiffinfo={262: 0})
  deep = 65535 - gray.astype(np.uint16)
  Image.fromarray(deep).save(tmp_path / "16.tif", tiffinfo={262: 0})
  for name in ("8.tif", "16.tif"):
    found = pictures.read_sized(tmp_path / name, deep=True).pixels[..., 0]
    np.testing.assert_array_equal(found, gray)
  image = Image.fromarray(gray.astype(np.float32))
  image.save(tmp_path / "32.tif", tiffinfo={262: 0})
  with pytest.raises(data.DataError, match=r"32\.tif: .* 0 is white"):
    pictures.read_sized(tmp_path / "32.tif", deep=True)


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


def test_colours_of_16_bits_are_not_cut_to_8(tmp_path):
  def chunk(kind, content):
    checked = kind + content
    length, check = len(content), zlib.crc32(checked)
    return struct.pack(">I", length) + checked + struct.pack(">I", check)

  row = b"\0" + struct.pack(">3H", 0, 1000, 4095)
  header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
  parts = [(b"IHDR", header), (b"IDAT", zlib.compress(row)), (b"IEND", b"")]
  content = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
  (tmp_path / "a.png").write_bytes(content)
  with pytest.raises(data.DataError, match="per channel, found 16 bits, mode"):
    pictures.read_picture(tmp_path / "a.png")


@pytest.mark.parametrize(
  ("mode", "colour", "shown"),
  [
    ("1", 1, [255] * 3),
    ("LA", (200, 0), [0] * 3),
    ("RGBA", (9, 8, 7, 255), [9, 8, 7]),
    ("CMYK", (0, 0, 0, 0), [255] * 3),
    ("YCbCr", (255, 128, 128), [255] * 3),
  ],
)
def test_other_modes(tmp_path, mode, colour, shown):
  name = "a.tif" if mode in ("CMYK", "YCbCr") else "a.png"
  Image.new(mode, (1, 1), colour).save(tmp_path / name)
  assert pictures.read_picture(tmp_path / name)[0, 0].tolist() == shown


def test_files_that_are_passed_over_are_counted(tmp_path):
  for name in ("a.gif", "b.GIF", "c.nii.gz", "LICENSE", "d.png", ".hidden"):
    (tmp_path / name).write_text("")
  (tmp_path / "deep").mkdir()
  (tmp_path / "deep" / "e.png").write_text("")
  (line,) = pictures.passed_over(tmp_path, [tmp_path / "d.png"])
  counts = "2 .gif, 1 without ending, 1 .nii.gz, 1 .png, such as deep/e.png"
  assert line == f"{tmp_path}: passed over {counts}"
  deep = tmp_path / "deep"
  assert pictures.passed_over(deep, [deep / "e.png"]) == ()


@settings(max_examples=40, deadline=None)
@given(
  st.integers(1, 20),
  st.integers(1, 20),
  st.sampled_from([".png", ".PNG", ".tif", ".TIFF", ".bmp"]),
  st.sampled_from(["L", "RGB", "RGBA"]),
  st.integers(0, 2**32 - 1),
)
def test_bytes_come_back(tmp_path_factory, height, width, suffix, mode, seed):
  rng = np.random.default_rng(seed)
  values = rng.integers(0, 256, (height, width, 4)).astype(np.uint8)
  values[..., 3] = 255
  if mode == "L":
    values = values[..., 0]
  elif mode == "RGB" or suffix == ".bmp":
    values = values[..., :3]
  path = tmp_path_factory.mktemp("pictures") / f"a{suffix}"
  Image.fromarray(values).save(path)
  shown = values if mode == "L" else values[..., :3].transpose(2, 0, 1)
  found = pictures.read_picture(path)
  shown = np.broadcast_to(shown, (3, height, width))
  np.testing.assert_array_equal(found.transpose(2, 0, 1), shown)


@settings(max_examples=40, deadline=None)
@given(
  st.sampled_from(["PNG", "TIFF", "BMP", "JPEG"]),
  st.integers(0, 10**6),
  st.integers(0, 255),
)
def test_damage_is_one_line_or_a_picture(tmp_path_factory, kind, place, byte):
  file = io.BytesIO()
  Image.new("RGB", (9, 7), (1, 2, 3)).save(file, kind)
  content = bytearray(file.getvalue())
  place %= len(content)
  content[place] = byte
  path = tmp_path_factory.mktemp("damaged") / "a.png"
  path.write_bytes(content[: max(place, 20)] if byte % 2 else content)
  try:
    found = pictures.read_picture(path)
  except data.DataError as error:
    assert str(error).startswith(f"{path}: wanted") and "\n" not in str(error)
  else:
    assert found.ndim == 3 and found.dtype == np.uint8
