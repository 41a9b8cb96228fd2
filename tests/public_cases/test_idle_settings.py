"""A setting that says nothing about the data is an error."""

import numpy as np
import pytest

from alx import data
from alx.runs.problem import reading
from alx.runs.settings.config import Config
from tests.picture_cases import classes, pairs


def npz(path):
  arrays = {"images": np.ones((2, 4, 4)), "labels": np.array([0, 1])}
  np.savez(path / "a.npz", **arrays)
  return path / "a.npz"


def volumes(path):
  for name in ("imagesTr", "labelsTr"):
    (path / name).mkdir(exist_ok=True)
  return path


def brats(path):
  (path / "case").mkdir()
  (path / "case" / "case_t1ce.nii.gz").write_bytes(b"")
  return path


def folders(path):
  classes(path)
  return path


def with_masks(path):
  pairs(path / "images", path / "masks")
  return path


@pytest.mark.parametrize(
  ("make", "settings", "found"),
  [
    (npz, ("image_size", "columns"), "an .npz file"),
    (volumes, ("image_size", "columns", "where"), "a folder of volumes"),
    (brats, ("image_size", "columns", "where"), "a folder of volumes"),
    (folders, ("where",), "a folder of pictures"),
    (with_masks, ("where",), "a folder of pictures with masks"),
  ],
)
def test_it_is_not_passed_over(tmp_path, make, settings, found):
  path = make(tmp_path)
  values = {"image_size": 8, "columns": "a,,b", "where": "frame=1"}
  for name in settings:
    wanted = rf"to use {name} on, found {found}$"
    with pytest.raises(data.DataError, match=wanted):
      data.load(path, **{name: values[name]})


@pytest.mark.parametrize(
  "setting",
  [
    {"where": "frame=1"},
    {"image_size": 8},
    {"columns": "a,,b"},
    {"group_pattern": "(.*)"},
    {"cache": "there"},
  ],
)
def test_the_phantom_takes_none(setting):
  (name,) = setting
  with pytest.raises(ValueError, match=f"^{name}=.* does nothing on the phan"):
    reading.load_dataset(Config(**setting), None)


@pytest.mark.parametrize(
  "setting", [{"where": "frame=1"}, {"image_size": 8}, {"columns": "a,,b"}]
)
def test_a_cache_takes_none_either_and_says_the_same(tmp_path, setting):
  told = []
  for cache in ("", str(tmp_path / "c")):
    config = Config(data=str(volumes(tmp_path)), cache=cache, **setting)
    with pytest.raises(data.DataError) as error:
      reading.load_dataset(config, None)
    told.append(str(error.value))
  assert told[0] == told[1] and "found a folder of volumes" in told[0]


def test_patients_of_a_pattern_that_are_not_to_be_kept_together():
  with pytest.raises(ValueError, match="group_pattern says nothing with"):
    Config(group_pattern="(.*)", split_by_item=True)
