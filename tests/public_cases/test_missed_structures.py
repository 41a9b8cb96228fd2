"""A model that misses an organ: its distances must not look better for it."""

import types

import numpy as np
import pytest
from rich.console import Console

from alx import data
from alx.report import arms as numbers
from alx.report import read, tables
from alx.runs.disk import distances, records, store
from alx.runs.settings.config import Config
from alx.training import evaluation
from alx.training.evaluation import Masks
from tests import oracles

NAMES = ("background", "organ", "other")
BLOCK = np.zeros((6, 8), np.uint8)
BLOCK[2:4, 2:5] = 1
NOTHING = np.zeros_like(BLOCK)
SHIFTED = np.roll(BLOCK, 1, 0)
DIAGONAL = 10.0  # of 6 x 8 voxels


def measured(pairs, cases, names=NAMES[:2], spacing=None):
  """Metrics of pairs of label maps (prediction, truth)."""
  counts = [
    [
      [
        int(((p == c) & (t == c)).sum()),
        int((p == c).sum()),
        int((t == c).sum()),
      ]
      for c in range(len(names))
    ]
    for p, t in pairs
  ]
  masks = Masks(np.stack([p for p, _ in pairs]), np.array(counts, np.int32))
  truth, spacings = [t for _, t in pairs], [spacing] * len(pairs)
  return evaluation.segmentation_metrics(masks, truth, names, spacings, cases)


def test_missed_in_three_of_four_cases():
  pairs = [(SHIFTED, BLOCK), *[(NOTHING, BLOCK)] * 3]
  found = measured(pairs, list("abcd"))
  assert found["hd95"] == 1.0  # of the one that was found
  assert (found["missed"], found["invented"]) == (3, 0)
  assert found["hd95_penalised"] == pytest.approx((1 + 3 * DIAGONAL) / 4)
  assd = oracles.surface_distances(SHIFTED, BLOCK, (1.0, 1.0))[0]
  assert found["assd"] == pytest.approx(assd)
  assert found["assd_penalised"] == pytest.approx((assd + 3 * DIAGONAL) / 4)


def test_invented_is_as_bad_as_missed_and_nothing_is_undefined():
  found = measured([(BLOCK, NOTHING), (NOTHING, NOTHING)], ["a", "b"])
  assert (found["missed"], found["invented"]) == (0, 1)
  assert np.isnan(found["hd95"])
  assert found["hd95_penalised"] == DIAGONAL  # b has neither, and no share
  assert found["undefined_surface"] == 2


def test_all_empty_is_no_number():
  found = measured([(NOTHING, NOTHING)], ["a"])
  assert (found["missed"], found["invented"]) == (0, 0)
  assert np.isnan(
    [found[n] for n in ("hd95_penalised", "assd_penalised")]
  ).all()


def test_the_penalty_is_in_mm_where_they_are_known():
  found = measured([(NOTHING, BLOCK)], ["a"], spacing=(2.0, 0.5))
  assert found["hd95_penalised"] == pytest.approx(np.hypot(6 * 2.0, 8 * 0.5))


def test_a_miss_is_of_the_volume_and_a_penalty_of_the_slice():
  """The organ is found in one slice of a volume, and missed in the other."""
  found = measured([(BLOCK, BLOCK), (NOTHING, BLOCK)], ["a", "a"])
  assert (found["missed"], found["missed_items"]) == (0, 1)
  assert (found["invented"], found["invented_items"]) == (0, 0)
  assert found["hd95"] == 0.0
  assert found["hd95_penalised"] == DIAGONAL / 2
  # Predicted in one slice and true in another: neither missed nor invented.
  found = measured([(BLOCK, NOTHING), (NOTHING, BLOCK)], ["a", "a"])
  assert (found["missed"], found["invented"]) == (0, 0)
  assert (found["missed_items"], found["invented_items"]) == (1, 1)
  assert found["hd95_penalised"] == DIAGONAL and np.isnan(found["hd95"])


def test_classes_are_counted_one_by_one():
  both = BLOCK + 2 * np.roll(BLOCK > 0, 3, 1)
  found = measured([(BLOCK, both), (BLOCK, 2 * BLOCK)], ["a", "b"], NAMES)
  # a: other is missed. b: organ is invented, other is missed.
  assert (found["missed"], found["invented"]) == (2, 1)
  assert found["hd95"] == 0.0
  assert found["hd95_penalised"] == pytest.approx((DIAGONAL / 2 + DIAGONAL) / 2)


def test_the_counts_of_what_is_padded_are_not_there():
  assert "missed_items" not in measured([(BLOCK, BLOCK)], ["a"])


def curve(**more):
  return {"round": 0, "labels": 4, "dice": 0.5, "hd95": 1.0} | more


OLD, NEW = curve(), curve(missed=3, invented=1, hd95_penalised=7.75)


def test_a_run_from_before_goes_on_with_its_own_columns(tmp_path):
  """Rows of another length would be lost to whoever reads the file."""
  path = tmp_path / "curve.csv"
  store.append_rows(path, [OLD])
  job = types.SimpleNamespace(folder=tmp_path)
  records.record_round(job, 1, {}, NEW | {"round": 1}, [])
  text = path.read_text().splitlines()
  assert text[0] == "round,labels,dice,hd95"
  assert {line.count(",") for line in text} == {3}
  assert len(store.read_rows(path)) == 2


def test_a_run_with_a_column_that_is_gone_stays_a_table(tmp_path):
  store.append_rows(tmp_path / "curve.csv", [curve(gone=1)])
  job = types.SimpleNamespace(folder=tmp_path)
  records.record_round(job, 1, {}, NEW | {"round": 1}, [])
  rows = store.read_rows(tmp_path / "curve.csv")
  assert rows[1]["gone"] == "" and rows[1]["hd95"] == "1.0"


def write_runs(folder, by_name):
  for name, row in by_name.items():
    store.append_rows(folder / "runs" / f"{name}-seed0" / "curve.csv", [row])
  about = {"metric": "dice", "task": "segmentation", "distance_unit": "mm"}
  for name, content in (("dataset", about), ("config", {})):
    store.write_json(folder / f"{name}.json", content)


def test_old_and_new_runs_stand_in_one_table(tmp_path):
  write_runs(tmp_path, {"random": OLD, "entropy": NEW})
  study = read.read_study(tmp_path)
  table = tables.measures(study, numbers.make_arms(study))
  rows = {row[0]: row[1:] for row in table.rows}
  assert table.head[1:] == ["random", "entropy"]
  assert rows["structures missed"] == ["–", "3"]
  assert rows["HD95, missed and invented at the diagonal, mm"] == ["–", "7.75"]


def test_the_console_counts_beside_the_means(tmp_path):
  write_runs(tmp_path, {"entropy": NEW, "random": OLD})
  dataset = data.Dataset(
    "x", "segmentation", ("a",), (), (), NAMES, ((1.0, 1.0),), None, None, ()
  )
  console = Console(record=True, width=140)
  config = Config(acquisition=("entropy", "random"), rounds=0, seeds=1)
  distances.show(config, dataset, tmp_path, console)
  text = console.export_text()
  assert "in mm" in text and "HD95" in text and "missed" in text
  row = next(line for line in text.splitlines() if "entropy" in line)
  assert row.split() == ["entropy", "–", "1.00", "3.00", "1.00", "7.75"]
