"""Volumes of nnU-Net v2 as stacks of pictures in TIFF files."""

import json

import numpy as np
import pytest
from PIL import Image

from alx import data
from alx.data.dataset import DataError
from alx.data.pictures import stacks
from alx.data.volumes import nifti

SHAPE = (4, 6, 5)  # z, y, x: pictures of 6 rows and 5 columns


def write(path, array, **how):
  path.parent.mkdir(parents=True, exist_ok=True)
  first, *others = [Image.fromarray(picture) for picture in array]
  first.save(path, save_all=True, append_images=others, **how)


def volume(dtype):
  return np.arange(np.prod(SHAPE)).reshape(SHAPE).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_pictures_are_the_last_axis(tmp_path, dtype):
  write(tmp_path / "a.tif", volume(dtype))
  found = stacks.read(tmp_path / "a.tif")
  np.testing.assert_array_equal(found.array, volume(dtype).T)
  assert found.spacing_mm is None and found.turn is None
  assert stacks.is_stack(tmp_path / "a.tif")


@pytest.mark.parametrize(
  ("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)]
)
def test_images_whose_0_is_white_are_turned_and_labels_are_not(
  tmp_path, dtype, top
):
  """Pillow stores 8 bits so that they look as before, not so 16."""
  path, looks = tmp_path / "a.tif", volume(dtype)
  given = looks if top == 255 else top - looks
  write(path, given, tiffinfo={262: 0})
  np.testing.assert_array_equal(stacks.read(path).array, looks.T)
  np.testing.assert_array_equal(nifti.read(path).array, looks.T)
  np.testing.assert_array_equal(nifti.read_label(path).array, top - looks.T)


def test_sizes_are_those_of_the_json_beside(tmp_path):
  write(tmp_path / "case_0000.tif", volume(np.uint8))
  (tmp_path / "case.json").write_text('{"spacing": [3, 0.5, 0.25]}')
  assert stacks.read(tmp_path / "case_0000.tif").spacing_mm == (0.25, 0.5, 3.0)
  (tmp_path / "case.json").write_text('{"spacing": [3, 0]}')
  with pytest.raises(DataError, match="three sizes above 0"):
    stacks.read(tmp_path / "case_0000.tif")
  (tmp_path / "case.json").write_text("[]")
  with pytest.raises(DataError, match="in mm, found"):
    stacks.read(tmp_path / "case_0000.tif")


def test_a_file_that_is_cut_short_is_no_volume_of_zeros(tmp_path):
  path = tmp_path / "a.tif"
  write(path, volume(np.uint8))
  whole = path.read_bytes()
  for share in (0.3, 0.6, 0.9):
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match="wanted a stack of gray pictures"):
      stacks.read(path)


def test_pictures_of_several_sizes_or_colours_are_refused(tmp_path):
  path = tmp_path / "a.tif"
  first = Image.fromarray(np.zeros((4, 4), np.uint8))
  other = Image.fromarray(np.zeros((4, 5), np.uint8))
  first.save(path, save_all=True, append_images=[other])
  with pytest.raises(DataError, match="one size"):
    stacks.read(path)
  colours = Image.fromarray(np.zeros((4, 4, 3), np.uint8))
  colours.save(path, save_all=True, append_images=[colours])
  with pytest.raises(DataError, match="colours, mode RGB"):
    stacks.read(path)


def folder_of(place, stacked=True):
  rng = np.random.default_rng(0)
  for number in range(4):
    label = np.zeros(SHAPE, np.uint8)
    label[1:3, 2:4, 1:3] = 1
    image = (label * 100 + rng.integers(0, 20, SHAPE)).astype(np.uint8)
    if not stacked:
      image, label = image[1:2], label[1:2]
    write(place / f"imagesTr/case{number}_0000.tif", image)
    write(place / f"labelsTr/case{number}.tif", label)
    if stacked:
      for half in ("imagesTr", "labelsTr"):
        about = place / half / f"case{number}.json"
        about.write_text('{"spacing": [2, 1, 1]}')
  content = {
    "channel_names": {"0": "em"},
    "labels": {"background": 0, "cell": 1},
    "numTraining": 4,
    "file_ending": ".tif",
  }
  (place / "dataset.json").write_text(json.dumps(content))


def test_a_folder_of_stacks_is_one_of_volumes(tmp_path):
  folder_of(tmp_path)
  found = data.load(tmp_path)
  assert found.ids == tuple(f"case{number}" for number in range(4))
  assert found.images[0].shape == (*SHAPE[::-1], 1)
  assert found.class_names == ("background", "cell")
  assert found.spacing_mm[0] == (1.0, 1.0, 2.0)
  assert np.argwhere(found.labels[0]).min(0).tolist() == [1, 2, 1]
  assert not found.left_out
  assert not any("passed over" in note for note in found.notes)


def test_a_folder_of_single_pictures_is_still_one_of_pictures(tmp_path):
  folder_of(tmp_path, stacked=False)
  found = data.load(tmp_path)
  assert found.labels[0].shape == SHAPE[1:]
