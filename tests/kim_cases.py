"""Finished Kim studies as files written by hand."""

import numpy as np

from alx.runs.disk import store
from experiments.kim.settings import Kim

PATIENTS = [f"p{i}" for i in range(8)]
SPREAD = np.linspace(-0.1, 0.1, 8)
ABOUT = {
  "name": "hand-made",
  "metric": "dice",
  "class_names": ["background", "foreground"],
  "num_pool": 40,
  "num_test": 8,
  "split_by": "item",
  "left_out": [],
}


def write_run(workdir, name, seed, labels, means):
  """A finished run whose patients have the spread around the means."""
  folder = workdir / "runs" / f"{name}-seed{seed}"
  curve, cases = [], []
  for number, (n, mean) in enumerate(zip(labels, means, strict=True)):
    curve.append({"round": number, "labels": n, "dice": mean})
    cases += [
      {"round": number, "id": p, "dice_foreground": mean + s}
      for p, s in zip(PATIENTS, SPREAD, strict=True)
    ]
  store.write_rows(folder / "curve.csv", curve)
  store.write_rows(folder / "cases.csv", cases)


def write_study(workdir):
  """Two seeds: random gets there late, margins comes, goes and comes back."""
  for seed in (0, 1):
    write_run(workdir, "full", seed, [40], [0.8])
    shift = 0.01 * seed
    random = [0.3, 0.4 + shift, 0.79 + shift]
    margins = [0.3, 0.78 + shift, 0.4 + shift]
    write_run(workdir, "random", seed, [10, 20, 30], random)
    write_run(workdir, "margins", seed, [10, 20, 30], margins)
  return workdir


def describe(workdir, **settings):
  """What a page needs to know of the study."""
  kim = Kim(start=10, query=10, **settings)
  store.write_json(workdir / "dataset.json", ABOUT)
  store.write_json(workdir / "config.json", kim.__dict__)
