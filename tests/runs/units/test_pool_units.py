"""What is told of the units of a pool."""

import numpy as np
import pytest

from alx import data
from alx.label_maps import UNLABELLED
from alx.runs.settings.config import Config
from alx.runs.units import pool as units

LABELS = np.array([[0, 0, 1, 1], [0, 0, 2, 1]], np.uint8)


def made(unit, labels=LABELS, image=None, extent=None, **more):
  shape = (*labels.shape, 1)
  image = np.zeros(shape, np.float32) if image is None else image
  dataset = data.Dataset(
    name="small",
    task="segmentation",
    ids=("case",),
    images=(image,),
    labels=(labels,),
    class_names=("background", "liver", "tumour"),
    spacing_mm=(None,),
    groups=None,
    split=None,
    left_out=(),
  )
  config = Config(data="d", unit=unit, **more)
  return units.make(config, dataset, [0], extent or labels.shape)


def test_an_answer_is_counted_by_hand():
  pool = made("boxes:2")
  assert pool.told(0)[::2] == (0, 4) and pool.told(0).commonest == 4
  assert pool.told(1)[::2] == (4, 4) and pool.told(1).commonest == 3
  partly = np.where(LABELS == 2, np.uint8(UNLABELLED), LABELS)
  assert made("boxes:2", partly).told(1)[2:] == (3, 3)


@pytest.mark.parametrize(
  "unit", ["slices:0", "slices:1", "slices:all", "boxes:2"]
)
def test_the_labels_within_a_unit_are_those_under_its_mask(unit):
  labels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
  pool = made(unit, labels, extent=(4, 4, 4))
  for number in range(pool.set.count):
    wanted = labels[pool.mask(number)].tolist()
    assert pool.within(number, labels).reshape(-1).tolist() == wanted


def test_what_all_labels_come_to_is_counted_by_hand():
  found = made("boxes:2").whole_pool()
  assert found == {
    "items": 1,
    "slices": 1,
    "voxels": 8,
    "foreground_voxels": 4,
  }
  partly = np.where(LABELS == 2, np.uint8(UNLABELLED), LABELS)
  assert made("boxes:2", partly).whole_pool()["foreground_voxels"] is None
  volume = np.zeros((2, 3, 4), np.uint8)
  volume[0, 0] = 1
  for unit, slices in (("slices:1", 3), ("slices:all", 9), ("boxes:2", 4)):
    found = made(unit, volume).whole_pool()
    assert (found["slices"], found["voxels"]) == (slices, 24)
    assert found["foreground_voxels"] == 4


def test_a_dominant_answer_is_a_click_and_traces_nothing():
  pool = made("boxes:2", answer="dominant")
  seconds = Config(data="d", unit="boxes:2", seconds=(30, 3, 0.5))
  assert [pool.told(u).traced_mm for u in (0, 1)] == [0, 0]
  assert pool.costs("seconds", seconds).tolist() == [3, 3]
  assert pool.costs("boundary_mm", seconds).tolist() == [0, 0]
  traced = made("boxes:2").told(1).traced_mm
  assert traced > 0
  found = made("boxes:2").costs("seconds", seconds)
  assert found.tolist() == [3, 3 + 0.5 * traced]


@pytest.mark.parametrize(
  ("match", "more"),
  [
    ("traces nothing; wanted", {"budget": "boundary_mm:9"}),
    ("above 0", {"budget": "seconds:9", "seconds": (0, 0, 1)}),
  ],
)
def test_a_click_is_not_paid_by_what_is_traced(match, more):
  with pytest.raises(ValueError, match=match):
    Config(data="d", unit="boxes:2", answer="dominant", **more)


def test_an_answer_is_counted_once(monkeypatch):
  pool = made("boxes:2")
  first = pool.told(1)
  monkeypatch.setattr(units, "traced_mm", None)  # would fail if it were called
  assert pool.told(1) is first
  with pytest.raises(TypeError):
    made("boxes:2").told(1)  # what another pool knows is its own


def test_stored_regions_are_cut_to_their_item():
  image = np.zeros((8, 6, 1), np.float32)
  image[:, 3:] = 1
  labels = np.zeros((8, 6), np.uint8)
  pool = made("superpixels:4", labels, image, (9, 8))
  masks = np.stack([pool.mask(unit) for unit in range(pool.set.count)])
  assert masks.shape[1:] == (8, 6)
  assert (masks.sum(0) == 1).all()  # every voxel in one region
  assert masks.sum((1, 2)).tolist() == pool.voxels.tolist()
