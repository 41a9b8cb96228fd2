"""The noise floor: how far arms lie apart that must be equal."""

from typing import NamedTuple

import numpy as np
import scipy.stats

from alx.stats import checks
from alx.stats.differences import summarize

# With one prediction of two classes per item all three rank by |p - 1/2|, so
# they choose the same items. Means over pixels do not rank alike.
EQUAL_IF_BINARY = ("confidence", "margin", "entropy")


class NoiseFloor(NamedTuple):
  """Spread among equal arms, in units of the score; NaN is unknown."""

  mean_gap: float  # mean |difference| of two arms' means over seeds
  largest_gap: float
  sd: float  # of one run about the mean of the equal runs of its round, seed
  threshold: float  # a gap that noise alone seldom makes
  num_rounds: int
  num_seeds: int  # known in every round that counts
  num_same: int  # rounds and seeds in which all arms are equal to the last bit


def noise_floor(scores: np.ndarray, level: float = 0.95) -> NoiseFloor:
  """The spread among arms that choose the same items, all of it noise.

  The sd is pooled over rounds and seeds, A - 1 degrees of freedom each. Arms
  that have chosen the same items so far and train with the same key are equal
  but for rounding: that shows no noise, so such cells are left out of it. Two
  means over S seeds differ by noise alone with a standard error of
  sd sqrt(2 / S); the threshold is t times that, at the level, for one
  comparison. Leave out rounds that equal arms share, such as the initial one,
  which is trained once. S is of the round in which fewest seeds are known.

  Args:
    scores: [A, R, S] equal arms, rounds, seeds, A >= 2; a round and seed with
      a NaN is left out.
    level: of the threshold, in (0, 1).

  Returns:
    With scores that are means over seeds (S = 1) the gaps are those of the
    means, and the sd and the threshold are those of such means. Without two
    arms that differ the sd and the threshold are NaN.

  Raises:
    ValueError: for other axes, one arm or a level outside (0, 1).
  """
  checks.share(level, "level")
  scores = checks.axes(scores, "arms rounds seeds")
  arms, rounds, seeds = scores.shape
  if arms < 2:
    raise ValueError(f"wanted two arms that must be equal, got {arms}")
  whole = np.where(np.isnan(scores).any(0), np.nan, scores)
  known = (~np.isnan(whole[0])).sum(1)
  seeds = int(known[known > 0].min(initial=seeds))
  gaps = _gaps(summarize(whole, -1).mean)
  if not gaps.size:
    return NoiseFloor(*[np.nan] * 4, rounds, seeds, 0)
  cells = whole[:, ~np.isnan(whole[0])]
  same = checks.is_rounding(np.ptp(cells, 0), abs(cells).max(0))
  sd, threshold = _spread(cells[:, ~same], seeds, level)
  found = gaps.mean(), gaps.max(), sd, threshold
  return NoiseFloor(*map(float, found), rounds, seeds, int(same.sum()))


def _spread(cells, seeds, level):
  """(sd, threshold) of [A, cells]; unknown without a cell."""
  if not cells.size:
    return np.nan, np.nan
  sd = np.sqrt(cells.var(0, ddof=1).mean())
  t = scipy.stats.t.ppf(0.5 + level / 2, cells.shape[1] * (len(cells) - 1))
  return sd, t * sd * np.sqrt(2 / seeds)


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
  seeds = f", seeds: {floor.num_seeds}" if floor.num_seeds > 1 else ""
  line = (
    f"Noise floor: arms that must be equal differ by {floor.mean_gap:.4f}{unit}"
    f" on average and {floor.largest_gap:.4f} at most (rounds:"
    f" {floor.num_rounds}{seeds})"
  )
  if floor.num_same:
    line += f", not at all in {floor.num_same} cases: the same items, in turn"
  if np.isnan(floor.threshold):
    return line + "; how much noise there is cannot be told."
  return line + f"; a difference below {floor.threshold:.4f} is no evidence."
