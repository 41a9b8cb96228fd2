"""Distances with the last labels, beside what has none."""

import pathlib

import numpy as np
from rich.console import Console

from alx.data import Dataset
from alx.report import words
from alx.report.read import number
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.screen import aligned
from alx.runs.settings.config import Config

_COLUMNS = ("assd", "hd95", "missed", "invented", "hd95_penalised")


def show(
  config: Config, dataset: Dataset, workdir: pathlib.Path, console: Console
) -> None:
  """Prints means over the seeds; nothing for a classification.

  Args:
    config: resolved settings of a finished comparison.
    dataset: what it is of.
    workdir: where its runs are.
    console: where the table goes.
  """
  if dataset.task != "segmentation":
    return
  known = all(spacing is not None for spacing in dataset.spacing_mm)
  unit = "mm" if known else "voxels"
  rows = [["method", "ASSD", "HD95", "missed", "invented", "HD95, all"]]
  for name in config.acquisition:
    found = _last_rows(config, workdir, name)
    rows.append([name, *(_cell(found, column) for column in _COLUMNS)])
  console.print(f"\nwith the last labels, means over the seeds, in {unit}")
  for line in aligned(rows):
    console.print(line, markup=False, highlight=False, soft_wrap=True)
  console.print(
    "Missed and invented structures have no distance: the means leave them "
    "out,\nbut for the last column, where it is that across the image."
  )


def _last_rows(config, workdir, name):
  """The last row of curve.csv of every seed."""
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  folders = [run_folder(workdir, name, seed) for seed in seeds]
  return [store.read_rows(f / "curve.csv")[config.rounds] for f in folders]


def _cell(rows, column):
  """The mean, and of how many seeds where some have none."""
  values = [number(row.get(column)) for row in rows]
  known = [value for value in values if np.isfinite(value)]
  if not known:
    return words.NOTHING
  text = words.number(float(np.mean(known)), 2)
  few = len(known) < len(values)
  return f"{text} ({len(known)}/{len(values)})" if few else text
