"""What a round records: named on the page, and old runs go on without it."""

import types

import numpy as np
import pytest

from alx.report import words
from alx.runs.disk import records, store
from alx.training import evaluation

MAPS = np.zeros((2, 3, 4, 5), np.uint8)
MAPS[0, 1, 1:3, 1:4] = 1
MAPS[1, 2, 2, 2] = 1


def of_segmentation():
  counts = [[[(m == c).sum()] * 3 for c in (0, 1)] for m in MAPS]
  masks = evaluation.Masks(MAPS, np.array(counts))
  spacings = [(1.0, 1.0, 2.0)] * 2
  return evaluation.segmentation_metrics(
    masks, MAPS, ("background", "organ"), spacings, ["a", "b"]
  )


def of_classification():
  probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
  return evaluation.classification_metrics(probs, [0, 1, 0], ("sick", "well"))


@pytest.mark.parametrize(
  ("make", "first"), [(of_segmentation, "dice"), (of_classification, "auc")]
)
def test_every_column_has_words(make, first):
  found = make()
  assert next(iter(found)) == first
  for name, value in found.items():
    assert words.column(name, None) != name or name == "accuracy", name
    assert isinstance(value, int | float)


def test_distances_and_volumes_have_units():
  assert words.column("hd100", "mm") == "HD100, mm"
  assert words.column("nsd_1_voxel", "mm") == "surface Dice at 1 voxel"
  assert words.column("volume_error_ml", "mm") == "volume error, ml"
  assert words.column("sensitivity_sick", None) == "sensitivity sick"


def test_a_perfect_segmentation():
  found = of_segmentation()
  for name in ("dice", "jaccard", "nsd_1_voxel"):
    assert found[name] == 1.0
  for name in ("hd100", "hd100_penalised", "volume_error", "volume_error_ml"):
    assert found[name] == 0.0


@pytest.mark.parametrize(
  ("make", "old"),
  [
    (of_segmentation, ("dice", "hd95", "undefined_surface", "test_cases")),
    (of_classification, ("auc", "accuracy", "balanced_accuracy")),
  ],
)
def test_a_run_begun_before_goes_on_with_its_columns(tmp_path, make, old):
  head = {"round": 0, "labels": 4} | dict.fromkeys(old, 0.5)
  store.append_rows(tmp_path / "curve.csv", [head])
  row = {"round": 1, "labels": 8} | make()
  job = types.SimpleNamespace(folder=tmp_path)
  records.record_round(job, 1, {}, row, [])
  rows = store.read_rows(tmp_path / "curve.csv")
  assert list(rows[0]) == list(rows[1]) == ["round", "labels", *old]
  assert rows[1][old[0]] == str(row[old[0]])
