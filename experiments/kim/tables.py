"""Table 3 of Kim et al. 2024 from the Dice of every patient."""

import csv
import pathlib
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.evaluation import nan_mean
from alx.stats import LabelsNeeded, Summary, summarize
from experiments import store
from experiments.kim.settings import ARMS

PUBLISHED = pathlib.Path(__file__).parents[1] / "published" / "kim2024.csv"
PATIENTS = 125  # of the published table
ALPHA = 0.05


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
  patients: tuple[str, ...]  # P
  num_pool: int


class Tested(NamedTuple):
  """An arm against all labels, round by round."""

  mean: np.ndarray  # [R] over patients
  sd: np.ndarray  # [R]
  p: np.ndarray  # [R] of Welch's form; NaN: cannot be tested
  p_paired: np.ndarray  # [R]
  needed: LabelsNeeded


def read_found(workdir: pathlib.Path) -> Found:
  """Reads cases.csv and curve.csv of all runs.

  Raises:
    ValueError: if no run on all labels is finished.
  """
  full, patients, num_pool = {}, (), 0
  for folder, seed in _folders(workdir, "full"):
    patients, dice = read_cases(folder / "cases.csv")
    if len(dice):
      full[seed] = dice[0]
      num_pool = int(store.read_rows(folder / "curve.csv")[0]["labels"])
  if not full:
    raise ValueError(f"{workdir}: wanted a run on all labels, found none")
  found = [_scores(workdir, name) for name in ARMS]
  kept = tuple(arm for arm in found if arm is not None)
  return Found(kept, full, patients, num_pool)


def _folders(workdir, name):
  found = sorted((workdir / "runs").glob(f"{name}-seed*"))
  seeds = [int(path.name.rsplit("seed", 1)[1]) for path in found]
  return sorted(zip(found, seeds, strict=True), key=lambda pair: pair[1])


def _scores(workdir, name):
  """The longest runs of one arm, or None."""
  runs = []
  for folder, seed in _folders(workdir, name):
    labels = [int(r["labels"]) for r in store.read_rows(folder / "curve.csv")]
    dice = read_cases(folder / "cases.csv")[1]
    rounds = min(len(labels), len(dice))
    runs.append((seed, labels[:rounds], dice[:rounds]))
  longest = max((len(labels) for _, labels, _ in runs), default=0)
  if not longest:
    return None
  seeds, labels, dice = zip(
    *(run for run in runs if len(run[1]) == longest), strict=True
  )
  return Scores(name, seeds, np.array(labels[0]), np.stack(dice))


def read_cases(path: pathlib.Path) -> tuple[tuple[str, ...], np.ndarray]:
  """(names [P], Dice [R, P]) of cases.csv, mean over foreground classes."""
  rows = store.read_rows(path)
  names = tuple(dict.fromkeys(row["id"] for row in rows))
  columns = [c for c in (rows[0] if rows else ()) if c.startswith("dice_")]
  values = [[float(row[c]) for c in columns] for row in rows]
  if not rows:
    return names, np.zeros((0, 0))
  return names, nan_mean(values, axis=1).reshape(-1, len(names))


def over_seeds(arm: Scores) -> np.ndarray:
  """[R, P] the mean of each patient over the seeds."""
  return nan_mean(arm.dice, axis=0)


def full_over_seeds(found: Found) -> np.ndarray:
  """[P] the same of the models with all labels."""
  return nan_mean(np.stack(list(found.full.values())), axis=0)


def against_full(
  labels: np.ndarray, dice: np.ndarray, full: np.ndarray
) -> Tested:
  """Two one-sided tests of every round against all labels.

  Args:
    labels: [R].
    dice: [R, P] of the patients.
    full: [P] of the same patients with all labels.
  """
  summary, whole = summarize(dice, -1), summarize(full)
  p = p_paired = np.full(len(labels), np.nan)
  if whole.sd > 0:  # else there is no bound
    bound = 2 * stats.self_equivalence_bound(whole, ALPHA)
    p = stats.equivalent_to_full(summary, whole, ALPHA).p
    apart = stats.paired(dice, np.broadcast_to(full, dice.shape), -1)
    p_paired = stats.tost(apart, bound, ALPHA).p
  needed = stats.first_passing(labels, np.nan_to_num(p, nan=1.0) < ALPHA)
  return Tested(summary.mean, summary.sd, p, p_paired, needed)


def table_3(found: Found) -> list[dict]:
  """The table in the form of the paper, each patient the mean over seeds."""
  full, rows = full_over_seeds(found), []
  for arm in found.arms:
    tested = against_full(arm.labels, over_seeds(arm), full)
    rows += _rows_of(arm, tested, found)
  return [*rows, _full_row(full, found)]


def table_3_by_seed(found: Found) -> list[dict]:
  """The same of every seed by itself, against all labels of that seed."""
  rows = []
  for arm in found.arms:
    for seed, dice in zip(arm.seeds, arm.dice, strict=True):
      if seed in found.full:
        tested = against_full(arm.labels, dice, found.full[seed])
        rows += [{"seed": seed} | row for row in _rows_of(arm, tested, found)]
  for seed, full in found.full.items():
    rows.append({"seed": seed} | _full_row(full, found))
  return rows


def _rows_of(arm, tested, found):
  return [
    {
      "arm": arm.name,
      "n": int(n),
      "percent": f"{100 * n / found.num_pool:.1f}",
      "mean": f"{mean:.4f}",
      "sd": f"{sd:.4f}",
      "first_equivalent": int(n == tested.needed.first),
      "p": f"{p:.4g}",
      "p_paired": f"{paired:.4g}",
    }
    for n, mean, sd, p, paired in zip(
      arm.labels, tested.mean, tested.sd, tested.p, tested.p_paired, strict=True
    )
  ]


def _full_row(full, found):
  whole = summarize(full)
  return {
    "arm": "full_data",
    "n": found.num_pool,
    "percent": "100.0",
    "mean": f"{whole.mean:.4f}",
    "sd": f"{whole.sd:.4f}",
    "first_equivalent": "",
    "p": "",
    "p_paired": "",
  }


class Reading(NamedTuple):
  """Labels until equivalence, in every reading; NaN: not reached."""

  name: str
  mean: LabelsNeeded  # of the patients' means over seeds
  by_seed: LabelsNeeded  # each [S]
  passes: float  # share of rounds and seeds that pass, in [0, 1]


def readings(found: Found) -> list[Reading]:
  """First, stable and seed by seed, of every arm."""
  full, out = full_over_seeds(found), []
  for arm in found.arms:
    whole = against_full(arm.labels, over_seeds(arm), full)
    each = [
      against_full(arm.labels, dice, found.full[seed])
      for seed, dice in zip(arm.seeds, arm.dice, strict=True)
      if seed in found.full
    ]
    if not each:
      continue
    needs = zip(*(tested.needed for tested in each), strict=True)
    needed = LabelsNeeded(*map(np.array, needs))
    passed = np.nan_to_num(np.stack([t.p for t in each]), nan=1.0) < ALPHA
    out.append(Reading(arm.name, whole.needed, needed, float(passed.mean())))
  return out


def published() -> dict[str, tuple[np.ndarray, Summary]]:
  """(labels [R], Summary [R]) of the arms of the published table."""
  with open(PUBLISHED, newline="") as file:
    rows = list(csv.DictReader(file))
  out = {}
  for name in dict.fromkeys(row["arm"] for row in rows):
    mine = [row for row in rows if row["arm"] == name]
    columns = [[float(r[c]) for r in mine] for c in ("n", "mean", "sd")]
    labels, mean, sd = map(np.array, columns)
    out[name] = labels, Summary(mean, sd, PATIENTS)
  return out


def published_needed() -> dict[str, LabelsNeeded]:
  """First and stable labels of the published table, p computed again."""
  table = published()
  _, (mean, sd, count) = table.pop("full_data")
  full = Summary(mean[0], sd[0], count)
  return {
    name: stats.first_passing(
      labels, stats.equivalent_to_full(summary, full, ALPHA).p < ALPHA
    )
    for name, (labels, summary) in table.items()
  }


class Gap(NamedTuple):
  """An arm minus random at the last round, Dice."""

  arm: Scores
  volumes: stats.Estimate  # bootstrap over volumes, each with all its seeds
  seeds: stats.Interval  # t over seeds of the mean over volumes


def minus_random(found: Found) -> list[Gap]:
  """Every arm that shares seeds and the last budget with random."""
  baseline = next((arm for arm in found.arms if arm.name == "random"), None)
  if baseline is None:
    return []
  return [
    _gap(arm, baseline)
    for arm in found.arms
    if arm is not baseline
    and set(arm.seeds) & set(baseline.seeds)
    and arm.labels[-1] == baseline.labels[-1]
  ]


def _gap(arm, baseline):
  shared = [seed for seed in arm.seeds if seed in baseline.seeds]
  a, b = (
    x.dice[[x.seeds.index(seed) for seed in shared], -1]
    for x in (arm, baseline)
  )
  groups = np.tile(np.arange(a.shape[1]), len(shared))
  volumes = stats.bootstrap_difference(a.ravel(), b.ravel(), groups)
  return Gap(arm, volumes, stats.mean_interval(nan_mean(a - b, axis=1)))
