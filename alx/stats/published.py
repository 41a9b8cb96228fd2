"""A result next to a published mean, sd and n."""

from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.differences import Summary, t_interval, t_test, welch
from alx.stats.equivalence import tost


class Comparison(NamedTuple):
  """Ours minus theirs; NaN is unknown."""

  difference: np.ndarray  # [...]
  low: np.ndarray  # [...], of the interval at the level asked for
  high: np.ndarray
  p: np.ndarray  # of no difference, Welch, two-sided
  p_equivalent: np.ndarray  # of a difference of the bound or more


def compare_with_published(
  ours: Summary,
  theirs: Summary,
  bound: float | np.ndarray,
  level: float = 0.95,
) -> Comparison:
  """Welch's test from summaries, and equivalence within a bound.

  Both, because with few seeds a large difference may be no proof of one, and
  with many a small one may be.

  Args:
    ours, theirs: [...] over seeds, in one unit. An unknown sd (NaN), or fewer
      than two seeds, leave only the difference.
    bound: [...] > 0, the largest difference that does not matter.
    level: of the interval, in (0, 1).

  Raises:
    ValueError: for a negative sd or count, or a bound or level out of range.
  """
  difference = welch(ours, theirs)
  low, high = t_interval(difference, level)
  p, p_equivalent = t_test(difference), tost(difference, bound).p
  return Comparison(difference.value, low, high, p, p_equivalent)


def verdict(comparison: Comparison, alpha: float = 0.05) -> np.ndarray:
  """[...] a word for each comparison.

  "equivalent": within the bound; "different"; "near": both, a difference too
  small to matter; "undecided": neither was shown, or something is unknown.

  Args:
    comparison: what `compare_with_published` returned.
    alpha: level of each test, in (0, 1).

  Raises:
    ValueError: for an alpha outside (0, 1).
  """
  checks.share(alpha, "alpha")
  differs = np.asarray(comparison.p) < alpha
  within = np.asarray(comparison.p_equivalent) < alpha
  words = np.array([["undecided", "equivalent"], ["different", "near"]])
  return words[differs.astype(int), within.astype(int)]
