"""How far readers agree, and one reader with himself, in tables."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alx.metrics import (
  cohen_kappa,
  confusion_matrix,
  dice_from_counts,
  overlap_counts,
  surface_metrics,
)
from alx.stats.resampling import bootstrap, mean_of

Answers = Mapping[str, Mapping[str, Any]]  # of each reader, by case


def map_rows(
  answers: Answers,
  class_names: Sequence[str],
  spacing_mm: Mapping[str, Sequence[float] | None],
  tolerance_mm: float | Sequence[float] | None = None,
) -> list[dict[str, Any]]:
  """A row for each case, pair of readers and foreground class.

  Args:
    answers: label maps [*sp] of 0..C-1 by reader and case; a hidden repeat is
      a reader of its own, "R1 again".
    class_names: C, background first.
    spacing_mm: of each case.
    tolerance_mm: of the surface Dice, one or [C]; None: a voxel.

  Returns:
    case, first, second, class, dice, surface_dice, kappa (of all voxels, the
    background too). NaN: neither has drawn the class. Pairs in the order of
    their names.

  Raises:
    ValueError: for maps of different extents, or other classes.
  """
  found = []
  for first, second in itertools.combinations(sorted(answers), 2):
    for case in sorted(set(answers[first]) & set(answers[second])):
      pair = answers[first][case], answers[second][case]
      head = {"case": case, "first": first, "second": second}
      rows = _of_pair(*pair, class_names, spacing_mm.get(case), tolerance_mm)
      found += [head | row for row in rows]
  return found


def dice_of(one: np.ndarray, other: np.ndarray, num_classes: int) -> np.ndarray:
  """[C] Dice of two label maps [*sp]; NaN: a class that neither has drawn."""
  maps = (np.asarray(label)[None] for label in (one, other))
  return np.asarray(dice_from_counts(overlap_counts(*maps, num_classes)))[0]


def _of_pair(one, other, class_names, spacing, tolerance):
  """Rows of two maps, one for each foreground class."""
  count = len(class_names)
  dice = dice_of(one, other, count)
  surfaces = surface_metrics(one, other, count, spacing, tolerance)
  near = surfaces["nsd_1_voxel" if tolerance is None else "nsd"]
  kappa = cohen_kappa(one, other, count)
  return [
    {
      "class": class_names[c],
      "dice": float(dice[c]),
      "surface_dice": float(near[c]),
      "kappa": kappa,
    }
    for c in range(1, count)
  ]


def class_rows(
  answers: Answers, class_names: Sequence[str], weights: str | None = None
) -> list[dict[str, Any]]:
  """A row for each pair of readers of a classification.

  Args:
    answers: class 0..C-1 by reader and case.
    class_names: C.
    weights: of `metrics.cohen_kappa`: None, "linear" or "quadratic".

  Returns:
    first, second, cases, agreed (share of the cases), kappa; NaN: nothing in
    common, or no disagreement to expect.
  """
  found, count = [], len(class_names)
  for first, second in itertools.combinations(sorted(answers), 2):
    cases = sorted(set(answers[first]) & set(answers[second]))
    one, other = (
      np.array([answers[r][c] for c in cases], np.int64)
      for r in (first, second)
    )
    table = confusion_matrix(one, other, count)
    agreed = float(table.trace() / len(cases)) if cases else np.nan
    kappa = cohen_kappa(one, other, count, weights)
    found.append(
      {
        "first": first,
        "second": second,
        "cases": len(cases),
        "agreed": agreed,
        "kappa": kappa,
      }
    )
  return found


def fleiss_kappa(counts: np.ndarray) -> float:
  """Agreement of several readers beyond chance (Fleiss 1971).

  (P - e) / (1 - e): P the mean over items of the share of pairs of readers
  that agree, e the sum of the squared shares of the classes. Items may have
  different numbers of readers; those with fewer than two are left out.

  Args:
    counts: [n, C] >= 0, how many readers put an item in a class.

  Returns:
    Up to 1; NaN without an item of two readers, or if all is of one class.

  Raises:
    ValueError: for what are no counts [n, C].
  """
  counts = np.asarray(counts)
  if counts.ndim != 2 or counts.dtype.kind not in "iu" or (counts < 0).any():
    raise ValueError(
      f"wanted counts [items, classes] >= 0, found {counts.dtype} of shape "
      f"{counts.shape}"
    )
  counts = counts[counts.sum(1) > 1].astype(np.float64)
  if not len(counts):
    return np.nan
  raters = counts.sum(1)
  pairs = (counts * (counts - 1)).sum(1) / (raters * (raters - 1))
  shares = counts.sum(0) / counts.sum()
  chance = (shares**2).sum()
  if (shares == 1).any():
    return np.nan
  return float((pairs.mean() - chance) / (1 - chance))


def summary_rows(
  rows: Sequence[Mapping[str, Any]],
  patients: Mapping[str, str],
  *,
  level: float = 0.95,
  draws: int = 2000,
) -> list[dict[str, Any]]:
  """A row for each pair of readers and class: means with intervals by patient.

  Args:
    rows: of `map_rows`.
    patients: of each case; a case without one is its own.
    level: of the bootstrap intervals, in (0, 1).
    draws: resampled sets of patients.

  Returns:
    first, second, class, cases (that both have drawn on), and of dice and
    surface_dice NAME, NAME_low, NAME_high; NaN: unknown.
  """
  found = {}
  for row in rows:
    key = row["first"], row["second"], row["class"]
    found.setdefault(key, []).append(row)
  return [
    dict(zip(("first", "second", "class"), key, strict=True))
    | {"cases": len(group)}
    | _interval("dice", group, patients, level, draws)
    | _interval("surface_dice", group, patients, level, draws)
    for key, group in sorted(found.items())
  ]


def _interval(name, rows, patients, level, draws):
  known = [row for row in rows if not np.isnan(row[name])]
  if not known:
    return dict.fromkeys((name, f"{name}_low", f"{name}_high"), np.nan)
  groups = [patients.get(row["case"], row["case"]) for row in known]
  values = np.array([row[name] for row in known])
  mean = bootstrap(mean_of(values), groups, level=level, num_draws=draws)
  return {
    name: float(mean.value),
    f"{name}_low": float(mean.low),
    f"{name}_high": float(mean.high),
  }
