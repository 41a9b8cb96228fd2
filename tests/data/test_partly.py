"""Folders and arrays whose label maps are partly labelled."""

import json

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from alx.data.dataset import DataError
from alx.data.merge import merge_classes
from alx.data.partly import is_partly_labelled, unlabelled_items
from alx.label_maps import UNLABELLED

IMAGE = np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)
WHOLE = np.array([[[0, 0], [1, 1]], [[2, 2], [0, 0]]], np.uint8)
LABELS = {"background": 0, "a": 1, "b": 2, "ignore": 3}


def half(value):
  """`WHOLE`, of which the second half is not labelled."""
  label = WHOLE.copy()
  label[1] = value
  return label


def folder(path, labels=None, **cases):
  for name, label in cases.items():
    for part, array in (("images", IMAGE), ("labels", label)):
      file = path / f"{part}Tr" / f"{name}.nii.gz"
      file.parent.mkdir(parents=True, exist_ok=True)
      nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), file)
  if labels:
    (path / "dataset.json").write_text(json.dumps({"labels": labels}))
  return path


def cached(path):
  return load_cached(path, path.parent / "cache")


@pytest.mark.parametrize("read", [data.load, cached])
def test_the_ignore_label_is_unlabelled(tmp_path, read):
  path = folder(tmp_path / "in", LABELS, x=WHOLE, y=half(3))
  found = read(path)
  assert found.class_names == ("background", "a", "b")
  np.testing.assert_array_equal(found.labels[0], WHOLE)
  np.testing.assert_array_equal(found.labels[1], half(UNLABELLED))
  assert is_partly_labelled(found)
  assert found.notes[-1] == (
    f"{path}: 1 of 2 label maps are partly labelled: voxels of value 3 are of "
    "no class, and left out of training and scores"
  )


@pytest.mark.parametrize("read", [data.load, cached])
def test_a_case_without_a_labelled_voxel_is_left_out(tmp_path, read):
  nothing = np.full_like(WHOLE, 3)
  found = read(folder(tmp_path / "in", LABELS, x=WHOLE, y=nothing))
  assert found.ids == ("x",)
  assert len(found.left_out) == 1
  assert "wanted a labelled voxel, found only 3" in found.left_out[0]
  assert not is_partly_labelled(found)


@pytest.mark.parametrize("read", [data.load, cached])
def test_without_a_description_255_beside_classes_is_unlabelled(tmp_path, read):
  nothing = np.full_like(WHOLE, 255)
  path = folder(tmp_path / "in", None, x=WHOLE, y=half(255), z=nothing)
  found = read(path)
  assert found.class_names == ("background", "class 1", "class 2")
  np.testing.assert_array_equal(found.labels[1], half(UNLABELLED))
  assert found.ids == ("x", "y") and "found only 255" in found.left_out[0]


def test_a_mask_of_0_and_255_has_two_classes(tmp_path):
  found = data.load(
    folder(tmp_path, None, x=np.uint8(255) * (WHOLE > 0), y=0 * WHOLE)
  )
  assert found.class_names == ("background", "class 255")
  assert not is_partly_labelled(found)


def test_masks_of_two_kinds_are_refused(tmp_path):
  black_and_white = (255 * (WHOLE > 0)).astype(np.uint8)
  path = folder(tmp_path, None, x=WHOLE, y=black_and_white)
  with pytest.raises(DataError, match=r'0 and 255 in some.*"ignore": 255'):
    data.load(path)


def test_255_that_the_description_does_not_name_is_refused(tmp_path):
  labels = {"background": 0, "a": 1, "b": 2}
  path = folder(tmp_path, labels, y=half(255))
  with pytest.raises(DataError, match=r'found \[255\] .*"ignore": 255'):
    data.load(path)


def test_a_class_may_be_called_what_has_the_value_255(tmp_path):
  labels = {"background": 0, "a": 1, "b": 2, "c": 255}
  found = data.load(folder(tmp_path, labels, y=half(255)))
  assert found.class_names[-1] == "c" and found.labels[0].max() == 3


@pytest.mark.parametrize("named", [True, False])
def test_arrays_may_be_partly_labelled(tmp_path, named):
  labels = np.stack([WHOLE[0], WHOLE[1], np.full((2, 2), 255)])
  labels[1, 0, 0] = 255
  names = {"class_names": ["none", "a", "b"]} if named else {}
  path = tmp_path / "maps.npz"
  np.savez(path, images=np.random.rand(3, 2, 2, 1), labels=labels, **names)
  found = data.load(path)
  assert found.class_names[0] == ("none" if named else "background")
  assert [y.tolist() for y in found.labels] == [
    [[0, 0], [1, 1]],
    [[UNLABELLED, 2], [0, 0]],
  ]
  assert "wanted a labelled voxel, found only 255" in found.left_out[0]
  assert "1 of 2 label maps are partly labelled" in found.notes[-1]


@pytest.mark.parametrize("read", [data.load, load_cached])
@pytest.mark.parametrize("labels", [LABELS, None])
def test_cases_without_a_label_may_be_kept_to_ask_for(tmp_path, read, labels):
  path, more = tmp_path / "in", []
  nothing = np.full_like(WHOLE, 3 if labels else 255)
  folder(
    path, labels, x=WHOLE, y=half(3 if labels else 255), z=nothing, u=WHOLE
  )
  (path / "labelsTr" / "u.nii.gz").unlink()
  if read is load_cached:
    more = [tmp_path / "cache"]
  found = read(path, *more, keep_unlabelled=True)
  assert found.ids == ("u", "x", "y", "z") and not found.left_out
  assert unlabelled_items(found).tolist() == [True, False, False, True]
  assert is_partly_labelled(found)
  found = read(path, *more)
  assert found.ids == ("x", "y") and len(found.left_out) == 2
  assert found.notes[0] == (
    f"{path}: 2 left out that nobody has labelled a voxel of: in a simulation "
    "nobody could answer for them (start_with=labelled keeps them in the pool)"
  )


def test_arrays_to_train_on_alone_may_have_no_label(tmp_path):
  labels = np.stack([WHOLE[0], np.full((2, 2), 255), np.full((2, 2), 255)])
  labels = np.concatenate([labels, half(255)])
  arrays = {"images": np.random.rand(5, 2, 2, 1), "labels": labels}
  path = tmp_path / "maps.npz"
  np.savez(path, **arrays, split=[0, 0, 2, 2, 0], class_names=list("nab"))
  found = data.load(path, keep_unlabelled=True)
  assert unlabelled_items(found).tolist() == [False, True, False, True]
  assert found.split.tolist() == [0, 0, 2, 0]


def test_nothing_labelled_at_all_is_refused(tmp_path):
  nothing = np.full_like(WHOLE, 3)
  path = folder(tmp_path, LABELS, x=nothing)
  with pytest.raises(DataError, match="wanted a labelled voxel"):
    data.load(path, keep_unlabelled=True)


def test_merged_classes_stay_unlabelled(tmp_path):
  found = data.load(folder(tmp_path, LABELS, x=WHOLE, y=half(3)))
  merged = merge_classes(found, ["b"])
  np.testing.assert_array_equal(merged.labels[0], WHOLE == 2)
  assert merged.labels[1].tolist() == [[[0, 0], [0, 0]], [[255, 255]] * 2]
