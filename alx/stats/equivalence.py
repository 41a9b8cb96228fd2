"""Whether a model is as good as another: two one-sided tests (TOST).

Schuirmann 1987. That no difference was found does not say that there is none;
these tests put "differs by the bound or more" in the place of the null.
"""

from typing import NamedTuple

import numpy as np
import scipy.stats

from alx.stats import checks
from alx.stats.differences import (
  Difference,
  Summary,
  pooled,
  t_interval,
  upper_tail,
  welch,
)


class Equivalence(NamedTuple):
  """Two one-sided tests of a difference; NaN is unknown.

  p < alpha, and only then, puts [low, high] inside (-bound, bound).
  """

  difference: np.ndarray  # [...]
  low: np.ndarray  # [...], of the interval at level 1 - 2 alpha
  high: np.ndarray
  p_lower: np.ndarray  # of difference <= -bound; alone it is non-inferiority
  p_upper: np.ndarray  # of difference >= bound
  p: np.ndarray  # the larger one
  bound: np.ndarray


def tost(
  difference: Difference, bound: float | np.ndarray, alpha: float = 0.05
) -> Equivalence:
  """Two one-sided t tests that a difference lies inside (-bound, bound).

  Without spread (error 0) a difference of 0 is inside every bound, p = 0; of
  any other nothing is known, wherever the bound lies.

  Args:
    difference: [...], of any design, such as `welch(a, b)`.
    bound: [...] > 0, in units of the difference; NaN gives NaN.
    alpha: level of each test, in (0, 0.5).

  Raises:
    ValueError: for a bound or an alpha out of range.
  """
  checks.share(alpha, "alpha", 0.5)
  bound = checks.numbers(bound, "bound")[()]
  if (bound <= 0).any():
    raise ValueError(f"wanted a bound > 0, got {bound}")
  low, high = t_interval(difference, 1 - 2 * alpha)
  p_lower = upper_tail(difference, difference.value + bound)
  p_upper = upper_tail(difference, bound - difference.value)
  p = np.maximum(p_lower, p_upper)
  return Equivalence(difference.value, low, high, p_lower, p_upper, p, bound)


def self_equivalence_bound(full: Summary, alpha: float = 0.05) -> np.ndarray:
  """The bound at which a model is equivalent to itself with p = alpha.

  t_{1 - alpha, 2 n - 2} * sd * sqrt(2 / n): two samples of n with the same
  mean and sd (Kim et al. 2024, statistical analysis). It grows with the spread
  of the model, so a noisier reference is easier to match.

  Args:
    full: [...] of the model that others are held against, over patients.
    alpha: level of the test, in (0, 0.5).

  Raises:
    ValueError: for an alpha, sd or count out of range.
  """
  checks.share(alpha, "alpha", 0.5)
  same = pooled(full, full)
  return scipy.stats.t.ppf(1 - alpha, same.dof) * same.error


def equivalent_to_full(
  model: Summary, full: Summary, alpha: float = 0.05
) -> Equivalence:
  """TOST of a model against the one trained on everything.

  Kim et al. 2024, table 3: independent samples (Welch), and bounds of twice
  `self_equivalence_bound`. The paper names neither; of the usual readings this
  one returns the p-values it prints. The paired one, for scores of the same
  patients, is `tost(paired(a, b), 2 * self_equivalence_bound(full))`.

  Args:
    model, full: [...] over patients.
    alpha: level of each test, in (0, 0.5).

  Raises:
    ValueError: for an alpha, sd or count out of range, or a full sd of 0, also
      but for rounding.
  """
  bound = 2 * self_equivalence_bound(full, alpha)
  if (np.asarray(bound) == 0).any():
    raise ValueError(
      "wanted a bound > 0, got 0: the model on everything has no spread"
    )
  return tost(welch(model, full), bound, alpha)


def tost_power(
  difference: Difference,
  bound: float | np.ndarray,
  true: float | np.ndarray = 0.0,
  alpha: float = 0.05,
) -> np.ndarray:
  """[...] about how often the test finds equivalence, in [0, 1].

  F((bound - true) / error - t) + F((bound + true) / error - t) - 1 with F of
  Student's t and t its 1 - alpha quantile, at least 0: the shifted t in the
  place of the noncentral one.

  Args:
    difference: [...]; its error > 0 and dof count, its value does not.
    bound: [...] > 0.
    true: [...] the difference there really is.
    alpha: level of each test, in (0, 0.5).

  Raises:
    ValueError: for an alpha, bound or error out of range.
  """
  checks.share(alpha, "alpha", 0.5)
  bound = checks.numbers(bound, "bound")
  error = checks.numbers(difference.error, "error")
  true = checks.numbers(true, "true")
  if (bound <= 0).any() or (error <= 0).any():
    raise ValueError(f"wanted bound, error > 0, got {bound}, {error}")
  t = scipy.stats.t(difference.dof)
  critical = t.ppf(1 - alpha)
  below = t.cdf((bound - true) / error - critical)
  above = t.cdf((bound + true) / error - critical)
  return np.maximum(0.0, below + above - 1)
