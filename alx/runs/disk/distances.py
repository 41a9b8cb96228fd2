"""Distances with the last labels, beside what has none."""

import pathlib

from rich.console import Console
from rich.table import Table

from alx.data import Dataset
from alx.report import words
from alx.report.read import number
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
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
  table = Table(title="with the last labels, mean ± sd")
  table.add_column("", overflow="fold")
  for name in _COLUMNS:
    table.add_column(words.column(name, unit), justify="right")
  for name in config.acquisition:
    found = _last_rows(config, workdir, name)
    table.add_row(name, *(_cell(found, column) for column in _COLUMNS))
  console.print(table)
  console.print(
    "Missed and invented structures have no distance: the means leave them "
    "out, but for the last column."
  )


def _last_rows(config, workdir, name):
  """The last row of curve.csv of every seed."""
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  folders = [run_folder(workdir, name, seed) for seed in seeds]
  return [store.read_rows(f / "curve.csv")[config.rounds] for f in folders]


def _cell(rows, column):
  values = [number(row.get(column)) for row in rows]
  return words.with_sd(values, 2)
