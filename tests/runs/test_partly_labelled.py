"""The main job on an nnU-Net folder whose label maps are partly labelled."""

import json

import nibabel
import numpy as np
import pytest
from rich.console import Console

from alx.data.cache.cache import load_cached
from alx.data.partly import is_partly_labelled
from alx.label_maps import UNLABELLED
from alx.runs import compare
from alx.runs.disk import store
from alx.runs.problem.learning import training_of
from alx.runs.settings.config import Config
from alx.runs.streamed.pool import outline

SETTINGS = {
  "acquisition": ("entropy",),
  "seeds": 1,
  "start": 2,
  "query": 2,
  "rounds": 1,
  "steps": 4,
  "widths": (4,),
  "patch": (8, 8, 8),
  "test_items": 2,
  "pictures": 1,
  "full": False,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  """Eight cubes in noise, of each of which every third slice is labelled."""
  path, rng = tmp_path_factory.mktemp("partly"), np.random.default_rng(0)
  for number in range(8):
    label = np.zeros((12, 10, 9), np.uint8)
    label[3:9, 3:7, 2:7] = 1
    image = label + rng.normal(0, 0.2, label.shape)
    if number:
      label[np.arange(12) % 3 != number % 3] = 2
    for part, array in (("images", image), ("labels", label)):
      ending = "_0000" if part == "images" else ""
      file = path / f"{part}Tr" / f"case{number}{ending}.nii.gz"
      file.parent.mkdir(exist_ok=True)
      array = array.astype(np.float32 if part == "images" else np.uint8)
      nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), file)
  content = {
    "channel_names": {"0": "CT"},
    "labels": {"background": 0, "cube": 1, "ignore": 2},
    "numTraining": 8,
    "file_ending": ".nii.gz",
  }
  (path / "dataset.json").write_text(json.dumps(content))
  return path


@pytest.mark.slow
def test_a_partly_labelled_folder_trains_and_says_what_is_scored(
  folder, tmp_path
):
  console = Console(record=True, width=200)
  config = Config(data=str(folder), **SETTINGS)
  ready = compare.prepare(config, tmp_path / "w", console, baselines=False)
  assert (np.asarray(ready.problem.labels) == UNLABELLED).any()
  compare.run(ready, console)
  text = " ".join(console.export_text().split())
  assert "7 of 8 label maps are partly labelled: voxels of value 2" in text
  assert (
    "of 2 volumes partly labelled: scored where labelled, without surface "
    "distances" in text
  )
  rows = store.read_rows(ready.workdir / "runs/entropy-seed0/curve.csv")
  assert [row["labels"] for row in rows] == ["2", "4"]
  assert all(0 <= float(row["dice"]) <= 1 for row in rows)
  assert all(int(row["partly_labelled"]) >= 1 for row in rows)


def test_a_streamed_folder_is_trained_alike(folder, tmp_path):
  found = outline(load_cached(folder, tmp_path / "cache"))
  assert is_partly_labelled(found)
  assert training_of(Config(data=str(folder), **SETTINGS), found).partly
