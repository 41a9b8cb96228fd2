"""Runs of the survey's benchmark, written by hand."""

import pathlib

from alx.runs.disk import store
from experiments.survey import results
from experiments.survey.plan import make_plan

CONFIG = {
  "first_seed": 0,
  "seeds": 3,
  "steps": 400,
  "start": 10,
  "query": 10,
  "rounds": 1,
}
SEGMENTED = {  # what ACDC is told by
  "name": "x",
  "task": "segmentation",
  "metric": "dice",
  "class_names": ["background", "RV", "MYO", "LV"],
  "distance_unit": "voxels",
  "num_pool": 656,
}
BINARY = {
  "task": "classification",
  "class_names": ["a", "b"],
  "metric": "auc",
}
# Random, entropy and BADGE, three seeds, at 10 and 20 labels: in the end
# entropy is 0.1 above random, and one fit of BADGE has lost its class.
CURVES = {
  "random": [(0.5, 0.78), (0.48, 0.79), (0.52, 0.80)],
  "entropy": [(0.5, 0.88), (0.48, 0.89), (0.52, 0.901)],
  "badge": [(0.5, 0.02), (0.48, 0.8), (0.52, 0.82)],
}


def write_runs(folder, curves, dataset, columns, config=CONFIG):
  """A run directory of curves by method: a row of values for each seed."""
  store.write_json(folder / "config.json", config)
  for name in ("versions", "split"):
    store.write_json(folder / f"{name}.json", {})
  store.write_json(folder / "dataset.json", dataset)
  for method, seeds in curves.items():
    for seed, values in enumerate(seeds):
      run = folder / "runs" / f"{method}-seed{seed}"
      rows = [_row(i, value, columns) for i, value in enumerate(values)]
      store.append_rows(run / "curve.csv", rows)


def _row(i, value, columns):
  return {
    "round": i,
    "labels": 10 * (i + 1),
    **dict.fromkeys(columns, value),
    "dice_RV": value,
    "undefined_surface": 0 if value > 0.05 else 2,
    "undefined_surface_items": 3 if value > 0.05 else 21,
    "missed": 0 if value > 0.05 else 2,
    "invented": 1,
    "test_cases": 4,
  }


def acdc(folder, curves=CURVES, dataset=SEGMENTED, size="cpu", **changes):
  """(plan, outcome) of ACDC with these curves."""
  columns = ("dice", "asd_pred_to_ref")
  write_runs(folder, curves, dataset, columns, CONFIG | changes)
  plan = make_plan("acdc", "here.npz", size)
  return plan, results.read(plan, "b10", folder)


def isic(folder, curves, preset="clean", dataset=BINARY, **changes):
  """The same of ISIC's low budget, where `folder` is its data too."""
  table = pathlib.Path(folder) / "train.csv"
  table.write_text("image_name,patient_id,target\n")
  columns = ("auc", "balanced_accuracy")
  write_runs(folder, curves, dataset, columns, CONFIG | changes)
  plan = make_plan("isic", str(folder), preset=preset)
  return plan, results.read(plan, "low", folder)
