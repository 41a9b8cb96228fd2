"""Two classes of one name: numbers told by class would overwrite each other."""

import json

import numpy as np
import pytest

from alx import data
from tests.public_cases.volumes import write_case


@pytest.mark.parametrize(
  "labels",
  [
    '{"0": "background", "1": "lesion", "2": "lesion"}',
    '{"0": "background", "1": "lesion", "2": " lesion "}',
    '{"background": 0, "lesion": 1, "lesion": 2}',
  ],
)
def test_in_dataset_json(tmp_path, labels):
  """IBM/unitxt#737: scores keyed by a name that is not unique."""
  write_case(tmp_path, "a", label=np.arange(24).reshape(2, 3, 4) % 3)
  (tmp_path / "dataset.json").write_text(f'{{"labels": {labels}}}')
  with pytest.raises(data.DataError, match=r"dataset\.json: wanted .*lesion"):
    data.load(tmp_path)


def test_in_class_names_of_an_npz(tmp_path):
  maps = np.arange(2 * 5 * 6).reshape(2, 5, 6) % 3
  path = tmp_path / "set.npz"
  names = np.array(["background", "lesion", "lesion"])
  np.savez(path, images=maps, labels=maps, class_names=names)
  with pytest.raises(data.DataError, match="'lesion' for 1 and 2"):
    data.load(path)


def test_regions_of_nnunet_are_refused(tmp_path):
  """They overlap: a voxel has several classes."""
  write_case(tmp_path, "a")
  labels = {"background": 0, "whole tumour": [1, 2], "core": [2]}
  content = json.dumps({"labels": labels, "regions_class_order": [1, 2]})
  (tmp_path / "dataset.json").write_text(content)
  with pytest.raises(data.DataError, match="regions are not supported"):
    data.load(tmp_path)
