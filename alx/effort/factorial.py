"""Which part of a saving a draft has, and which part the choice of items."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.resampling import Estimate, bootstrap, mean_of, percentile


class Factors(NamedTuple):
  """Savings against no draft and random items, in the unit of the costs."""

  total: Estimate  # of draft and selection together: draft + selection
  draft: Estimate  # of having a draft, mean over both selections
  selection: Estimate  # of choosing, mean over without and with a draft
  interaction: Estimate  # of choosing with a draft, minus without one
  draft_share: Estimate  # %, of the total; NaN: the total may be 0 or below
  selection_share: Estimate  # %


def factors_of(
  costs: np.ndarray,
  groups: Sequence | None = None,
  *,
  level: float = 0.95,
  num_draws: int = 10_000,
  seed: int = 0,
) -> Factors:
  """Main effects of a 2 x 2 design, which add up to the total.

  Without a factorial design the saving of having a draft would be sold as one
  of active learning. Each effect is the mean over both levels of the other
  factor (of two factors, the Shapley value).

  Args:
    costs: [n, 2, 2] of n paired repeats: without and with a draft, items at
      random and chosen.
    groups: [n] what is drawn again as a whole, such as a data set; None: rows.
    level: confidence.
    num_draws: of the bootstrap.
    seed: the same one gives the same interval.

  Raises:
    ValueError: for another shape or unknown costs.
  """
  costs = checks.numbers(costs, "costs")
  if costs.ndim != 3 or costs.shape[1:] != (2, 2) or not len(costs):
    raise ValueError(f"costs: wanted [n, 2, 2], found shape {costs.shape}")
  if np.isnan(costs).any():
    raise ValueError("costs: wanted numbers, found NaN; leave that repeat out")
  mean = mean_of(np.stack(_effects(costs), 1))
  groups = range(len(costs)) if groups is None else groups

  def statistic(weights):
    effects = mean(weights)
    return np.concatenate([effects, _shares(effects)], 1)

  found = Factors(
    *_columns(
      bootstrap(
        statistic,
        groups,
        level=level,
        num_draws=num_draws,
        ends=percentile,
        seed=seed,
      )
    )
  )
  if found.total.value > 0 and not found.total.low <= 0:
    return found
  unknown = Estimate(np.nan, np.nan, np.nan, found.total.clusters)
  return found._replace(draft_share=unknown, selection_share=unknown)


def _effects(costs):
  """Total, draft, selection, interaction [n] of costs [n, 2, 2]."""
  by_draft = costs[:, 0] - costs[:, 1]  # [n, selection]
  by_choice = costs[:, :, 0] - costs[:, :, 1]  # [n, draft]
  total = costs[:, 0, 0] - costs[:, 1, 1]
  more = by_choice[:, 1] - by_choice[:, 0]
  return total, by_draft.mean(1), by_choice.mean(1), more


def _shares(effects):
  """[D, 2] percent of the total."""
  total = np.where(effects[:, :1] == 0, np.nan, effects[:, :1])
  return 100 * effects[:, 1:3] / total


def _columns(found):
  """One estimate for each column."""
  return [
    Estimate(v, low, high, found.clusters)
    for v, low, high in zip(found.value, found.low, found.high, strict=True)
  ]
