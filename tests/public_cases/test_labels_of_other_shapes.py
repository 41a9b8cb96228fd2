"""Colours, one-hot maps, several labels and channels that come first.

cvat-ai/cvat#2390, qubvel/segmentation_models#383: a map of colours is no map of
class numbers.
"""

import numpy as np
import pytest

from alx import data

_N, _H, _W = 3, 6, 7
_RNG = np.random.default_rng(0)
_MAPS = _RNG.integers(0, 3, (_N, _H, _W))
_ONE_HOT = np.eye(3, dtype=np.uint8)[_MAPS]  # [N, H, W, 3]
_COLOURS = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8)[_MAPS]
_PROBS = _ONE_HOT * 0.8 + 0.2 / 3
_FIVE = np.eye(5)[_MAPS]
_GRAY = _RNG.integers(0, 255, (_N, _H, _W), np.uint8)
_RGB = _RNG.integers(0, 255, (_N, _H, _W, 3), np.uint8)
_FIRST = np.moveaxis(_RGB, -1, 1)


def _load(folder, images, labels, **more):
  np.savez(folder / "set.npz", images=images, labels=labels, **more)
  return data.load(folder / "set.npz")


_REFUSED = {
  "colours": (
    _RGB,
    _COLOURS,
    r"class numbers \(3, 6, 7\).*the place of colours",
  ),
  "one-hot": (
    _RGB,
    _ONE_HOT,
    r"one-hot by the look of it.*labels.argmax\(-1\)",
  ),
  "probabilities": (_RGB, _PROBS, r"one-hot by .*labels.argmax\(-1\)"),
  "gray, one-hot": (_GRAY, _ONE_HOT, r"labels \(3, 6, 7, 3\).*argmax\(-1\)"),
  "gray, colours": (_GRAY, _COLOURS, "class numbers in the place of colours"),
  "gray, five": (_GRAY, _FIVE, r"labels.argmax\(-1\) of one-hot"),
  "RGB, five": (_RGB, _FIVE, r"labels.argmax\(-1\) of one-hot"),
  "five, five": (_FIVE, _FIVE, r"one-hot by .*argmax\(-1\).*of volumes give"),
  "first, first": (_FIRST, np.moveaxis(_ONE_HOT, -1, 1), r"argmax\(1\)"),
  "first colours": (_FIRST, np.moveaxis(_COLOURS, -1, 1), "colours or one-hot"),
  "first, five": (_FIRST, np.moveaxis(_FIVE, -1, 1), r"labels.argmax\(1\)"),
  "gray, first": (_GRAY, np.moveaxis(_ONE_HOT, -1, 1), r"labels.argmax\(1\)"),
  "channels first": (_FIRST, _MAPS, r"np.moveaxis\(images, 1, -1\)"),
  "classified": (
    _FIRST,
    np.arange(3),
    r"first give np.moveaxis\(images, 1, -1",
  ),
  "classes": (_GRAY, np.eye(3), r"one-hot: give labels.argmax\(1\)"),
  "features": (_RGB[..., None], np.eye(3), "one-hot: give labels.argmax"),
  "several": (
    _GRAY,
    np.ones((3, 14), int),
    "several labels of an item are not",
  ),
  "4-D": (np.ones((3, 2, 6, 7, 8)), np.arange(3), "2 or 3 axes in space"),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_what_is_refused_says_what_to_give(tmp_path, case):
  images, labels, told = _REFUSED[case]
  with pytest.raises(data.DataError, match=told) as error:
    _load(tmp_path, images, labels)
  assert "\n" not in str(error.value)


def test_several_labels_in_medmnist(tmp_path):
  """ChestMNIST has 14."""
  parts = {}
  for part in ("train", "val", "test"):
    parts[f"{part}_images"] = _GRAY
    parts[f"{part}_labels"] = np.ones((3, 14), np.uint8)
  np.savez(tmp_path / "chest.npz", **parts)
  with pytest.raises(data.DataError, match="several labels of an item are not"):
    data.load(tmp_path / "chest.npz")


def test_features_with_one_hot_labels(tmp_path):
  np.savez(tmp_path / "f.npz", features=np.ones((3, 4)), labels=np.eye(3))
  with pytest.raises(data.DataError, match=r"features \(3, 4\), .*argmax\(1\)"):
    data.load(tmp_path / "f.npz")


@pytest.mark.parametrize(
  ("images", "labels", "shape"),
  [
    (_RGB, _MAPS, (6, 7, 3)),
    (_RGB, _MAPS[..., None], (6, 7, 3)),
    (_RGB[..., None], _RGB % 3, (6, 7, 3, 1)),  # said to be volumes
    (np.ones((3, 6, 7, 8)), np.arange(3 * 336).reshape(3, 6, 7, 8) % 3, None),
    (
      np.ones((3, 2, 2, 2)),
      np.arange(24).reshape(3, 2, 2, 2) % 3,
      (2, 2, 2, 1),
    ),
    (_FIRST[..., None], np.arange(3), (3, 6, 7, 1)),
    (np.ones((3, 6, 7, 8)), np.arange(3), (6, 7, 8, 1)),
    (np.ones((3, 8, 8, 8, 1)), np.arange(3)[:, None], (8, 8, 8, 1)),
  ],
)
def test_what_can_be_told_is_read(tmp_path, images, labels, shape):
  found = _load(tmp_path, images, labels)
  assert found.images[0].shape == (shape or (6, 7, 8, 1)) and not found.notes


def test_a_line_of_pixels_in_each_column_is_a_map(tmp_path):
  """The border of a layer: it sums to 1 along an axis, and is not one-hot."""
  border = np.eye(7, dtype=np.uint8)[[[0, 1, 2, 3, 4, 5]] * 3]
  found = _load(tmp_path, _GRAY, border)
  assert found.task == "segmentation" and found.labels[0].shape == (6, 7)
