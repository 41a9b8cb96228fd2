"""The difference that a paired study would have shown."""

import numpy as np
import scipy.optimize
import scipy.stats


def resolution(
  sd: float, seeds: int, level: float = 0.95, power: float = 0.8
) -> float:
  """The true difference for which a paired t-test finds one with `power`.

  Noncentral t with seeds - 1 degrees of freedom (Cohen 1988, section 2.3).

  Args:
    sd: standard deviation of the differences over seeds, >= 0.
    seeds: pairs, >= 2.
    level: 1 - alpha, two-sided, in (0, 1).
    power: in (1 - level, 1).

  Returns:
    On the scale of `sd`.
  """
  dof = seeds - 1
  cut = scipy.stats.t.ppf(0.5 + level / 2, dof)

  def missing(apart):
    """Of the power, with the difference in standard errors."""
    return _power(apart, cut, dof) - power

  top = 2.0
  while missing(top) < 0:
    top *= 2
  return scipy.optimize.brentq(missing, 0.0, top) * sd / np.sqrt(seeds)


def _power(apart, cut, dof):
  """P(|T| > cut), over the quantiles of the sample's sd."""
  shares = (np.arange(2000) + 0.5) / 2000
  spread = np.sqrt(scipy.stats.chi2.ppf(shares, dof) / dof)
  normal = scipy.stats.norm
  upper = normal.sf(cut * spread - apart)
  return float((upper + normal.cdf(-cut * spread - apart)).mean())
