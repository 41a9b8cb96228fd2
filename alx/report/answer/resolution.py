"""The difference that a paired study would have shown."""

import numpy as np
import scipy.optimize
import scipy.stats

from alx import stats


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
  cut = scipy.stats.t.ppf(0.5 + level / 2, dof)

  def missing(apart):
    """Of the power, with the difference in standard errors."""
    return _power(apart, cut, dof) - power

  top = 2.0
  while missing(top) < 0:
    top *= 2
  errors = scipy.optimize.brentq(missing, 0.0, top)
  return float(errors * sample.sd / np.sqrt(len(gaps)))


def _power(apart, cut, dof):
  """P(|T| > cut), over the quantiles of the sample's sd."""
  shares = (np.arange(2000) + 0.5) / 2000
  spread = np.sqrt(scipy.stats.chi2.ppf(shares, dof) / dof)
  normal = scipy.stats.norm
  upper = normal.sf(cut * spread - apart)
  return float((upper + normal.cdf(-cut * spread - apart)).mean())
