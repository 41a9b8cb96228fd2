import numpy as np
import pytest

from alx.data.arrays.npz_axes import find_axes, note_of_axes, one_class
from alx.data.dataset import DataError


def _shapes(images, labels):
  classes = np.arange(np.prod(labels)).reshape(labels) % 2
  found = find_axes("f", np.ones(images), classes)
  return found.images.shape, found.labels.shape, found.is_flat


@pytest.mark.parametrize(
  ("images", "labels", "wanted"),
  [
    ((3, 6, 7), (3,), ((3, 6, 7, 1), (3,), False)),
    ((3, 6, 7, 3), (3, 1), ((3, 6, 7, 3), (3,), False)),
    ((3, 6, 7, 8), (3, 6, 7, 8), ((3, 6, 7, 8, 1), (3, 6, 7, 8), False)),
    ((3, 6, 7, 3), (3, 6, 7), ((3, 6, 7, 3), (3, 6, 7), False)),
    ((3, 1, 1, 6, 7), (3,), ((3, 6, 7, 1), (3,), True)),
    ((3, 1, 6, 7), (3, 6, 7, 1), ((3, 6, 7, 1), (3, 6, 7), True)),
    ((1, 6, 7), (1,), ((1, 6, 7, 1), (1,), False)),
  ],
)
def test_axes(images, labels, wanted):
  assert _shapes(images, labels) == wanted


@pytest.mark.parametrize(
  ("images", "labels"),
  [((3, 6), (3,)), ((3, 6, 7), (4,)), ((3, 6, 7), (3, 7, 6)), ((3, 6, 7), ())],
)
def test_what_does_not_fit(images, labels):
  with pytest.raises(DataError, match="f: wanted"):
    _shapes(images, labels)


def test_one_class_for_each():
  assert "one-hot: give labels.argmax(1)" in str(one_class("f", "x", np.eye(3)))
  several = str(one_class("f", "x", np.ones((3, 14))))
  assert several == (
    "f: wanted labels [N] or [N, 1] for x, found labels (3, 14): several "
    "labels of an item are not supported"
  )


def _notes(images, labels):
  images = np.ones(images)
  return note_of_axes("f", images.shape, find_axes("f", images, labels))


@pytest.mark.parametrize("shape", [(4, 16, 14, 8), (4, 5, 16, 14)])
def test_many_channels_may_be_meant(shape):
  (line,) = _notes(shape, np.arange(4) % 2)
  size = "x".join(map(str, shape[1:]))
  assert line == (
    f"f: images {shape} are read as volumes of {size} with one channel "
    "(images[..., None] says so for certain); 2-D images of more than 4 "
    "channels need label maps [N, H, W]"
  )
  assert _notes((*shape, 1), np.arange(4) % 2) == []


def test_several_maps_may_be_meant():
  maps = np.arange(4 * 16 * 16 * 5).reshape(4, 16, 16, 5)
  assert len(_notes(maps.shape, maps % 2)) == 1
  assert _notes(maps.shape, maps % 3) == []
  assert _notes(maps.shape, maps[..., 0] % 2) == []


@pytest.mark.parametrize("shape", [(4, 9, 9, 9), (4, 7, 5, 9), (4, 16, 14, 3)])
def test_no_other_reading(shape):
  assert _notes(shape, np.arange(4) % 2) == []
