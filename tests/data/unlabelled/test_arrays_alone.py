import numpy as np
import pytest

from alx.data import DataError
from alx.data.unlabelled import arrays
from alx.data.unlabelled.case import Wanted

GRAY = Wanted(axes=2, channels=1, is_bytes=False)
COLOUR = GRAY._replace(channels=3)


def found(path, wanted=GRAY, where="", **given):
  np.savez(path / "d.npz", **given)
  return arrays.find(path / "d.npz", wanted, where)


def shapes(cases):
  return [cases.read(case).image.shape for case in cases.cases]


@pytest.mark.parametrize(
  ("shape", "wanted", "image"),
  [
    ((2, 5, 6), GRAY, (5, 6, 1)),
    ((2, 5, 6, 1), GRAY, (5, 6, 1)),
    ((2, 5, 6, 3), COLOUR, (5, 6, 3)),
    ((2, 5, 6, 1), COLOUR, None),
    ((2, 3, 5, 6), COLOUR, "channels come last"),
    ((2, 4, 5, 6), GRAY, None),
    ((2, 4, 5, 6), GRAY._replace(axes=3), (4, 5, 6, 1)),
    ((2, 1, 5, 6), GRAY, (5, 6, 1)),
  ],
)
def test_the_run_tells_what_the_axes_are(tmp_path, shape, wanted, image):
  given = {"images": np.random.default_rng(0).standard_normal(shape)}
  if isinstance(image, tuple):
    assert shapes(found(tmp_path, wanted, **given)) == [image] * 2
  else:
    with pytest.raises(DataError, match=image or "wanted images"):
      found(tmp_path, wanted, **given)


def test_ids_are_those_of_a_run(tmp_path):
  images = np.zeros((2, 5, 6))
  names = [c.id for c in found(tmp_path, images=images).cases]
  assert names == ["item_00000", "item_00001"]
  names = [c.id for c in found(tmp_path, images=images, ids=["b", "a"]).cases]
  assert names == ["a", "b"]
  parts = found(tmp_path, train_images=images, val_images=images)
  assert [c.id for c in parts.cases][::2] == ["train_00000", "val_00000"]
  only = found(tmp_path, test_images=images)
  assert [c.id for c in only.cases] == ["test_00000", "test_00001"]


def test_where_keeps_items(tmp_path):
  images, frame = np.zeros((3, 5, 6)), [1, 2, 1]
  cases = found(tmp_path, where="frame=1", images=images, frame=frame)
  assert [c.row for c in cases.cases] == [0, 2]
  with pytest.raises(DataError, match="found 'frame=1'"):
    found(tmp_path, where="frame=1", images=images)


def test_bytes_for_a_model_of_pictures(tmp_path):
  wanted = COLOUR._replace(is_bytes=True)
  images = np.arange(2 * 5 * 6 * 3).reshape(2, 5, 6, 3)
  cases = found(tmp_path, wanted, images=images.astype(np.uint8))
  loaded = cases.read(cases.cases[0])
  np.testing.assert_array_equal(loaded.image, images[0])
  cases = found(tmp_path, wanted, images=images / 255)
  with pytest.raises(DataError, match=r"values of 8 bits, .* found float64"):
    cases.read(cases.cases[0])


def test_arrays_of_pictures_that_were_resized(tmp_path):
  wanted = COLOUR._replace(image_size=5)
  cases = found(tmp_path, wanted, images=np.zeros((1, 5, 6, 3)))
  with pytest.raises(DataError, match="images of 5 x 5, which the run's"):
    cases.read(cases.cases[0])


def test_what_is_no_image(tmp_path):
  with pytest.raises(DataError, match="wanted an array images"):
    found(tmp_path, labels=[0, 1])
  with pytest.raises(DataError, match="wanted images of real numbers"):
    found(tmp_path, images=["a", "b"])
