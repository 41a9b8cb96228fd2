"""The scores of a finished comparison, from its files."""

import pathlib

import numpy as np
from rich.console import Console

from alx.report import read, words
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.runs.units.budgets import all_labels


def tell_full(
  config: Config,
  problem: Problem,
  workdir: pathlib.Path,
  console: Console,
) -> None:
  """A line about the models of all labels, where they were wanted."""
  if not config.full:
    return
  metric = config.metric
  full = _cell(scores_of(config, workdir, "full", metric)[:, 0])
  count = all_labels(problem, config)
  text = f"all {count} pool labels: {words.column(metric, None)} {full}"
  told = (text, *_cost_of_full(config, workdir))
  console.print("; ".join(filter(None, told)), soft_wrap=True)


def _cost_of_full(config, workdir):
  """How the models of all labels were fitted, and in how many seconds."""
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  folders = [run_folder(workdir, "full", seed) for seed in seeds]
  rows = [row for f in folders for row in store.read_rows(f / "times.csv")]
  seconds = np.array([read.number(row.get("seconds_train")) for row in rows])
  known = len(seconds) and np.isfinite(seconds).all()
  spent = f"{seconds.sum():.0f} s of training" if known else ""
  return words.how_fitted(rows), spent


def scores_of(
  config: Config, workdir: pathlib.Path, name: str, metric: str
) -> np.ndarray:
  """[seeds, rounds + 1] of the metric; of "full" [seeds, 1]."""
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  folders = [run_folder(workdir, name, seed) for seed in seeds]
  length = config.rounds + 1
  rows = [store.read_rows(f / "curve.csv")[:length] for f in folders]
  return np.array([[float(row[metric]) for row in r] for r in rows])


def _cell(values):
  """Mean ± sd of the seeds for which the metric is defined."""
  values = values[~np.isnan(values)]
  if not len(values):
    return "undefined"
  if len(values) == 1:
    return f"{values[0]:.3f}"
  return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"
