"""The noise floor: how far arms lie apart that must be equal."""

from typing import NamedTuple

import numpy as np
import scipy.stats

from alx.stats import checks
from alx.stats.differences import summarize

# With two classes all three rank by |p - 1/2|, so they choose the same items.
EQUAL_IF_BINARY = ("confidence", "margin", "entropy")


class NoiseFloor(NamedTuple):
  """Spread among equal arms, in units of the score; NaN is unknown."""

  mean_gap: float  # mean |difference| of two arms' means over seeds
  largest_gap: float
  sd: float  # of one run about the mean of the equal runs of its round, seed
  threshold: float  # a gap that noise alone seldom makes
  num_rounds: int
  num_seeds: int


def noise_floor(scores: np.ndarray, level: float = 0.95) -> NoiseFloor:
  """The spread among arms that choose the same items, all of it noise.

  The sd is pooled over rounds and seeds, A - 1 degrees of freedom each. Two
  means over S seeds differ by noise alone with a standard error of
  sd sqrt(2 / S); the threshold is t times that, at the level, for one
  comparison. Leave out rounds that equal arms share, such as the initial one,
  which is trained once.

  Args:
    scores: [A, R, S] equal arms, rounds, seeds, A >= 2; NaN are left out of
      the means, and a round and seed with a NaN out of the sd.
    level: of the threshold, in (0, 1).

  Returns:
    With scores that are means over seeds (S = 1) the gaps are those of the
    means, and the sd and the threshold are those of such means.

  Raises:
    ValueError: for other axes, one arm or a level outside (0, 1).
  """
  checks.share(level, "level")
  scores = checks.axes(scores, "arms rounds seeds")
  arms, rounds, seeds = scores.shape
  if arms < 2:
    raise ValueError(f"wanted two arms that must be equal, got {arms}")
  gaps = _gaps(summarize(scores, -1).mean)
  cells = scores.reshape(arms, -1)
  cells = cells[:, ~np.isnan(cells).any(0)]
  if not gaps.size or not cells.size:
    return NoiseFloor(*[np.nan] * 4, rounds, seeds)
  sd = np.sqrt(cells.var(0, ddof=1).mean())
  t = scipy.stats.t.ppf(0.5 + level / 2, cells.shape[1] * (arms - 1))
  found = gaps.mean(), gaps.max(), sd, t * sd * np.sqrt(2 / seeds)
  return NoiseFloor(*map(float, found), rounds, seeds)


def _gaps(means):
  """Known |differences| of every two rows of [A, R], flat."""
  first, second = np.triu_indices(len(means), 1)
  gaps = np.abs(means[first] - means[second])
  return gaps[~np.isnan(gaps)]


def noise_line(floor: NoiseFloor, unit: str = "") -> str:
  """One line for a report.

  Args:
    floor: what `noise_floor` returned.
    unit: of the score, such as "Dice".
  """
  unit = unit and f" {unit}"
  return (
    f"Noise floor: arms that must be equal differ by {floor.mean_gap:.4f}{unit}"
    f" on average and {floor.largest_gap:.4f} at most (rounds:"
    f" {floor.num_rounds}, seeds: {floor.num_seeds}); a difference below"
    f" {floor.threshold:.4f} is no evidence."
  )
