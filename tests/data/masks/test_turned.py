import numpy as np
import pytest
from PIL import Image, ImageOps

from alx.data.dataset import DataError
from alx.data.masks.files import Mask
from alx.data.masks.turned import as_its_picture, as_turned, turned

RAW = np.arange(6, dtype=np.uint8).reshape(2, 3)


def upright(values, tag):
  """As Pillow turns it."""
  image = Image.fromarray(values)
  image.getexif()[0x0112] = tag
  return np.array(ImageOps.exif_transpose(image))


def mask(values, orientation=1):
  return Mask(values, frozenset(), False, orientation)


@pytest.mark.parametrize("tag", range(1, 9))
def test_turns(tag):
  np.testing.assert_array_equal(turned(RAW, tag), upright(RAW, tag))


@pytest.mark.parametrize("tag", range(5, 9))
def test_the_shape_tells(tag):
  for values in (RAW, turned(RAW, tag)):  # drawn before, or after
    found = as_turned(mask(values), tag, (3, 2), "m")
    np.testing.assert_array_equal(found.values, turned(RAW, tag))
  tagged = mask(turned(RAW, tag), tag)  # of a picture without a tag
  np.testing.assert_array_equal(as_turned(tagged, 1, (2, 3), "m").values, RAW)


@pytest.mark.parametrize(("tag", "shape"), [(3, (2, 3)), (6, (2, 2))])
def test_the_shape_does_not_tell(tag, shape):
  values = RAW[:, : shape[1]]
  with pytest.raises(DataError, match=f"found tag {tag} of the picture alone"):
    as_turned(mask(values), tag, shape, "m")
  with pytest.raises(DataError, match=f"found tag {tag} of the mask alone"):
    as_turned(mask(values, tag), 1, shape, "m")
  empty = mask(0 * values)
  assert as_turned(empty, tag, shape, "m") is empty


def test_both_have_a_tag():
  both = mask(RAW, 6)
  assert as_turned(both, 6, (2, 3), "m") is both


@pytest.mark.parametrize("tag", range(1, 9))
def test_the_tag_is_that_of_the_file_of_the_picture(tmp_path, tag):
  image, exif = Image.fromarray(RAW), Image.Exif()
  exif[0x0112] = tag
  image.save(tmp_path / "x.png", exif=exif)
  both = mask(turned(RAW, tag), tag)
  assert as_its_picture(both, tmp_path / "x.png", "m") is both
  if tag > 4:
    found = as_its_picture(mask(RAW), tmp_path / "x.png", "m")
    np.testing.assert_array_equal(found.values, turned(RAW, tag))
  elif tag > 1:
    with pytest.raises(DataError, match="m: wanted a picture and a mask"):
      as_its_picture(mask(RAW), tmp_path / "x.png", "m")
