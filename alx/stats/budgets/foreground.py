"""Foreground efficiency: how fast a method learns from labelled foreground."""

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit

_FLAT = 1e-6  # of the way to the full score: as good as there


class ForegroundEfficiency(NamedTuple):
  """The curve y = full - (full - first) exp(-rate (x - x_first))."""

  rate: float  # the efficiency: higher is faster
  first: float  # mean score where the least foreground is labelled
  full: float  # score with all labels
  x_first: float  # the least share of foreground that is labelled


def foreground_efficiency(
  shares: Sequence[float],
  scores: Sequence[float],
  full: float,
  first: tuple[float, float] | None = None,
) -> ForegroundEfficiency:
  """The rate of the exponential that goes from the first score to the full one.

  As nnActive has it (Lueth et al. 2025): the rate alone is fitted, by least
  squares, over the rounds and seeds of one method. The first point is that of
  all methods that are compared.

  Args:
    shares: [n] share of all foreground voxels that is labelled, in [0, 1].
    scores: [n] of the model, such as Dice.
    full: score with all labels.
    first: (share, score) at the least foreground, of all methods; None: of
      these points.

  Raises:
    ValueError: for fewer than two different shares, or values that are no
      numbers.
  """
  x, y = (np.asarray(v, np.float64) for v in (shares, scores))
  if x.shape != y.shape or not (np.isfinite(x).all() and np.isfinite(y).all()):
    raise ValueError("shares and scores have to be as many numbers each")
  if len(np.unique(x)) < 2:
    raise ValueError(f"wanted at least 2 different shares, found {x.tolist()}")
  x_first, y_first = first or (x.min(), y[x == x.min()].mean())
  height = full - y_first
  span = max(np.ptp(x), 1e-12)

  def curve(x, rate):
    return full - height * np.exp(-rate * (x - x_first) / span)

  with warnings.catch_warnings(), np.errstate(over="ignore"):
    warnings.simplefilter("ignore", OptimizeWarning)
    found = curve_fit(curve, x, y, p0=[1.0], maxfev=20_000)[0]
  rate = float(found[0]) / span
  return ForegroundEfficiency(rate, float(y_first), float(full), float(x_first))


def foreground_efficiencies(
  points: Mapping[str, np.ndarray], full: float
) -> dict[str, float]:
  """The rate of each method, all from the one first point of them together.

  Methods without a rate are left out: with fewer than two shares, or with
  scores that are at the full one as soon as there is more foreground. All are,
  where the first score is not below the full one.

  Args:
    points: by method [2, n], shares of all foreground voxels that are labelled
      and scores, over rounds and seeds; points with a NaN are left out.
    full: score with all labels.
  """
  kept = {
    name: found[:, np.isfinite(found).all(0)] for name, found in points.items()
  }
  shares, scores = np.concatenate([*kept.values(), np.zeros((2, 0))], 1)
  if not len(shares) or not np.isfinite(full):
    return {}
  first = float(shares.min()), float(scores[shares == shares.min()].mean())
  if first[1] >= full:
    return {}
  rates = {
    name: _rate(x, y, full, first)
    for name, (x, y) in kept.items()
    if len(np.unique(x)) > 1
  }
  return {name: rate for name, rate in rates.items() if np.isfinite(rate)}


def _rate(x, y, full, first):
  """NaN where the best fit has none that is finite."""
  try:
    rate = foreground_efficiency(x, y, full, first).rate
  except RuntimeError:  # of scipy: no fit
    return np.nan
  later = x[x > first[0]].min() - first[0]
  with np.errstate(over="ignore"):
    return rate if np.exp(-rate * later) > _FLAT else np.nan
