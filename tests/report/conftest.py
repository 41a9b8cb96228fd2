"""A small run directory, as a finished study leaves it."""

import csv
import json

import numpy as np
import pytest

# Mean Dice by round over the two seeds: 0.50 and 0.80; 0.60 and 0.84.
SCORES = {
  ("random", 0): (0.49, 0.79),
  ("random", 1): (0.51, 0.81),
  ("entropy", 0): (0.58, 0.82),
  ("entropy", 1): (0.62, 0.86),
}


def write_rows(path, rows):
  path.parent.mkdir(parents=True, exist_ok=True)
  with open(path, "w", newline="") as file:
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)


def make_arrays(segmentation, n=2):
  rng = np.random.default_rng(0)
  truth = np.zeros((n, 12, 10), np.uint8)
  truth[:, 3:8, 2:7] = 1
  common = {
    "ids": np.array(["case <b>1</b>", "case 2"][:n]),
    "images": rng.standard_normal((n, 12, 10)).astype(np.float32),
    "scores": np.array([0.25, np.nan][:n], np.float32),
    "where": np.array(["slice 3 of 9"] * n),
    "spacing": np.tile(np.float32([2.0, 1.0]), (n, 1)),
  }
  if not segmentation:
    predicted = np.array([[0.3, 0.7], [0.9, 0.1]][:n], np.float32)
    return common | {
      "predicted": predicted,
      "truth_class": np.array([1, 1][:n], np.int32),
    }
  return common | {
    "draft": np.roll(truth, 1, 1),
    "truth": truth,
    "uncertainty": rng.random((n, 12, 10)).astype(np.float32),
    "dice": np.array([0.8, np.nan][:n], np.float32),
  }


def _write_run(folder, metric, scores):
  rows = [
    {"round": r, "labels": 4 + 4 * r, metric: s, "hd95": 2.5 - r, "new": "?"}
    for r, s in enumerate(scores)
  ]
  write_rows(folder / "curve.csv", rows)
  items = [(0, "case 9", "nan"), (1, "case <b>1</b>", 0.25), (1, "case 2", 0.1)]
  write_rows(
    folder / "picks.csv",
    [{"round": r, "rank": 0, "id": i, "score": s} for r, i, s in items],
  )
  (folder / "pictures").mkdir()
  arrays = make_arrays(metric == "dice")
  np.savez(folder / "pictures" / "round_01.npz", **arrays)


def write_study(workdir, task="segmentation", full=(0.88, 0.92)):
  metric = "dice" if task == "segmentation" else "auc"
  files = {
    "config": {"acquisition": ["random", "entropy"], "seeds": 2, "rounds": 1},
    "versions": {"alx": "0.0", "device": "1 x cpu"},
    "dataset": {
      "name": "Phantom & co",
      "task": task,
      "class_names": ["background", "cyst"],
      "metric": metric,
      "distance_unit": "mm" if metric == "dice" else None,
      "num_pool": 20,
      "num_test": 5,
      "split_by": "item",
      "left_out": ["<b>bad</b>: wanted a volume, found nothing"],
    },
    "split": {"pool": [], "test": [], "unused": []},
  }
  for name, content in files.items():
    (workdir / f"{name}.json").write_text(json.dumps(content))
  for (name, seed), scores in SCORES.items():
    _write_run(workdir / "runs" / f"{name}-seed{seed}", metric, scores)
  for seed, score in enumerate(full):
    row = {"round": 0, "labels": 20, metric: score}
    write_rows(workdir / "runs" / f"full-seed{seed}" / "curve.csv", [row])
  return workdir


@pytest.fixture
def arrays_of():
  return make_arrays


@pytest.fixture
def study(tmp_path):
  return write_study(tmp_path)


@pytest.fixture
def make_study(tmp_path):
  return lambda **more: write_study(tmp_path, **more)
