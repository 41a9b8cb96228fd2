"""A setting that does nothing is an error, with a cache and without."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from alx.runs.problem import reading
from alx.runs.settings.config import Config
from tests.public_cases.volumes import write_case


def _refused(told, **fields):
  with pytest.raises(ValueError, match=told) as error:
    reading.load_dataset(Config(**fields), None)
  assert "\n" not in str(error.value)


@pytest.fixture
def volumes(tmp_path):
  write_case(tmp_path / "in", "a")
  return str(tmp_path / "in")


@pytest.fixture
def archive(tmp_path):
  images = np.arange(4 * 6 * 6, dtype=np.uint8).reshape(4, 6, 6)
  path = tmp_path / "set.npz"
  np.savez(path, images=images, labels=np.arange(4) % 2, frame=np.arange(4))
  return str(path)


@pytest.fixture
def pictures(tmp_path):
  for name in "ab":
    (tmp_path / "p" / name).mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "p" / name / f"{name}.png")
  return str(tmp_path / "p")


def test_where_says_the_same_with_and_without_a_cache(volumes, tmp_path):
  told = "in: wanted an .npz file to use where on, found a folder of volumes"
  _refused(told, data=volumes, where="frame=1")
  _refused(told, data=volumes, where="frame=1", cache=str(tmp_path / "cache"))


def test_spacing_from_is_for_volumes(archive, pictures, volumes):
  told = "wanted a folder of NIfTI volumes to use spacing_from on"
  for path in (archive, pictures):
    _refused(told, data=path, spacing_from="affine")
  config = Config(data=volumes, spacing_from="affine")
  assert reading.load_dataset(config, None).ids == ("a",)


def test_a_cache_is_for_volumes(archive, pictures, tmp_path):
  for path in (archive, pictures):
    told = "wanted a folder with imagesTr and labelsTr"
    _refused(told, data=path, cache=str(tmp_path / "cache"))


def test_what_the_data_decide(archive, volumes):
  _refused("split_by_item=True does nothing", data=archive, split_by_item=True)
  write_case(pathlib.Path(volumes), "t", parts="Ts")
  told = "test_items=1 does nothing on data that come with a split"
  _refused(told, data=volumes, test_items=1)


def test_the_command_ends_with_one_line():
  command = [sys.executable, "-m", "experiments.run", "--set=members=7"]
  done = subprocess.run(command, capture_output=True, text=True, check=False)
  assert done.returncode == 2 and done.stdout == ""
  assert done.stderr == (
    "error: members=7 does nothing without an ensemble (deep, bootstrap, "
    "snapshots)\n"
  )


def test_what_changes_data_changes_the_phantom_too():
  config = Config(phantom_items=8, coarsen=2, spare_classes=1)
  found = reading.load_dataset(config, None)
  assert found.images[0].shape == (8, 12, 12, 1)
  assert found.class_names[-1] == "spare 1"
