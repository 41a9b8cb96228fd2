"""The difference that a paired study would have shown."""

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats

from alx import stats

_POINTS = 2000  # quantiles of the sd that a sample may have


def resolution(
  gaps: np.ndarray, level: float = 0.95, power: float = 0.8
) -> float:
  """The true difference that a paired t-test would find with `power`.

  Noncentral t with S - 1 degrees of freedom (Cohen 1988, section 2.3), for
  seeds that scatter as those at hand.

  Args:
    gaps: [S] differences, one of each seed.
    level: 1 - alpha, two-sided, in (0, 1).
    power: in (1 - level, 1).

  Returns:
    On the scale of the differences; NaN without a spread.
  """
  sample = stats.summarize(gaps)
  if not sample.sd > 0:
    return float("nan")
  dof = len(gaps) - 1
  shares = (np.arange(_POINTS) + 0.5) / _POINTS
  spread = np.sqrt(scipy.stats.chi2.ppf(shares, dof) / dof)
  cut = scipy.stats.t.ppf(0.5 + level / 2, dof) * spread

  def missing(apart):
    """Of the power, with the difference in standard errors."""
    ndtr = scipy.special.ndtr
    return (ndtr(apart - cut) + ndtr(-cut - apart)).mean() - power

  top = 2.0
  while missing(top) < 0:
    top *= 2
  errors = scipy.optimize.brentq(missing, 0.0, top)
  return float(errors * sample.sd / np.sqrt(len(gaps)))
