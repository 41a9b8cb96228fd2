"""Learning curves as power laws: error = floor + scale * labels^-rate."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks

RATES = (0.05, 5.0)  # of a fit: a line over log labels, and a step
_GRID = 48  # rates tried at a time
_ZOOMS = 3  # around the best one


class PowerLaw(NamedTuple):
  """score(n) = top - floor - scale * (n / first)^-rate; NaN is unknown."""

  floor: np.ndarray  # [...] >= 0, error that no labels take away
  scale: np.ndarray  # [...] >= 0, what they do, at the first number of labels
  rate: np.ndarray  # [...] > 0
  first: float  # number of labels
  top: float  # best score there is

  def at(self, labels: np.ndarray) -> np.ndarray:
    """[..., K] scores with each of the numbers of labels, [K] > 0."""
    ratio = np.asarray(labels, np.float64) / self.first
    fallen = self.scale[..., None] * ratio ** -self.rate[..., None]
    return self.top - self.floor[..., None] - fallen


def fit_power_law(
  labels: Sequence[float], scores: np.ndarray, top: float = 1.0
) -> PowerLaw:
  """Least squares for each curve, with floor, scale >= 0 and rate in `RATES`.

  For a rate the rest is linear, so that rates are tried, finer and finer
  around the best one. Frey and Fisher 1999; Viering and Loog 2023, section 3.

  Args:
    labels: [R] ascending numbers of labels > 0.
    scores: [..., R] at most `top`, higher is better; a NaN makes its curve
      unknown.
    top: the best score there is.

  Raises:
    ValueError: for other shapes, labels that do not ascend from above 0, or a
      score above the top.
  """
  labels, scores = checks.numbers(labels, "labels"), checks.numbers(scores)
  if labels.ndim != 1 or scores.shape[-1:] != labels.shape or not labels.size:
    raise ValueError(
      f"wanted labels [R] and scores [..., R], got shapes {labels.shape} and "
      f"{scores.shape}"
    )
  if not (labels[0] > 0 and (np.diff(labels) > 0).all()):
    raise ValueError(f"wanted numbers of labels > 0, ascending, got {labels}")
  if (scores > top + checks.ROUNDING).any():
    raise ValueError(f"wanted scores of at most {top:g}, got {scores.max()}")
  errors = top - scores.reshape(-1, len(labels))
  found = _fit(np.log(labels / labels[0]), errors)
  shape = scores.shape[:-1]
  return PowerLaw(*(x.reshape(shape) for x in found), float(labels[0]), top)


def _fit(ratio, errors):
  """(floor, scale, rate), each [K], of errors [K, R] over log ratios [R]."""
  low, high = np.log(np.array(RATES))
  rates = np.tile(np.linspace(low, high, _GRID), (len(errors), 1))
  step = (high - low) / (_GRID - 1)
  for _ in range(_ZOOMS + 1):
    floor, scale, misfit = _given(np.exp(rates), ratio, errors)
    best = misfit.argmin(-1)[:, None]
    found = [np.take_along_axis(x, best, 1) for x in (floor, scale, rates)]
    around = found[2] + np.linspace(-step, step, _GRID)
    rates = np.clip(around, low, high)
    step *= 2 / (_GRID - 1)
  floor, scale, rate = (x[:, 0] for x in found)
  return floor, scale, np.where(np.isnan(floor), np.nan, np.exp(rate))


def _given(rates, ratio, errors):
  """Best floor and scale, and their misfit, for rates [K, G]: each [K, G]."""
  x = np.exp(-rates[..., None] * ratio)
  y = errors[:, None]
  mean_x, mean_y = x.mean(-1), y.mean(-1)
  apart = x - mean_x[..., None]
  spread = (apart**2).sum(-1)
  scale = (apart * y).sum(-1) / np.where(spread > 0, spread, 1.0)
  floor = mean_y - scale * mean_x
  through_0 = (x * y).sum(-1) / (x**2).sum(-1)
  scale = np.where(floor < 0, through_0, scale)
  rises = scale > 0
  scale = np.where(rises, scale, 0.0 * scale)
  floor = np.where(rises, np.maximum(floor, 0.0), mean_y)
  rest = y - floor[..., None] - scale[..., None] * x
  return floor, scale, (rest**2).sum(-1)
