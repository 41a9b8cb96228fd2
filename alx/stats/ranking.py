"""Arms by rank: 1 is best, equal scores share the mean of their ranks.

Equal are scores, too, that lie apart by rounding alone.
"""

import numpy as np
import scipy.stats

from alx.stats import checks
from alx.stats.differences import summarize
from alx.stats.resampling import Ends, Estimate, bca, bootstrap, mean_of


def ranks(scores: np.ndarray) -> np.ndarray:
  """[A, ...] ranks over the arms, 1 for the highest score.

  Args:
    scores: [A, ...]; where one arm is NaN all ranks are, because a rank among
      fewer arms is another thing.

  Raises:
    ValueError: if there is no arm.
  """
  scores = checks.numbers(scores, "scores")
  if scores.ndim < 1 or not len(scores):
    raise ValueError(f"wanted scores [A, ...], got shape {scores.shape}")
  unknown = np.isnan(scores).any(0)
  places = scipy.stats.rankdata(_places(np.nan_to_num(scores)), axis=0)
  return np.where(unknown, np.nan, places)


def _places(scores):
  """[A, ...] 0 for the highest score, one more for each that is lower."""
  order = np.argsort(-scores, axis=0, kind="stable")
  falling = np.take_along_axis(scores, order, 0)
  steps = -np.diff(falling, axis=0, prepend=falling[:1])
  size = abs(scores).max(0)
  places = np.cumsum(~checks.is_rounding(steps, size), axis=0)
  found = np.empty_like(places)
  np.put_along_axis(found, order, places, 0)
  return found


def mean_ranks(scores: np.ndarray) -> np.ndarray:
  """[A, R] mean rank of each arm in each round, over seeds.

  Args:
    scores: [A, R, S] arms, rounds, seeds; higher is better. A seed is left out
      of a round where any arm has a NaN.

  Returns:
    In [1, A]; every round adds up to A (A + 1) / 2. NaN without a seed.

  Raises:
    ValueError: for other axes.
  """
  scores = checks.axes(scores, "arms rounds seeds")
  return summarize(ranks(scores), -1).mean


def rank_interval(
  scores: np.ndarray,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  ends: Ends = bca,
  seed: int | np.random.Generator = 0,
) -> Estimate:
  """[A] mean rank over all rounds, with a bootstrap interval over seeds.

  Args:
    scores: [A, R, S] arms, rounds, seeds; higher is better. A seed with a NaN
      is left out.
    level: confidence of each interval alone, in (0, 1).
    num_draws: resampled sets of seeds, >= 1.
    ends: `bca` or `percentile`.
    seed: the same one gives the same draws.

  Raises:
    ValueError: for other axes, no seed without a NaN, a level outside (0, 1)
      or no draw.
  """
  scores = checks.axes(scores, "arms rounds seeds")
  by_seed = ranks(scores).mean(1).T
  by_seed = by_seed[~np.isnan(by_seed).any(1)]
  checks.some_seed(by_seed)
  return bootstrap(
    mean_of(by_seed),
    range(len(by_seed)),
    level=level,
    num_draws=num_draws,
    ends=ends,
    seed=seed,
  )


def friedman(scores: np.ndarray) -> float:
  """p of all arms being alike, from their ranks (Friedman 1937).

  Args:
    scores: [A, N] arms by blocks, such as data sets, A >= 3; a block with a
      NaN is left out.

  Returns:
    In [0, 1]; 1 if every block is one tie, NaN without a block.

  Raises:
    ValueError: for other axes or fewer than three arms.
  """
  scores = checks.axes(scores, "arms blocks")
  if len(scores) < 3:
    raise ValueError(f"wanted three arms or more, got {len(scores)}")
  scores = scores[:, ~np.isnan(scores).any(0)]
  if not scores.shape[1]:
    return np.nan
  places = ranks(scores)
  if (places == places[0]).all():
    return 1.0
  return float(scipy.stats.friedmanchisquare(*places).pvalue)


def nemenyi_difference(
  num_arms: int, num_blocks: int, alpha: float = 0.05
) -> float:
  """Mean ranks that differ by less are not told apart.

  q sqrt(A (A + 1) / (6 N)), q the 1 - alpha quantile of the studentized range
  of A over sqrt(2) (Demsar 2006, section 3.2.2).

  Args:
    num_arms: A >= 2.
    num_blocks: N >= 1, such as data sets.
    alpha: level for all pairs together, in (0, 1).

  Raises:
    ValueError: for an argument out of range.
  """
  checks.share(alpha, "alpha")
  checks.whole(num_arms, "num_arms", 2)
  checks.whole(num_blocks, "num_blocks")
  q = scipy.stats.studentized_range.ppf(1 - alpha, num_arms, np.inf)
  scale = num_arms * (num_arms + 1) / (6 * num_blocks)
  return float(q / np.sqrt(2) * np.sqrt(scale))
