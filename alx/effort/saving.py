"""What assistance saves per exam, with an interval that may be negative."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.groups import numbers_of, witnesses_of
from alx.stats import checks
from alx.stats.resampling import (
  Draws,
  Estimate,
  mean_of,
  percentile,
  resample,
)

FEW_READERS = 5  # below, an interval speaks of these readers only
_AT_ONCE = 1 << 21  # weights in memory


class Savings(NamedTuple):
  """Manual minus assisted, of a unit such as seconds, dollars or mm."""

  per_exam: Estimate  # mean of the differences
  percent: Estimate  # 100 (1 - sum assisted / sum manual); NaN: no manual work
  mean_percent: float  # mean of the exams' own percentages
  chance: float  # share of the resampled means above 0; NaN for one patient
  exams: int
  patients: int
  readers: int
  over_readers: bool  # readers were drawn again too, not only patients


class Verdict(NamedTuple):
  """What an interval says about a task."""

  finding: str  # "saves", "undecided", "costs" or "unknown"
  task: str  # "automate", "assist", "manual" or "unknown"


def savings(
  manual: np.ndarray,
  assisted: np.ndarray,
  patients: Sequence,
  readers: Sequence | None = None,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  seed: int | np.random.Generator = 0,
) -> Savings:
  """Savings of the same exams read both ways.

  Patients are drawn again whole, and, if there are `FEW_READERS` or more,
  readers too: a row counts as often as its patient times its reader was drawn
  (Owen 2007, the pigeonhole bootstrap), whoever read whom. Percentile ends;
  nothing is clipped at 0, savings that are all equal have a width of 0, and a
  saving that is mere rounding is 0.

  Args:
    manual, assisted: [n, ...] >= 0, of each exam; what assistance costs beside
      reading (rejected drafts, its part of computing) belongs to `assisted`.
      Further axes, such as price lists, are told apart from the same draws.
    patients: [n] names; one that is not known is a patient by itself.
    readers: [n] names; those that are not known are one reader; None: one.
    level: confidence.
    num_draws: resampled data sets.
    seed: the same one gives the same interval.

  Returns:
    NaN ends for one patient; [...] of each number.

  Raises:
    ValueError: for no exam, other shapes, unknown or negative numbers.
  """
  single = checks.is_single(manual, assisted)
  manual, assisted = _work("manual", manual), _work("assisted", assisted)
  checks.pairs(manual, assisted)
  patient, reader = _codes(patients, readers, manual)
  saved = _apart(manual, assisted, single)
  mean_saved, mean_manual = mean_of(saved), mean_of(manual)

  def statistic(weights):
    work, mean = mean_manual(weights), mean_saved(weights)
    mean = _unless_rounding(mean, work, single)
    return np.stack([mean, _percent(mean, work)], 1)

  value = statistic(np.ones((1, len(manual))))[0]
  draws = _drawing(patient, reader, num_draws, seed)
  resampled = np.concatenate([statistic(weights) for weights in draws])
  clusters = len(np.unique(patient))
  per_exam, percent = (
    _estimate(value[i], resampled[:, i], clusters, level) for i in range(2)
  )
  return Savings(
    per_exam,
    percent,
    _percent(saved, manual).mean(0),
    _chance(resampled[:, 0], clusters),
    len(manual),
    clusters,
    len(np.unique(reader)),
    len(np.unique(reader)) >= FEW_READERS,
  )


def unpaired_savings(
  manual: np.ndarray,
  assisted: np.ndarray,
  manual_patients: Sequence,
  assisted_patients: Sequence,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  seed: int = 0,
) -> Estimate:
  """Mean manual minus mean assisted of different exams; each drawn by itself.

  A saving that is mere rounding is 0.

  Args:
    manual, assisted: [n, ...] and [m, ...], as of `savings`.
    manual_patients, assisted_patients: [n] and [m] names.
    level: confidence.
    num_draws: resampled data sets.
    seed: the same one gives the same interval.

  Raises:
    ValueError: as `savings`.
  """
  random = checks.generator(seed)
  single = checks.is_single(manual, assisted)
  arms = (manual, manual_patients), (assisted, assisted_patients)
  drawn, clusters = [], []
  for name, (work, patients) in zip(("manual", "assisted"), arms, strict=True):
    work = _work(name, work)
    patient, _ = _codes(patients, None, work)
    drawn.append(resample(mean_of(work), patient, num_draws, random))
    clusters.append(len(np.unique(patient)))
  value = _apart(*(arm.value for arm in drawn), single)
  resampled = _apart(*(arm.resampled for arm in drawn), single)
  known = sum(clusters) if min(clusters) > 1 else 1
  found = _estimate(value, resampled, known, level)
  return found._replace(clusters=sum(clusters))


def verdict(low: float, high: float) -> Verdict:
  """What may be done with a task whose saving has this interval.

  Above 0: drafts save, let them lead (a person still signs). Around 0: not
  shown, offer them. Below 0: they cost, work without them.

  Raises:
    ValueError: for ends in the wrong order.
  """
  if low > high:
    raise ValueError(f"wanted low <= high, found {low} and {high}")
  if not (np.isfinite(low) and np.isfinite(high)):
    return Verdict("unknown", "unknown")
  if low > 0:
    return Verdict("saves", "automate")
  if high < 0:
    return Verdict("costs", "manual")
  return Verdict("undecided", "assist")


def break_even_rate(saved_s: float, cost: float) -> float:
  """Money per hour of a reader from which an exam's cost is earned back.

  Args:
    saved_s: seconds saved per exam.
    cost: of computing and set-up, per exam.

  Returns:
    Infinite if no second is saved.
  """
  return 3600 * cost / saved_s if saved_s > 0 else float("inf")


def break_even_exams(setup: float, saving: float) -> float:
  """Exams after which a set-up is paid by the saving of each; or infinite."""
  return setup / saving if saving > 0 else float("inf")


def _work(name, value):
  value = checks.numbers(value, name)
  if not value.ndim or not value.size:
    raise ValueError(f"{name}: wanted one number an exam, found {value.shape}")
  if not (value >= 0).all():
    raise ValueError(f"{name}: wanted numbers >= 0, found {value.min():g}")
  return value


def _codes(patients, readers, work):
  """[n] and [n] small integers."""
  readers = ["one"] * len(work) if readers is None else readers
  found = []
  kinds = (
    ("patients", patients, numbers_of),
    ("readers", readers, witnesses_of),
  )
  for name, names, numbered in kinds:
    numbers = numbered(names)
    if numbers.shape != work.shape[:1]:
      raise ValueError(
        f"{name}: wanted {len(work)} names, found shape {numbers.shape}"
      )
    found.append(np.unique(numbers, return_inverse=True)[1])
  return found


def _drawing(patient, reader, num_draws, seed):
  """Weights [., n] of resampled data, a few draws at once."""
  checks.whole(num_draws, "num_draws")
  random = checks.generator(seed)
  left = num_draws
  while left:
    step = min(left, max(1, _AT_ONCE // len(patient)))
    weights = _times(random, patient, step)
    if reader.max() + 1 >= FEW_READERS:
      weights = weights * _times(random, reader, step)
    weights = weights[weights.sum(1) > 0]
    left -= len(weights)
    yield weights


def _times(random, group, draws):
  """[draws, n] how often the cluster of each row was drawn."""
  count = group.max() + 1
  chances = np.full(count, 1 / count)
  return random.multinomial(count, chances, draws)[:, group].astype(float)


def _apart(manual, assisted, single):
  """Manual minus assisted; 0 where they are equal but for rounding."""
  size = np.maximum(manual, assisted)
  return _unless_rounding(manual - assisted, size, single)


def _unless_rounding(saved, size, single):
  return np.where(checks.is_rounding(saved, size, single), 0.0, saved)[()]


def _chance(resampled, clusters):
  share = (resampled > 0).mean(0)
  return share if clusters > 1 else share * np.nan


def _percent(saved, manual):
  with np.errstate(divide="ignore", invalid="ignore"):
    found = 100 * saved / manual
  return np.where(manual > 0, found, np.nan)


def _estimate(value, resampled, clusters, level):
  """Percentile ends of [D, ...], each over the draws that are known."""

  def ends(value, column):
    known = column[~np.isnan(column)]
    if clusters < 2 or np.isnan(value):
      return np.nan, np.nan
    return percentile(Draws(value, known, np.zeros(1)), level)

  columns = resampled.reshape(len(resampled), -1).T
  found = list(map(ends, np.ravel(value), columns))
  low, high = np.moveaxis(np.reshape(found, (*np.shape(value), 2)), -1, 0)
  return Estimate(value, low, high, clusters)
