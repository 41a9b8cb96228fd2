"""Which arm beats which, counted over rounds and experiments."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.differences import paired, t_test


class Wins(NamedTuple):
  """One experiment; add up the wins of several, at most one from each.

  Tables in the manner of Ash et al. 2020 print this matrix and the mean of
  each column, small for an arm that is seldom beaten; `wins.T` are losses.
  """

  wins: np.ndarray  # [A, A], share of the rounds in which row beats column
  p: np.ndarray  # [A, A, R], two-sided, adjusted; NaN: fewer than two pairs
  mean: np.ndarray  # [A, A, R], row minus column
  without_spread: int  # tests that say nothing: all pairs differ by the same


def pairwise_wins(
  scores: np.ndarray,
  alpha: float = 0.05,
  adjust: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Wins:
  """Paired t-tests of every two arms in every round.

  Row beats column in a round if its mean is higher and p < alpha (Ash et al.
  2020, BADGE, section 4: two-sided, not adjusted). Where the pairs have no
  spread there is no test and no win; `without_spread` counts them.

  Args:
    scores: [A, R, S] arms, rounds, seeds; higher is better. Column s of every
      arm is the same seed; a pair with a NaN is left out, and fewer than two
      pairs make no win.
    alpha: level of a test, in (0, 1).
    adjust: `holm` or `benjamini_hochberg`, over all pairs of arms and rounds.

  Raises:
    ValueError: for other axes or an alpha outside (0, 1).
  """
  checks.share(alpha, "alpha")
  scores = checks.axes(scores, "arms rounds seeds")
  arms = len(scores)
  every = (arms, *scores.shape)
  rows = np.broadcast_to(scores[:, None], every)
  columns = np.broadcast_to(scores[None], every)
  difference = paired(rows, columns, axis=-1)
  p, upper = t_test(difference), np.triu_indices(arms, 1)
  if adjust is not None:
    p[upper] = adjust(p[upper])
    p[upper[::-1]] = p[upper]
  wins = ((difference.value > 0) & (p < alpha)).mean(-1)
  error, dof = difference.error[upper], difference.dof[upper]
  flat = (error == 0) | (np.isnan(error) & ~np.isnan(dof))
  return Wins(wins, p, difference.value, int(flat.sum()))


def mean_over_others(wins: np.ndarray, axis: int = 1) -> np.ndarray:
  """[A] mean without the diagonal.

  Args:
    wins: [A, A] with A >= 2.
    axis: 1: how often an arm beats the others; 0: how often it is beaten.

  Raises:
    ValueError: if wins is not square with two arms or more.
  """
  wins = checks.numbers(wins, "wins")
  if wins.ndim != 2 or wins.shape[0] != wins.shape[1] or len(wins) < 2:
    raise ValueError(f"wanted wins [A, A] with A >= 2, got {wins.shape}")
  off = ~np.eye(len(wins), dtype=bool)
  return np.where(off, wins, 0.0).sum(axis) / (len(wins) - 1)


def doubling_rounds(
  labels: Sequence[float], baseline: Sequence[float], share: float = 0.99
) -> np.ndarray:
  """Rounds at n_0 + 2^(k-1) b labels, until the baseline is nearly done.

  The checkpoints of the pairwise comparison of Ash et al. 2020, section 4:
  with batches of b = n_1 - n_0 labels later rounds differ ever less, and after
  the baseline has `share` of its last score they only add ties.

  Args:
    labels: [R] ascending numbers of labels, R >= 2.
    baseline: [R] scores of random sampling, higher is better.
    share: of the last score of the baseline, in (0, 1).

  Returns:
    [C] ascending indices of rounds; numbers of labels that were not observed
    are left out.

  Raises:
    ValueError: for other shapes, labels that do not ascend, a last score that
      is not known or not above 0, or a share outside (0, 1).
  """
  checks.share(share, "share")
  labels, baseline = checks.pairs(labels, baseline)
  if labels.ndim == 1 and len(labels) and np.isnan(baseline[-1]):
    raise ValueError("wanted the last score of the baseline, got NaN")
  if labels.ndim != 1 or len(labels) < 2 or not (np.diff(labels) > 0).all():
    raise ValueError(f"wanted two or more ascending labels, got {labels}")
  if not baseline[-1] > 0:
    raise ValueError(
      "wanted a last score of the baseline above 0, to take a share of, got "
      f"{baseline[-1]:g}"
    )
  done = int(np.argmax(baseline >= share * baseline[-1]))
  batch = labels[1] - labels[0]
  steps = np.log2((labels[1 : done + 1] - labels[0]) / batch)
  return 1 + np.flatnonzero(np.isclose(steps, np.round(steps)))
