"""What dataset.json, NIfTI and MONAI's arrays say in other ways than ours."""

import json
import re

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from tests.public_cases.volumes import IMAGE, write, write_case


@pytest.fixture
def folder(tmp_path):
  for name in ("a", "b", "c"):
    write_case(tmp_path / "in", name)
  return tmp_path / "in"


def _describe(folder, **content):
  (folder / "dataset.json").write_text(json.dumps(content))


def _both(folder, **settings):
  """The data set, and what the cache says of it."""
  found = data.load(folder, **settings)
  cached = load_cached(folder, folder.parent / "cache", **settings)
  assert found.notes == cached.notes and found.left_out == cached.left_out
  return found


def test_a_list_of_cases_that_names_some(folder):
  label = {"label": "./labelsTr/b.nii.gz", "image": "./imagesTr/b.nii.gz"}
  _describe(folder, training=[label])
  found = _both(folder)
  assert found.ids == ("a", "b", "c")
  assert found.notes == (
    f"{folder}/dataset.json: training names but 1 of 3 cases; the others are "
    "read too, the first a",
  )


@pytest.mark.parametrize("name", ["background", "Background", "bg"])
def test_a_foreground_that_is_called_background(folder, name):
  _describe(folder, labels={"liver": 0, name: 1})
  line = f"background as label 0 of a segmentation, found '{name}' as label 1"
  with pytest.raises(data.DataError, match=f"dataset.json: wanted the {line}"):
    data.load(folder)


def test_a_label_0_of_another_name(folder):
  _describe(folder, labels={"outside": 0, "liver": 1})
  assert data.load(folder).class_names == ("outside", "liver")


def _frames(tmp_path, count):
  image = np.arange(24 * count, dtype=np.float32).reshape(2, 3, 4, count)
  write_case(tmp_path / "in", "a", image, np.arange(24).reshape(2, 3, 4) % 2)
  return tmp_path / "in"


def test_frames_in_time(tmp_path):
  folder = _frames(tmp_path, 6)
  (note,) = _both(folder).notes
  assert note == (
    f"{folder}: a fourth axis of 6 is read as 6 channels of one image "
    "(channel_names of dataset.json can name them); frames in time have to be "
    "cases of their own"
  )
  _describe(folder, channel_names={str(i): f"b{i}" for i in range(6)})
  assert _both(folder).notes == ()


def test_four_channels_are_channels(tmp_path):
  assert _both(_frames(tmp_path, 4)).notes == ()


def test_many_files_are_channels(tmp_path):
  for i in range(5):
    write(tmp_path / f"in/imagesTr/a_{i:04d}.nii.gz", IMAGE + i)
  write(tmp_path / "in/labelsTr/a.nii.gz", IMAGE.astype(int) % 2)
  assert _both(tmp_path / "in").notes == ()


@pytest.mark.parametrize("load", [data.load, load_cached])
def test_a_voxel_size_from_nowhere(folder, tmp_path, load):
  line = "spacing_from: wanted one of pixdim, affine, found 'bogus'"
  cache = () if load is data.load else (tmp_path / "cache",)
  with pytest.raises(data.DataError, match=line):
    load(folder, *cache, spacing_from="bogus")


def test_colours(folder):
  kind = [(name, "u1") for name in "RGB"]
  image = nibabel.Nifti1Image(np.zeros((2, 3, 4), kind), np.eye(4))
  nibabel.save(image, folder / "imagesTr/a.nii.gz")
  (line,) = _both(folder).left_out
  assert line == (
    f"{folder}/imagesTr/a.nii.gz: wanted voxels that are real numbers, found "
    "colours R, G, B (give each as a file of its own, CASE_0000.nii.gz, "
    "CASE_0001.nii.gz ..., or all on a fourth axis)"
  )


def test_complex_voxels(folder):
  image = nibabel.Nifti1Image(IMAGE.astype(np.complex64), np.eye(4))
  nibabel.save(image, folder / "imagesTr/a.nii.gz")
  (line,) = data.load(folder).left_out
  assert line.endswith("found complex64 (numpy.abs gives the magnitude)")


def test_one_case_in_two_files(folder):
  write(folder / "imagesTr/a.nii", IMAGE)
  (line,) = _both(folder).left_out
  wanted = "a.nii: wanted one file for each image, found ['a.nii', 'a.nii.gz']"
  assert line.endswith(wanted)


@pytest.mark.parametrize(
  ("images", "labels"),
  [((4, 4, 9, 8, 7), (4, 1, 9, 8, 7)), ((4, 3, 9, 8), (4, 1, 9, 8))],
)
def test_channels_first_in_both(tmp_path, images, labels):
  path = tmp_path / "set.npz"
  maps = np.arange(np.prod(labels)).reshape(labels) % 2
  np.savez(path, images=np.ones(images), labels=maps)
  line = f"labels {labels}, channels first: give labels[:, 0] and np.moveaxis("
  with pytest.raises(data.DataError, match=re.escape(line)):
    data.load(path)
  np.savez(path, images=np.moveaxis(np.ones(images), 1, -1), labels=maps[:, 0])
  assert data.load(path).images[0].shape == (*images[2:], images[1])


def test_ids_that_look_alike(tmp_path):
  arrays = {"images": np.ones((2, 5, 5)), "labels": np.arange(2)}
  path = tmp_path / "set.npz"
  np.savez(path, ids=np.array(["\u00e9", "e\u0301"]), **arrays)
  line = r"how Unicode composes their letters, found '\xe9' and 'e\u0301'"
  with pytest.raises(data.DataError, match=re.escape(line)):
    data.load(path)
  np.savez(path, ids=np.array(["a", "A"]), **arrays)
  assert data.load(path).notes == (
    f"{path}: ids differ in case alone, such as a and A; files named for them "
    "are one file where case does not count",
  )


def test_letters_that_macos_decomposes(tmp_path):
  one, two = "caf\u00e9", "cafe\u0301"
  write(tmp_path / "in/imagesTr" / f"{two}.nii.gz", IMAGE)
  write(tmp_path / "in/labelsTr" / f"{one}.nii.gz", IMAGE.astype(int) % 2)
  label = {"label": f"./labelsTr/{two}.nii.gz"}
  _describe(tmp_path / "in", training=[label])
  found = _both(tmp_path / "in")
  assert (found.ids, found.left_out, found.notes) == ((one,), (), ())
  write(tmp_path / "in/imagesTr" / f"{one}.nii.gz", IMAGE)
  with pytest.raises(data.DataError, match="one file for each image"):
    data.load(tmp_path / "in")


def test_folders_of_brats_that_macos_decomposes(tmp_path):
  one, two = "caf\u00e9", "cafe\u0301"
  write(tmp_path / two / f"{one}_t1.nii.gz", IMAGE)
  write(tmp_path / two / f"{two}_seg.nii.gz", IMAGE.astype(int) % 2)
  assert data.load(tmp_path).ids == (one,)
