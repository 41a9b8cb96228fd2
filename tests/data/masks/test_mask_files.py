import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alx.data.dataset import DataError
from alx.data.masks import files as mask_files
from tests.picture_cases import bands, mask


def read(path, values=(0, 255), mode="", **how):
  mask(path, values, mode, **how)
  return mask_files.read_mask(path).values[:, 0].tolist()


@pytest.mark.parametrize(
  ("name", "values", "mode"),
  [
    ("a.png", (0, 255), ""),
    ("a.png", (0, 1, 2, 3), ""),
    ("a.png", (0, 128, 255), ""),
    ("a.png", (0, 500, 600, 30000), ""),
    ("a.png", (0, 255), "1"),
    ("a.png", (0, 1), "RGB"),
    ("a.png", (0, 255), "RGBA"),
    ("a.png", (0, 255), "LA"),
    ("a.tif", (0, 7), ""),
    ("a.bmp", (0, 255), "1"),
    ("a.gif", (0, 255), ""),
  ],
)
def test_values_are_those_of_the_file(tmp_path, name, values, mode):
  found = read(tmp_path / name, values, mode)
  assert found == bands(values)[:, 0].tolist()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_numbers_of_a_tiff_whose_0_is_white_stay(tmp_path, kind):
  stored = bands((0, 1, 2)).astype(kind)
  given = 255 - stored if kind == np.uint8 else stored  # Pillow turns 8 bits
  Image.fromarray(given).save(tmp_path / "a.tif", tiffinfo={262: 0})
  found = mask_files.read_mask(tmp_path / "a.tif").values
  np.testing.assert_array_equal(found, stored)


def test_white_is_the_foreground_of_one_bit(tmp_path):
  """As fax compression stores it, whose 0 is white."""
  found = read(tmp_path / "a.tif", mode="1", compression="group4")
  assert found == bands()[:, 0].tolist()


def test_indices_of_a_palette_are_the_values(tmp_path):
  image = Image.fromarray(bands((0, 1, 2, 3))).convert("P")
  image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0])
  image.save(tmp_path / "a.png")
  found = mask_files.read_mask(tmp_path / "a.png").values
  np.testing.assert_array_equal(found, bands((0, 1, 2, 3)))


def test_a_palette_of_black_and_white_is_gray(tmp_path):
  """White may be the first colour."""
  image = Image.fromarray(bands((1, 0))).convert("P")
  image.putpalette([255, 255, 255, 0, 0, 0])
  image.save(tmp_path / "a.png")
  found = mask_files.read_mask(tmp_path / "a.png").values
  np.testing.assert_array_equal(found, bands((0, 255)))


def test_a_lossy_mask_is_cleaned_or_refused(tmp_path):
  values = np.kron([[0, 255], [255, 0]], np.ones((8, 8))).astype(np.uint8)
  values[2:4, 2:4] = 9
  Image.fromarray(values).save(tmp_path / "a.jpg", quality=95)
  found = mask_files.read_mask(tmp_path / "a.jpg")
  np.testing.assert_array_equal(found.values, np.where(values > 9, 255, 0))
  assert found.cleaned
  values[:4, :4] = 100
  for levels in (values, bands((0, 1)), bands((0, 5))):
    Image.fromarray(levels).save(tmp_path / "b.jpg")
    with pytest.raises(DataError, match=r"kept without loss, .* found JPEG"):
      mask_files.read_mask(tmp_path / "b.jpg")


def test_a_border_that_is_no_class(tmp_path):
  """Beside classes in order it is seen in gray, in a palette beside any."""
  for name, values in (("a.png", (0, 1, 255)), ("b.png", (0, 1, 2, 255))):
    mask(tmp_path / name, values)
    assert mask_files.read_mask(tmp_path / name).has_void
  mask(tmp_path / "c.png", (0, 255))
  assert not mask_files.read_mask(tmp_path / "c.png").has_void
  with pytest.raises(DataError, match="found 255 beside 1, 15 "):
    read(tmp_path / "d.png", (0, 1, 15, 255))
  image = Image.fromarray(bands((0, 1, 15, 255)))
  image.putpalette(list(range(256)) * 3)
  image.save(tmp_path / "e.png")
  assert mask_files.read_mask(tmp_path / "e.png").has_void


def test_specks_beside_white_are_no_class(tmp_path):
  values = bands((0, 255))
  values[3, ::2] = 1
  Image.fromarray(values).save(tmp_path / "a.png")
  with pytest.raises(DataError, match="found 255 beside 1 "):
    mask_files.read_mask(tmp_path / "a.png")
  found = mask_files.read_mask(tmp_path / "a.png", is_told=True)
  np.testing.assert_array_equal(found.values, values)


def test_smoothed_borders_are_refused(tmp_path):
  image = Image.fromarray(bands((0, 200), (40, 40))).rotate(10)
  image = image.resize((64, 64), Image.Resampling.BICUBIC)
  image.save(tmp_path / "a.png")
  with pytest.raises(DataError, match="on edges alone"):
    mask_files.read_mask(tmp_path / "a.png")
  Image.fromarray(bands((0, 0, 255, 255))).resize(
    (16, 16), Image.Resampling.BILINEAR
  ).save(tmp_path / "b.png")
  found = mask_files.read_mask(tmp_path / "b.png")
  with pytest.raises(DataError, match="such as 64, 191, on edges alone"):
    mask_files.check_values([found], "b")


def test_what_is_no_mask(tmp_path):
  half = Image.new("LA", (2, 2), (1, 128))
  half.save(tmp_path / "a.png")
  with pytest.raises(DataError, match="found transparency"):
    mask_files.read_mask(tmp_path / "a.png")
  Image.new("CMYK", (2, 2)).save(tmp_path / "a.tif")
  with pytest.raises(DataError, match="found colours such as CMYK"):
    mask_files.read_mask(tmp_path / "a.tif")
  Image.new("F", (2, 2), 0.5).save(tmp_path / "b.tif")
  with pytest.raises(DataError, match=r"whole numbers 0\.\.65535, found 0\.5"):
    mask_files.read_mask(tmp_path / "b.tif")


def test_values_of_all_masks(tmp_path):
  def of(*values):
    mask(tmp_path / "a.png", values)
    return mask_files.read_mask(tmp_path / "a.png")

  assert mask_files.check_values([of(0, 255), of(0)], "few") == ((0, 255), None)
  assert mask_files.check_values([of(2), of(1)], "few") == ((0, 1, 2), None)
  assert mask_files.check_values([of(0, 1, 255), of(0, 255)], "few") == (
    *((0, 1), 255),
  )
  with pytest.raises(DataError, match="few: wanted masks with a foreground"):
    mask_files.check_values([of(0)], "few")
  with pytest.raises(DataError, match=r"few: .* found 255 beside 1"):
    mask_files.check_values([of(0, 255), of(0, 1)], "few")


@settings(max_examples=30, deadline=None)
@given(
  st.integers(1, 9),
  st.integers(1, 9),
  st.integers(1, 6),
  st.sampled_from([".png", ".PNG", ".tif", ".bmp"]),
  st.sampled_from(["L", "P", "RGB", "I;16"]),
  st.integers(0, 2**32 - 1),
)
def test_classes_come_back_whatever_holds_them(
  tmp_path_factory, height, width, count, suffix, mode, seed
):
  rng = np.random.default_rng(seed)
  values = rng.integers(0, count, (height, width)).astype(np.uint8)
  image = Image.fromarray(values)
  if mode == "P":
    image.putpalette(rng.integers(1, 255, 768).tolist())
  elif mode == "I;16" and suffix != ".bmp":
    image = Image.fromarray(values.astype(np.uint16))
  elif mode == "RGB":
    image = image.convert("RGB")
  path = tmp_path_factory.mktemp("masks") / f"a{suffix}"
  image.save(path)
  np.testing.assert_array_equal(mask_files.read_mask(path).values, values)


@settings(max_examples=40, deadline=None)
@given(
  st.sampled_from(["PNG", "GIF", "TIFF", "BMP", "JPEG"]),
  st.integers(0, 10**6),
  st.integers(0, 255),
)
def test_damage_is_one_line_or_a_mask(tmp_path_factory, kind, place, byte):
  file = io.BytesIO()
  Image.fromarray(bands((0, 255))).save(file, kind)
  content = bytearray(file.getvalue())
  place %= len(content)
  content[place] = byte
  path = tmp_path_factory.mktemp("damaged") / "a.png"
  path.write_bytes(content[: max(place, 20)] if byte % 2 else content)
  try:
    found = mask_files.read_mask(path).values
  except DataError as error:
    assert str(error).startswith(f"{path}: wanted") and "\n" not in str(error)
  else:
    assert found.ndim == 2 and found.dtype in (np.uint8, np.uint16)
