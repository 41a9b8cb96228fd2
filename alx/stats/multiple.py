"""p-values of many tests, adjusted so that alpha means what it says.

An adjusted p is compared with alpha as it is. Unknown ones (NaN) are no tests:
they stay NaN and do not count.
"""

import numpy as np
import scipy.stats

from alx.stats import checks


def holm(p: np.ndarray) -> np.ndarray:
  """Holm 1979: the chance of any false positive stays below alpha.

  The k-th smallest of m is multiplied by m - k + 1, cut at 1, and never below
  the one before it. Asks nothing of how the tests depend on each other.

  Args:
    p: [...] in [0, 1] or NaN.

  Raises:
    ValueError: for p-values outside [0, 1].
  """
  return _adjust(p, _holm)


def _holm(p):
  order = np.argsort(p)
  scaled = p[order] * np.arange(len(p), 0, -1)
  adjusted = np.empty_like(p)
  adjusted[order] = np.minimum(1.0, np.maximum.accumulate(scaled))
  return adjusted


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
  """Benjamini and Hochberg 1995: the share of false positives, expected.

  The k-th smallest of m is multiplied by m / k, and never above the one after
  it. For tests that are independent or depend positively on each other.

  Args:
    p: [...] in [0, 1] or NaN.

  Raises:
    ValueError: for p-values outside [0, 1].
  """
  return _adjust(p, scipy.stats.false_discovery_control)


def _adjust(p, rule):
  p = checks.probabilities(p)
  known = ~np.isnan(p)
  adjusted = np.full(p.shape, np.nan)
  adjusted[known] = rule(p[known])
  return adjusted
