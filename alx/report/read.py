"""Reads a run directory into plain tables; what is missing is noted."""

import csv
import json
import math
import pathlib
import re
from typing import NamedTuple

import numpy as np

from alx import csv_table
from alx.acquisition.grammar import folder_of
from alx.report import fields

ARM = "arm.json"  # in a run: its acquisition, where the folder cannot say it
_FOLDER = re.compile(r"(?P<name>.+)-seed(?P<seed>\d+)")


class Run(NamedTuple):
  """One acquisition and one seed, as far as it got."""

  acquisition: str
  seed: int
  folder: pathlib.Path
  rows: tuple[dict[str, str], ...]  # curve.csv, one row per finished round
  picks: tuple[dict[str, str], ...]  # picks.csv
  cases: tuple[dict[str, str], ...] = ()  # cases.csv
  spent: tuple[dict[str, str], ...] = ()  # spent.csv, for each of `rows`; or ()

  def column(self, name: str) -> np.ndarray:
    """[rounds] float64; NaN where there is no number."""
    return np.array([number(row.get(name)) for row in self.rows], np.float64)

  def spending(self, name: str) -> np.ndarray:
    """[rounds] float64 of spent.csv; NaN where it does not say."""
    rows = self.spent or ({},) * len(self.rows)
    return np.array([number(row.get(name)) for row in rows], np.float64)


class Study(NamedTuple):
  """A run directory."""

  workdir: pathlib.Path
  config: dict
  versions: dict
  dataset: dict
  split: dict
  runs: tuple[Run, ...]  # of the acquisitions
  full: tuple[Run, ...]  # trained on every pool label
  missing: tuple[str, ...]  # a line each

  @property
  def metric(self) -> str:
    """The column that the comparison is about."""
    return str(self.dataset.get("metric") or self._guess())

  @property
  def budget(self) -> str:
    """In what a round is counted: 'seconds'; "" in labels."""
    return str(self.config.get("budget") or "").partition(":")[0]

  @property
  def unit(self) -> str:
    """What one label is: 'slices'."""
    return str(self.config.get("unit") or "whole").partition(":")[0]

  @property
  def num_labels(self) -> int | None:
    """Labels that the pool has, as curve.csv counts them; None: not known.

    Where one label is not a whole item, or labels are counted in a budget,
    these are not its items.
    """
    if self.unit != "whole" or self.budget:
      told = [run.column("labels")[-1] for run in self.full]
      return int(told[0]) if told and np.isfinite(told[0]) else None
    count = self.dataset.get("num_pool")
    return count if isinstance(count, int) else None

  def about(self, metric: str) -> "Study":
    """The same runs, compared by another column."""
    return self._replace(dataset=self.dataset | {"metric": metric})

  def _guess(self):
    rows = [row for run in (*self.runs, *self.full) for row in run.rows]
    return "auc" if any("auc" in row for row in rows) else "dice"


def number(text: str | None) -> float:
  """A float, or NaN if it is none, or an infinite one."""
  try:
    value = float(text)
  except (TypeError, ValueError):
    return float("nan")
  return value if math.isfinite(value) else float("nan")


def read_study(workdir: pathlib.Path) -> Study:
  """Reads everything but the pictures.

  Raises:
    NotADirectoryError: `workdir` is no directory.
  """
  if not workdir.is_dir():
    raise NotADirectoryError(f"wanted a run directory, found {workdir}")
  missing = []
  names = ("config", "versions", "dataset", "split")
  objects = [_read_object(workdir / f"{n}.json", missing) for n in names]
  texts = _texts(objects[0])
  runs = _read_runs(workdir / "runs", texts, missing)
  full = tuple(r for r in runs if r.acquisition == "full" and r.rows)
  others = tuple(r for r in runs if r.acquisition != "full" and r.rows)
  missing += _absent(objects[0], (*others, *full))
  missing += _unfinished(objects[0], others)
  missing += _not_told(others)
  return Study(workdir, *objects, others, full, tuple(missing))


def _read_object(path, missing):
  try:
    content = json.loads(path.read_text(encoding="utf-8"))
  except (OSError, ValueError):
    content = None
  if isinstance(content, dict):
    content, wrong = fields.well_formed(path.stem, content)
    missing += wrong
    return content
  missing.append(f"{path.name}: not there or not a JSON object.")
  return {}


def _texts(config):
  """The acquisitions of the settings by the names of their folders."""
  names = config.get("acquisition")
  names = names if isinstance(names, list) else []
  return {folder_of(n): n for n in names if isinstance(n, str)}


def _read_runs(folder, texts, missing):
  found = []
  for path in sorted(folder.glob("*")) if folder.is_dir() else []:
    match = _FOLDER.fullmatch(path.name)
    if match and path.is_dir():
      name = _text(path, texts.get(match["name"], match["name"]))
      found.append(_read_run(path, name, int(match["seed"]), missing))
  if not found:
    missing.append("runs/: no run yet.")
  return found


def _text(path, name):
  """The acquisition of a run; `name` unless it says another of its own."""
  try:
    text = json.loads((path / ARM).read_text(encoding="utf-8"))["acquisition"]
  except (OSError, ValueError, KeyError, TypeError):
    return name
  return text if isinstance(text, str) else name


def _read_run(path, name, seed, missing):
  rows = read_rows(path / "curve.csv")
  rows = _with_more(rows, path / "times.csv", path / "signals.csv")
  picks = read_rows(path / "picks.csv")
  if not rows:
    missing.append(f"{path.name}: no finished round.")
  elif not picks and name != "full":
    missing.append(f"{path.name}: no picks.csv.")
  cases = read_rows(path / "cases.csv")
  spent = {r.get("round"): r for r in read_rows(path / "spent.csv")}
  spent = [spent.get(row.get("round"), {}) for row in rows if spent]
  return Run(name, seed, path, *map(tuple, (rows, picks, cases, spent)))


def read_rows(path: pathlib.Path) -> list[dict[str, str]]:
  """The whole rows of a CSV file; none if it cannot be read."""
  try:
    return csv_table.read(path)
  except (OSError, csv.Error):
    return []


def _with_more(rows, *paths):
  """Curve rows with ascending labels, with those of other tables beside."""
  tables = [{r.get("round"): r for r in read_rows(path)} for path in paths]
  kept = []
  for row in rows:
    before = number(kept[-1].get("labels")) if kept else -1.0
    if number(row.get("labels")) > before:  # False for NaN
      kept.append(row)
      for table in tables:
        kept[-1] = kept[-1] | table.get(row.get("round"), {})
  return kept


def _absent(config, runs):
  """Runs that the settings ask for and that have no finished round."""
  names, count = config.get("acquisition"), config.get("seeds")
  if not isinstance(names, list) or not isinstance(count, int):
    return []
  names = [*names, *(["full"] if config.get("full") is True else [])]
  first = config.get("first_seed") or 0
  found = {(run.acquisition, run.seed) for run in runs}
  wanted = [(n, s) for n in names for s in range(first, first + count)]
  return [
    f"{name}, seed {seed}: asked for in config.json, nothing to show yet."
    for name, seed in wanted
    if (name, seed) not in found
    and not (runs and _folder(runs[0].folder.parent, name, seed).is_dir())
  ]


def _not_told(runs):
  """Runs that do not say what labels cost, beside some that do."""
  if not any(run.spent for run in runs):
    return []
  return [
    f"{run.acquisition}, seed {run.seed}: spent.csv does not tell every round, "
    "so what its labels cost is not known."
    for run in runs
    if not all(row.get("voxels") for row in run.spent or ({},))
  ]


def _folder(parent, name, seed):
  return parent / f"{folder_of(str(name))}-seed{seed}"


def _unfinished(config, runs):
  rounds = config.get("rounds")
  planned = rounds + 1 if isinstance(rounds, int) else 0
  longest = max([planned, *(len(run.rows) for run in runs)])
  return [
    f"{run.acquisition}, seed {run.seed}: {len(run.rows)} of {longest} rounds "
    "finished."
    for run in runs
    if len(run.rows) < longest
  ]
