"""What assistance saves per exam, with an interval that may be negative."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.groups import numbers_of
from alx.stats import checks
from alx.stats.resampling import Draws, Estimate, percentile

FEW_READERS = 5  # below, an interval speaks of these readers only


class Savings(NamedTuple):
  """Manual minus assisted, of a unit such as seconds, dollars or mm."""

  per_exam: Estimate  # mean of the differences
  percent: Estimate  # 100 (1 - sum assisted / sum manual); NaN: no manual work
  mean_percent: float  # mean of the exams' own percentages
  chance: float  # share of the resampled means above 0
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
  nothing is clipped at 0, and savings that are all equal have a width of 0.

  Args:
    manual, assisted: [n] >= 0, of each exam; what assistance costs beside
      reading (rejected drafts, its part of computing) belongs to `assisted`.
    patients: [n] names; one that is not known is a patient by itself.
    readers: [n] names; None: one reader.
    level: confidence.
    num_draws: resampled data sets.
    seed: the same one gives the same interval.

  Returns:
    NaN ends for one patient.

  Raises:
    ValueError: for no exam, other shapes, unknown or negative numbers.
  """
  manual, assisted = _work("manual", manual), _work("assisted", assisted)
  checks.pairs(manual, assisted)
  patient, reader = _codes(patients, readers, manual)
  draw = _drawing(patient, reader, num_draws, seed)
  differences = manual - assisted

  def mean(weights):
    return weights @ differences / weights.sum(1)

  def percent(weights):
    return _percent(weights @ manual, weights @ assisted)

  weights = np.concatenate(list(draw))
  per_exam = _estimate(mean, weights, patient, level)
  return Savings(
    per_exam,
    _estimate(percent, weights, patient, level),
    float(np.mean(_percent(manual, assisted))),
    float((mean(weights) > 0).mean()),
    len(manual),
    len(np.unique(patient)),
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

  Raises:
    ValueError: as `savings`.
  """
  random = checks.generator(seed)
  arms = (manual, manual_patients), (assisted, assisted_patients)
  values, resampled, least = [], [], []
  for name, (work, patients) in zip(("manual", "assisted"), arms, strict=True):
    work = _work(name, work)
    patient, reader = _codes(patients, None, work)
    weights = np.concatenate(list(_drawing(patient, reader, num_draws, random)))
    values.append(work.mean())
    resampled.append(weights @ work / weights.sum(1))
    least.append(len(np.unique(patient)))
  apart = values[0] - values[1]
  draws = Draws(np.float64(apart), resampled[0] - resampled[1], np.zeros(1))
  low, high = (np.nan, np.nan) if min(least) < 2 else percentile(draws, level)
  return Estimate(np.float64(apart), low, high, sum(least))


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
  if value.ndim != 1 or not value.size:
    raise ValueError(f"{name}: wanted one number an exam, found {value.shape}")
  if not (value >= 0).all():
    raise ValueError(f"{name}: wanted numbers >= 0, found {value.min():g}")
  return value


def _codes(patients, readers, work):
  """[n] and [n] small integers."""
  readers = ["one"] * len(work) if readers is None else readers
  found = []
  for name, names in (("patients", patients), ("readers", readers)):
    numbers = numbers_of(names)
    if numbers.shape != work.shape:
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
    step = min(left, max(1, (1 << 21) // len(patient)))
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


def _percent(manual, assisted):
  with np.errstate(divide="ignore", invalid="ignore"):
    found = 100 * (1 - assisted / manual)
  return np.where(manual > 0, found, np.nan)


def _estimate(statistic, weights, patient, level):
  value = statistic(np.ones((1, len(patient))))[0]
  patients = patient.max() + 1
  resampled = statistic(weights)
  if patients < 2 or np.isnan(value):
    return Estimate(value, np.nan, np.nan, int(patients))
  resampled = resampled[~np.isnan(resampled)]
  low, high = percentile(Draws(value, resampled, np.zeros(1)), level)
  return Estimate(value, low, high, int(patients))
