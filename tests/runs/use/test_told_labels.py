"""What a run was told, as a folder of nnU-Net v2, read again."""

import dataclasses
import json
import shutil

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.dataset import DataError
from alx.data.volumes.description import with_ignore
from alx.label_maps import UNLABELLED
from alx.runs.disk import store
from alx.runs.use.told_labels import export_labels
from tests.runs.test_units_of_runs import TINY, run


def test_the_value_to_ignore_is_the_highest():
  label = np.array([[0, 1], [2, UNLABELLED]], np.uint8)
  assert with_ignore(label, 3).tolist() == [[0, 1], [2, 3]]


@pytest.fixture(scope="module")
def sliced(tmp_path_factory):
  """A run of one round, of three slices and three more."""
  folder = tmp_path_factory.mktemp("told")
  less = {"steps": 2, "pictures": 0, "start": 4, "query": 4}
  run(folder, dataclasses.replace(TINY, budget="slices:3", **less))
  return folder


@pytest.mark.slow
def test_slices_are_labelled_and_the_rest_is_ignored(sliced, tmp_path):
  out = tmp_path / "Dataset001"
  found = export_labels(sliced, out, round=0)
  rows = store.read_rows(sliced / "runs/entropy-seed0/picks.csv")
  first = [row["id"].split(":") for row in rows if row["round"] == "0"]
  assert (found.train, found.test) == (len({n[0] for n in first}), 2)
  about = json.loads((out / "dataset.json").read_text())
  ignore = about["labels"]["ignore"]
  assert ignore == max(about["labels"].values()) == len(about["labels"]) - 1
  for case in {name[0] for name in first}:
    label = np.asarray(nibabel.load(out / f"labelsTr/{case}.nii.gz").dataobj)
    known = {int(at) for name, _, at in first if name == case}
    told = [at for at in range(len(label)) if (label[at] != ignore).any()]
    assert set(told) == known
    assert not any((label[at] == ignore).any() for at in known)
  again = data.load(out)
  assert again.class_names == tuple(about["labels"])[:-1]
  assert any((label == UNLABELLED).any() for label in again.labels)
  with pytest.raises(DataError, match="new or empty folder"):
    export_labels(sliced, out)


@pytest.mark.slow
def test_another_split_is_not_that_of_the_run(sliced, tmp_path):
  run = shutil.copytree(sliced, tmp_path / "run")
  split = json.loads((run / "split.json").read_text())
  split["test"] = split["pool"][:2]
  store.write_json(run / "split.json", split)
  with pytest.raises(DataError, match="found other test items"):
    export_labels(run, tmp_path / "out")
  assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_fit_to_all_labels_was_told_all(tmp_path):
  small = {"steps": 2, "pictures": 0, "rounds": 0, "full": True}
  run(tmp_path / "run", dataclasses.replace(TINY, **small))
  found = export_labels(tmp_path / "run", tmp_path / "out", arm="full")
  split = json.loads((tmp_path / "run/split.json").read_text())
  assert (found.train, found.partly) == (len(split["pool"]), 0)
