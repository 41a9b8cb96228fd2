"""What more labels would give, from the curve so far; and how well it knew."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.stats

from alx.stats import checks
from alx.stats.budgets.curve_intervals import Censored, labels_needed_interval
from alx.stats.budgets.power_law import PowerLaw, fit_power_law
from alx.stats.intervals import Interval, mean_interval

FEWEST = 4  # numbers of labels
_ALPHA = 0.05  # of the test that there is a rise
_POINTS = 400  # numbers of labels tried for a target


class Hindsight(NamedTuple):
  """What the first rounds would have forecast, and what came."""

  labels: np.ndarray  # [K] of the later rounds
  forecast: Interval  # [K]
  came: np.ndarray  # [K] mean score over the seeds
  error: np.ndarray  # [K] forecast - came
  inside: np.ndarray  # [K] 1: inside the interval, 0: not, NaN: there is none


def forecast_laws(
  labels: Sequence[float], scores: np.ndarray, top: float = 1.0
) -> PowerLaw:
  """The power law of each seed, where a forecast makes sense.

  Refused where the scores do not rise: a line through them over the logarithm
  of the labels, at a height of its own for each seed, has a slope that is not
  above 0 (one-sided t-test, 5%).

  Args:
    labels: [R] ascending numbers of labels > 0, R >= 4.
    scores: [S, R] at most `top`, higher is better; a seed with a NaN is left
      out.
    top: the best score there is.

  Raises:
    ValueError: one line for fewer than 4 numbers of labels, no seed without a
      NaN, no rise, and what `fit_power_law` refuses.
  """
  labels = checks.numbers(labels, "labels")
  scores = checks.axes(scores, "seeds rounds")
  if labels.size < FEWEST:
    raise ValueError(
      f"a forecast wants {FEWEST} numbers of labels or more, got {labels.size}"
    )
  scores = scores[~np.isnan(scores).any(1)]
  checks.some_seed(scores)
  laws = fit_power_law(labels, scores, top)
  if not _rise(labels, scores) < _ALPHA:
    raise ValueError(
      "a forecast wants scores that rise with the labels, and no rise can be "
      f"seen over {labels[0]:g} to {labels[-1]:g} labels"
    )
  return laws


def _rise(labels, scores):
  """p of a slope over log labels <= 0; a seed has its own height."""
  x = np.log(labels) - np.log(labels).mean()
  y = scores - scores.mean(1, keepdims=True)
  spread = len(y) * (x**2).sum()
  slope = (y @ x).sum() / spread
  rest = y - slope * x
  rest = np.where(checks.is_rounding(rest, abs(scores).max()), 0.0, rest)
  rises = slope * np.ptp(x) > checks.ROUNDING * abs(scores).max()
  dof = y.size - len(y) - 1
  error = np.sqrt((rest**2).sum() / dof / spread)
  if not error or not rises:
    return 0.0 if rises else 1.0
  return float(scipy.stats.t.sf(slope / error, dof))


def forecast_scores(
  laws: PowerLaw, labels: Sequence[float], level: float = 0.95
) -> Interval:
  """Mean score with more labels, and its t interval over the seeds' forecasts.

  The interval says how far the seeds disagree; of few seeds a bootstrap would
  be too narrow. It is right if the curve is a
  power law; one that bends later than the labels so far can show is forecast
  too low or too high by all seeds alike.

  Args:
    laws: [S] of `forecast_laws`.
    labels: [K] numbers of labels.
    level: confidence, in (0, 1).

  Returns:
    [K] each. One seed has no interval: NaN ends.
  """
  labels = checks.numbers(labels, "labels")
  found = mean_interval(laws.at(labels), level)
  return found._replace(high=np.minimum(found.high, laws.top))


def forecast_labels(
  laws: PowerLaw,
  target: float,
  most: float,
  *,
  level: float = 0.95,
  num_draws: int = 2_000,
  seed: int | np.random.Generator = 0,
) -> Censored:
  """Labels at which the mean forecast reaches a score, by resampling seeds.

  Args:
    laws: [S] of `forecast_laws`.
    target: the score wanted.
    most: labels that there can be, such as items of the pool, no fewer than
      the first of the curve; what is not reached with them is infinite.
    level: confidence, in (0, 1).
    num_draws: resampled sets of seeds, >= 1.
    seed: the same one gives the same draws.

  Returns:
    Whole numbers of labels, of many not every one is tried. One seed has no
    interval: NaN ends.

  Raises:
    ValueError: for fewer labels than the curve begins with.
  """
  if not most >= laws.first:
    raise ValueError(
      f"most: wanted at least {laws.first:g}, the first number of labels of "
      f"the curve, found {most!r}"
    )
  tried = np.geomspace(laws.first, most, _POINTS)
  tried = np.unique(np.append(np.ceil(tried[:-1]), np.floor(tried[-1])))
  first, _ = labels_needed_interval(
    *(tried, laws.at(tried), target),
    level=level,
    num_draws=num_draws,
    seed=seed,
  )
  return first


def forecast_hindsight(
  labels: Sequence[float],
  scores: np.ndarray,
  first: int = FEWEST,
  top: float = 1.0,
  level: float = 0.95,
) -> Hindsight:
  """Forecasts the later rounds from the first ones, and holds both together.

  Args:
    labels: [R] ascending numbers of labels > 0, R > first.
    scores: [S, R]; a seed with a NaN is left out.
    first: rounds that are fitted, >= 4.
    top: the best score there is.
    level: confidence, in (0, 1).

  Raises:
    ValueError: for no later round, and what `forecast_laws` refuses.
  """
  labels = checks.numbers(labels, "labels")
  scores = checks.axes(scores, "seeds rounds")
  checks.whole(first, "first", FEWEST)
  if labels.size <= first:
    raise ValueError(
      f"wanted a round behind the first {first}, got {labels.size} rounds"
    )
  scores = scores[~np.isnan(scores).any(1)]
  checks.some_seed(scores)
  laws = forecast_laws(labels[:first], scores[:, :first], top)
  later, came = labels[first:], scores[:, first:].mean(0)
  found = forecast_scores(laws, later, level)
  inside = ((found.low <= came) & (came <= found.high)).astype(np.float64)
  inside = np.where(np.isnan(found.low), np.nan, inside)
  return Hindsight(later, found, came, found.mean - came, inside)
