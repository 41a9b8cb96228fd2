"""Channels, patients and classes of the study's volumes."""

import json

import nibabel
import numpy as np
import pytest

from alx.data.dataset import Dataset
from experiments.kim import items
from tests.kim_runs import tiny, write_squares


def dataset(ids=("a1", "a2", "b1")):
  image = np.stack([np.full((2, 2), c, np.float32) for c in range(3)], -1)
  return Dataset(
    name="small",
    task="segmentation",
    ids=ids,
    images=(image,) * len(ids),
    labels=(np.eye(2, dtype=np.uint8),) * len(ids),
    class_names=("background", "core"),
    spacing_mm=(None,) * len(ids),
    groups=None,
    split=None,
    left_out=(),
  )


@pytest.mark.parametrize(
  ("wanted", "found"),
  [(("t2", "t1"), [2, 0]), (("1",), [1]), (("t2", "0"), [2, 0])],
)
def test_channels_are_taken_by_name_or_number(wanted, found):
  chosen = items.choose_channels(dataset(), wanted, ("t1", "t1ce", "t2"))
  assert chosen.images[0][0, 0].tolist() == found


@pytest.mark.parametrize(
  ("wanted", "names", "message"),
  [
    (("flair",), ("t1", "t2", "pd"), "channels of t1, t2, pd, found flair"),
    (("3",), (), "small: wanted different channels of 0 to 2, found 3"),
    (("t1", "0"), ("t1", "t2", "pd"), "different channels .* found t1, 0"),
  ],
)
def test_channels_that_there_are_not_are_refused(wanted, names, message):
  with pytest.raises(ValueError, match=message):
    items.choose_channels(dataset(), wanted, names)


@pytest.mark.parametrize("pattern", ["^.", "(a|b)[0-9]"])
def test_a_part_of_the_id_is_the_patient(pattern):
  assert items.name_patients(dataset(), pattern).groups == ("a", "a", "b")


@pytest.mark.parametrize(
  ("pattern", "message"),
  [
    ("a", "small: wanted ids that match a, found b1"),
    ("(", "patient: wanted a regular expression, found missing"),
  ],
)
def test_patterns_that_say_nothing_are_refused(pattern, message):
  with pytest.raises(ValueError, match=message):
    items.name_patients(dataset(), pattern)


def test_names_are_those_of_the_folder(tmp_path):
  assert items.names_of(str(tmp_path)) == items.names_of("phantom") == ()
  case = tmp_path / "brats" / "a"
  case.mkdir(parents=True)
  for channel in ("t1", "t2", "seg"):
    array = np.ones((2, 2, 2), np.uint8)
    path = case / f"a_{channel}.nii.gz"
    nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), path)
  assert items.names_of(str(tmp_path / "brats")) == ("t1", "t2")
  for name in ("imagesTr", "labelsTr"):
    (tmp_path / name).mkdir()
  about = {"modality": {"0": "FLAIR"}}
  (tmp_path / "dataset.json").write_text(json.dumps(about))
  assert items.names_of(str(tmp_path)) == ("FLAIR",)


def test_everything_is_done_to_what_is_loaded(tmp_path):
  data = write_squares(tmp_path)
  kim = tiny(data, channels=("0",), patient="item_0000.")
  found = items.load_items(kim)
  assert found.images[0].shape == (8, 8, 1)
  assert found.class_names == ("background", "foreground")
  assert found.groups[:2] == ("item_00000", "item_00001")


def test_a_classification_is_refused(tmp_path):
  path = tmp_path / "classes.npz"
  np.savez(path, images=np.zeros((4, 8, 8)), labels=np.arange(4) % 2)
  with pytest.raises(
    ValueError, match="a segmentation, found a classification"
  ):
    items.load_items(tiny(str(path), merge=False))
