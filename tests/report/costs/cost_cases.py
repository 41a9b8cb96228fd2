"""A study of slices, each of which tells what its labels cost."""

import json

from tests.report.conftest import write_rows

# By acquisition and seed, of two rounds: (score, mm of outline, foreground).
ROUNDS = {
  ("random", 0): ((0.5, 100, 10), (0.7, 200, 20)),
  ("random", 1): ((0.5, 100, 10), (0.7, 200, 20)),
  ("entropy", 0): ((0.5, 100, 10), (0.8, 400, 40)),
  ("entropy", 1): ((0.5, 100, 10), (0.8, 400, 40)),
}
WHOLE = {"items": 10, "slices": 80, "voxels": 8000, "foreground_voxels": 100}


def spent_rows(rounds):
  """Slices of 100 voxels: 2 in each round, from one more volume."""
  return [
    {
      "round": r,
      "units": 2 * r + 2,
      "items": r + 1,
      "voxels": 200 * r + 200,
      "slices": 2 * r + 2,
      "foreground_voxels": foreground,
      "boundary_mm": mm,
      "label_accuracy": 1,
      "cost": 7 * r + 3,
    }
    for r, (_, mm, foreground) in enumerate(rounds)
  ]


def write(workdir, rounds=None, full=(0.9,), about=None, **config):
  """A run directory of it."""
  rounds = rounds or ROUNDS
  data = {
    "name": "made up",
    "task": "segmentation",
    "class_names": ["background", "cyst"],
    "metric": "dice",
    "distance_unit": "mm",
    "num_pool": 10,
    "scored": {
      "per": "volume",
      "kind": "volume",
      "items": 5,
      "cases": 5,
      "patients": None,
    },
    "images": {"axes": 3},
    "whole_pool": WHOLE,
  }
  names = list(dict.fromkeys(name for name, _ in rounds))
  config = {"acquisition": names, "unit": "slices:2"} | config
  for name, content in (
    ("config", config),
    ("versions", {}),
    ("dataset", data | (about or {})),
    ("split", {}),
  ):
    (workdir / f"{name}.json").write_text(json.dumps(content))
  for (name, seed), told in rounds.items():
    folder = workdir / "runs" / f"{name}-seed{seed}"
    curve = [
      {"round": r, "labels": 2 * r + 2, "dice": score}
      for r, (score, *_) in enumerate(told)
    ]
    write_rows(folder / "curve.csv", curve)
    write_rows(folder / "spent.csv", spent_rows(told))
    pick = {"round": 0, "rank": 0, "id": f"{name}:axis2:{seed}", "score": "nan"}
    write_rows(folder / "picks.csv", [pick])
  for seed, score in enumerate(full):
    row = {"round": 0, "labels": 80, "dice": score}
    write_rows(workdir / "runs" / f"full-seed{seed}" / "curve.csv", [row])
  return workdir
