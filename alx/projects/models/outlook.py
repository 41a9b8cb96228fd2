"""Whether to go on: what the labels have brought, and what more would give.

Of the versions of one project there is one curve; what is uncertain about it
is which patients it was measured on.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.budgets.forecast import forecast_laws
from alx.stats.budgets.power_law import fit_power_law
from alx.stats.resampling import mean_of, resample


class Curve(NamedTuple):
  """Versions on the same frozen cases, one for each number of labels."""

  labels: np.ndarray  # [R] ascending
  cases: np.ndarray  # [R, V] mean score of each case
  patients: tuple[str, ...]  # V


class Outlook(NamedTuple):
  """What so many labels would give; NaN with the reason where unknown."""

  labels: int
  score: float
  low: float
  high: float
  refused: str = ""


def make_curve(
  labels: Sequence[int], cases: np.ndarray, patients: Sequence[str]
) -> Curve:
  """A curve out of versions in the order in which they were made.

  Of versions with the same number of labels the last one counts.

  Args:
    labels: R numbers of labels, > 0.
    cases: [R, V] scores in [0, 1]; a case with a NaN is left out.
    patients: V.

  Raises:
    ValueError: for other shapes, or no case that all versions have a score of.
  """
  cases = checks.axes(cases, "versions cases")
  if cases.shape != (len(labels), len(patients)):
    raise ValueError(
      f"wanted scores of {len(labels)} versions and {len(patients)} cases, got "
      f"shape {cases.shape}"
    )
  last = {int(count): row for row, count in enumerate(labels)}
  order = sorted(last)
  cases = cases[[last[count] for count in order]]
  known = ~np.isnan(cases).any(0)
  if not known.any():
    raise ValueError(
      "wanted a case that all versions have a score of, got none"
    )
  return Curve(
    np.array(order),
    cases[:, known],
    tuple(np.array(list(patients), object)[known]),
  )


def by_patient(curve: Curve) -> np.ndarray:
  """[R, P] the mean of each patient's cases, who is one witness."""
  names = sorted(set(curve.patients))
  own = [[p == name for p in curve.patients] for name in names]
  return np.stack([curve.cases[:, rows].mean(1) for rows in own], 1)


def forecast(
  curve: Curve,
  times: float = 2.0,
  *,
  most: int | None = None,
  level: float = 0.95,
  draws: int = 500,
  seed: int = 0,
) -> Outlook:
  """The mean score with so many times the labels, with an interval.

  The power law of `alx.stats.fit_power_law`, and that of curves whose patients
  are drawn again: percentiles of what they forecast. It says how the patients
  disagree, not how another fit to the same labels would have come out.

  Args:
    curve: four versions or more.
    times: > 1.
    most: labels that there can be, such as the images to ask for: no more are
      forecast.
    level: confidence, in (0, 1).
    draws: resampled sets of patients.
    seed: of the draws.

  Returns:
    Refused, in words, where the curve is too short or does not rise, or where
    there is nothing more to label.

  Raises:
    ValueError: for times that are not above 1, or a level out of range.
  """
  checks.share(level, "level")
  if not times > 1:
    raise ValueError(f"forecast: wanted times > 1, found {times!r}")
  wanted = round(float(curve.labels[-1] * times))
  if most is not None:
    wanted = min(wanted, most)
    if most <= curve.labels[-1]:
      refused = f"of {most} images that can have a label all have one"
      return Outlook(most, np.nan, np.nan, np.nan, refused)
  try:
    law = forecast_laws(curve.labels, curve.cases.mean(1)[None])
  except ValueError as error:
    return Outlook(wanted, np.nan, np.nan, np.nan, str(error))
  drawn = resample(mean_of(curve.cases.T), curve.patients, draws, seed)
  laws = fit_power_law(curve.labels, drawn.resampled)
  tails = np.array([1 - level, 1 + level]) / 2
  low, high = np.quantile(laws.at(np.array([float(wanted)]))[:, 0], tails)
  score = float(law.at(np.array([float(wanted)]))[0, 0])
  if len(set(curve.patients)) < 2:
    low = high = np.nan
  return Outlook(wanted, score, float(low), float(high))


def forecast_line(found: Outlook) -> str:
  """The outlook in one line."""
  if found.refused:
    return f"no forecast: {found.refused}"
  ends = f"[{found.low:.4f}, {found.high:.4f}]"
  if np.isnan(found.low):
    ends = "(no interval: one patient)"
  return f"forecast with {found.labels} labels: {found.score:.4f} {ends}"
