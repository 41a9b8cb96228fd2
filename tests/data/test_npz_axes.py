import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.npz_axes import find_axes, one_class


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
