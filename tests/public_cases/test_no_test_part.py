"""train and val without test: the usual folders of torchvision and ImageNet."""

import numpy as np
import pytest
from PIL import Image

from alx import data
from tests.public_cases.volumes import write_case


def _picture(path, value):
  path.parent.mkdir(parents=True, exist_ok=True)
  rng = np.random.default_rng(value)
  Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(path)


def _class_folders(path):
  for i, (part, kind) in enumerate((p, k) for p in _PARTS for k in "ab"):
    _picture(path / part / kind / f"{part}{kind}.png", i)


def _masks(path):
  for part in _PARTS:
    _picture(path / part / "images" / f"{part}.png", 1)
    mask = np.zeros((8, 8), np.uint8)
    mask[2:5] = 255
    (path / part / "masks").mkdir()
    Image.fromarray(mask).save(path / part / "masks" / f"{part}.png")


def _volumes(path):
  for part in ("Tr", "Val"):
    write_case(path, part, parts=part)


def _arrays(path):
  images = np.arange(4 * 25).reshape(4, 5, 5)
  split = np.array(["train", "val"] * 2)
  np.savez(path / "set.npz", images=images, labels=[0, 0, 1, 1], split=split)
  return path / "set.npz"


_PARTS = ("train", "val")


@pytest.mark.parametrize("make", [_class_folders, _masks, _volumes, _arrays])
def test_the_validation_part_is_tested_on(tmp_path, make):
  place = make(tmp_path) or tmp_path
  found = data.load(place)
  line = f"{place}: no test part, the validation part is tested on"
  assert found.notes == (line,)
  parts = data.split(found, seed=0)
  assert (parts.by, len(parts.unused)) == ("given", 0)
  assert all("al" in found.ids[i] or found.split[i] for i in parts.test)
  assert len(parts.test) == len(parts.pool) == len(found.ids) // 2


def test_one_part_alone_is_no_split(tmp_path):
  place = _arrays(tmp_path)
  parts = data.split(data.load(place, where="split=val"), seed=0)
  assert parts.by == "item"


def test_no_train_part(tmp_path):
  place = tmp_path / "set.npz"
  images = np.arange(4 * 25).reshape(4, 5, 5)
  split = np.array(["val", "test"] * 2)
  np.savez(place, images=images, labels=[0, 0, 1, 1], split=split)
  with pytest.raises(data.DataError, match=r"0 and 2 .*that has no train part"):
    data.split(data.load(place), seed=0)
