"""What a model is worth on the frozen validation cases, in one table."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from alx.label_maps import UNLABELLED
from alx.metrics import ece, near_foreground
from alx.stats import checks


class Scores(NamedTuple):
  """Scores of n cases and C classes; see `make_scores`."""

  cases: tuple[str, ...]  # n
  patients: tuple[str, ...]  # n
  strata: tuple[str, ...]  # n, "" without strata
  class_names: tuple[str, ...]  # C, those that count: without background
  values: np.ndarray  # [n, C] in [0, 1], higher is better; NaN: not defined
  calibration: float  # such as an expected calibration error; NaN: not known


def make_scores(
  cases: Sequence[str],
  values: np.ndarray,
  class_names: Sequence[str],
  *,
  patients: Sequence[str] | None = None,
  strata: Sequence[str] | None = None,
  calibration: float = np.nan,
) -> Scores:
  """Checked scores, cases in the order of their names.

  Args:
    cases: n distinct names.
    values: [n, C] such as Dice; NaN for a class in neither mask. Of a
      classification 1 or 0, right or wrong, in the column of the true class,
      NaN elsewhere.
    class_names: C distinct.
    patients: n; None: each case its own.
    strata: n; None: none.
    calibration: of all cases together.

  Raises:
    ValueError: for other shapes, numbers out of [0, 1], no case, or a name
      that is there twice.
  """
  cases = tuple(cases)
  values = np.array(checks.numbers(values, "scores"))
  if values.shape != (len(cases), len(class_names)) or not values.size:
    raise ValueError(
      f"scores: wanted [{len(cases)} cases, {len(class_names)} classes], found "
      f"shape {values.shape}"
    )
  if ((values < 0) | (values > 1)).any():
    raise ValueError("scores: wanted numbers in [0, 1], found others")
  for what, names in (("cases", cases), ("classes", tuple(class_names))):
    if len(set(names)) != len(names):
      raise ValueError(f"scores: wanted distinct {what}, found one twice")
  columns = [
    _column("patients", cases if patients is None else patients, cases),
    _column("strata", [""] * len(cases) if strata is None else strata, cases),
  ]
  order = sorted(range(len(cases)), key=lambda i: cases[i])
  return Scores(
    *(tuple(names[i] for i in order) for names in (cases, *columns)),
    tuple(class_names),
    values[order],
    float(calibration),
  )


def case_means(first: Scores, second: Scores) -> tuple[np.ndarray, np.ndarray]:
  """[n] mean over classes of each, over the same classes.

  A class that one has a score of and the other has not is in neither mask of
  the other: 1, it agrees with the truth. One that none has a score of is left
  out; a case without any is NaN.
  """
  known = ~np.isnan(first.values) | ~np.isnan(second.values)
  count = known.sum(1)

  def mean(values):
    filled = np.where(np.isnan(values), 1.0, values)
    total = np.where(known, filled, 0.0).sum(1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

  return mean(first.values), mean(second.values)


def refuse_unlike(candidate: Scores, incumbent: Scores) -> None:
  """Refuses scores that cannot be paired.

  Raises:
    ValueError: for other cases, patients, strata or classes.
  """
  for name in ("cases", "patients", "strata", "class_names"):
    new, old = getattr(candidate, name), getattr(incumbent, name)
    if new != old:
      one = sorted(set(new) ^ set(old))
      found = f"another, such as {one[0]!r}" if one else "others"
      raise ValueError(
        f"gate: wanted the same {name} of both models, found {found}"
      )


def of_answers(
  cases: Sequence[str],
  answers: Sequence[int],
  truth: Sequence[int],
  class_names: Sequence[str],
  **others,
) -> Scores:
  """Scores of a classification: right or wrong, under the true class.

  Args:
    cases: n distinct names.
    answers, truth: n classes 0..C-1.
    class_names: C.
    **others: as in `make_scores`.
  """
  truth, answers = np.asarray(truth), np.asarray(answers)
  values = np.full((len(cases), len(class_names)), np.nan)
  values[np.arange(len(cases)), truth] = answers == truth
  return make_scores(cases, values, class_names, **others)


def map_calibration(
  cases: Iterable[tuple[np.ndarray, np.ndarray, Sequence[float] | None]],
  distance_mm: float = 5.0,
) -> float:
  """Mean over cases of the calibration error near what is drawn or predicted.

  Further away everything is background that every model is sure of, see
  `alx.metrics.near_foreground`.

  Args:
    cases: probabilities [*sp, C], classes [*sp] and mm between voxels of each.
    distance_mm: of the voxels that count from the foreground of either.

  Returns:
    In [0, 1]; NaN without a case that has any foreground.
  """
  found = []
  for probs, truth, spacing in cases:
    truth = np.asarray(truth)
    told = truth != UNLABELLED
    near = told & near_foreground(
      probs.argmax(-1) > 0, told & (truth > 0), distance_mm, spacing
    )
    if near.any():
      known = np.asarray(probs, np.float64)[near]
      known = known / known.sum(-1, keepdims=True)
      found.append(ece(known, truth[near]))
  return float(np.mean(found)) if found else np.nan


def _column(name, values, cases):
  if len(values) != len(cases):
    raise ValueError(f"scores: wanted {len(cases)} {name}, found {len(values)}")
  return tuple(str(x) for x in values)
