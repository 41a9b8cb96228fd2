"""The Dice of every test patient, read from the runs of a study."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.runs.disk import store
from alx.training.evaluation import nan_mean
from experiments.kim.settings import ARMS


class Scores(NamedTuple):
  """The runs of an arm that reached its last round."""

  name: str
  seeds: tuple[int, ...]  # S
  labels: np.ndarray  # [R]
  dice: np.ndarray  # [S, R, P] of each test patient; NaN: undefined


class Found(NamedTuple):
  """Everything that was measured."""

  arms: tuple[Scores, ...]
  full: dict[int, np.ndarray]  # by seed, [P] with all labels
  patients: tuple[str, ...]  # P test volumes
  groups: tuple[str, ...]  # P, the patient of each; the volume if not known
  num_pool: int


def read_found(workdir: pathlib.Path, empty: str = "nan") -> Found:
  """Reads cases.csv and curve.csv of all runs.

  Args:
    workdir: of the study.
    empty: see `read_cases`.

  Raises:
    ValueError: if no run on all labels is finished.
  """
  full, patients, groups, num_pool = {}, (), {}, 0
  for folder, seed in _folders(workdir, "full"):
    curve = store.read_rows(folder / "curve.csv")
    if curve:  # written last
      patients, dice = read_cases(folder / "cases.csv", empty)
      full[seed] = dice[0]
      groups = _groups(folder / "cases.csv")
      num_pool = int(curve[0]["labels"])
  if not full:
    raise ValueError(f"{workdir}: wanted a run on all labels, found none")
  found = [_scores(workdir, name, patients, empty) for name in ARMS]
  kept = tuple(arm for arm in found if arm is not None)
  groups = tuple(groups[name] for name in patients)
  return Found(kept, full, patients, groups, num_pool)


def _groups(path):
  """Who each volume is of, by its name."""
  rows = store.read_rows(path)
  return {row["id"]: row.get("patient") or row["id"] for row in rows}


def _folders(workdir, name):
  found = sorted((workdir / "runs").glob(f"{name}-seed*"))
  seeds = [int(path.name.rsplit("seed", 1)[1]) for path in found]
  return sorted(zip(found, seeds, strict=True), key=lambda pair: pair[1])


def _scores(workdir, name, patients, empty):
  """The longest runs of one arm, or None."""
  runs = []
  for folder, seed in _folders(workdir, name):
    labels = [int(r["labels"]) for r in store.read_rows(folder / "curve.csv")]
    dice = read_cases(folder / "cases.csv", empty, patients)[1]
    rounds = min(len(labels), len(dice))
    runs.append((seed, labels[:rounds], dice[:rounds]))
  longest = max((len(labels) for _, labels, _ in runs), default=0)
  if not longest:
    return None
  seeds, labels, dice = zip(
    *(run for run in runs if len(run[1]) == longest), strict=True
  )
  return Scores(name, seeds, np.array(labels[0]), np.stack(dice))


def read_cases(
  path: pathlib.Path, empty: str = "nan", patients: Sequence[str] = ()
) -> tuple[tuple[str, ...], np.ndarray]:
  """(names [P], Dice [R, P]) of cases.csv, mean over foreground classes.

  Args:
    path: of the file.
    empty: what a class is worth that is absent from truth and prediction:
      "nan", nothing, or "one".
    patients: names of a whole round, which a killed command may not have
      written; (): those of the first round.
  """
  rounds = {}
  for row in store.read_rows(path):
    rounds.setdefault(row["round"], []).append(row)
  if not rounds:
    return tuple(patients), np.zeros((0, len(patients)))
  names = tuple(patients) or _names(next(iter(rounds.values())))
  whole = [rows for rows in rounds.values() if _names(rows) == names]
  dice = [[_mean_dice(row, empty) for row in rows] for rows in whole]
  return names, np.array(dice, np.float64).reshape(-1, len(names))


def _names(rows):
  return tuple(row["id"] for row in rows)


def _mean_dice(row, empty):
  values = [float(x) for name, x in row.items() if name.startswith("dice_")]
  if empty == "one":
    values = np.nan_to_num(values, nan=1.0)
  return nan_mean(values)


def shared_seeds(found: Found, arm: Scores) -> tuple[int, ...]:
  """Seeds of the arm whose model with all labels is there too."""
  return tuple(seed for seed in arm.seeds if seed in found.full)


def over_seeds(arm: Scores, seeds: Sequence[int]) -> np.ndarray:
  """[R, P] the mean of each patient over some seeds of the arm."""
  places = [arm.seeds.index(seed) for seed in seeds]
  return nan_mean(arm.dice[places], axis=0)


def full_over_seeds(found: Found, seeds: Sequence[int]) -> np.ndarray:
  """[P] the same of the models with all labels."""
  return nan_mean(np.stack([found.full[seed] for seed in seeds]), axis=0)


def find_arm(found: Found, name: str) -> Scores | None:
  """The arm of that name."""
  return next((arm for arm in found.arms if arm.name == name), None)
