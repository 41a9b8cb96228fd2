"""What a few seeds, a few budgets and a few patients allow one to say."""

from alx.stats.baselines import (
  BASELINES,
  against_baselines,
  bootstrap_difference,
)
from alx.stats.budgets.curve_intervals import (
  Censored,
  area_interval,
  first_passing_interval,
  label_saving_interval,
  labels_needed_interval,
)
from alx.stats.budgets.curves import (
  LabelsNeeded,
  area_under_budget_curve,
  first_passing,
  labels_needed,
  labels_needed_isotonic,
)
from alx.stats.budgets.forecast import (
  Hindsight,
  forecast_hindsight,
  forecast_labels,
  forecast_laws,
  forecast_scores,
)
from alx.stats.budgets.foreground import (
  ForegroundEfficiency,
  foreground_efficiencies,
  foreground_efficiency,
)
from alx.stats.budgets.power_law import PowerLaw, fit_power_law
from alx.stats.budgets.savings import Saving, relative_saving, saving_verdict
from alx.stats.differences import (
  Difference,
  Summary,
  one_sample,
  paired,
  pooled,
  summarize,
  t_interval,
  t_test,
  welch,
)
from alx.stats.equivalence import (
  Equivalence,
  equivalent_to_full,
  self_equivalence_bound,
  tost,
  tost_power,
)
from alx.stats.intervals import (
  Interval,
  bounded_interval,
  mean_interval,
  paired_difference,
)
from alx.stats.multiple import (
  benjamini_hochberg,
  holm,
)
from alx.stats.noise import (
  EQUAL_IF_BINARY,
  NoiseFloor,
  noise_floor,
  noise_line,
)
from alx.stats.pairwise import (
  Wins,
  doubling_rounds,
  mean_over_others,
  pairwise_wins,
)
from alx.stats.published import (
  Comparison,
  compare_with_published,
  verdict,
)
from alx.stats.ranking import (
  friedman,
  mean_ranks,
  nemenyi_difference,
  rank_interval,
  ranks,
)
from alx.stats.resampling import (
  Draws,
  Estimate,
  bca,
  bootstrap,
  mean_of,
  observed,
  percentile,
)

__all__ = [
  "BASELINES",
  "EQUAL_IF_BINARY",
  "Censored",
  "Comparison",
  "Difference",
  "Draws",
  "Equivalence",
  "Estimate",
  "ForegroundEfficiency",
  "Hindsight",
  "Interval",
  "LabelsNeeded",
  "NoiseFloor",
  "PowerLaw",
  "Saving",
  "Summary",
  "Wins",
  "against_baselines",
  "area_interval",
  "area_under_budget_curve",
  "bca",
  "benjamini_hochberg",
  "bootstrap",
  "bootstrap_difference",
  "bounded_interval",
  "compare_with_published",
  "doubling_rounds",
  "equivalent_to_full",
  "first_passing",
  "first_passing_interval",
  "fit_power_law",
  "forecast_hindsight",
  "forecast_labels",
  "forecast_laws",
  "forecast_scores",
  "foreground_efficiencies",
  "foreground_efficiency",
  "friedman",
  "holm",
  "label_saving_interval",
  "labels_needed",
  "labels_needed_interval",
  "labels_needed_isotonic",
  "mean_interval",
  "mean_of",
  "mean_over_others",
  "mean_ranks",
  "nemenyi_difference",
  "noise_floor",
  "noise_line",
  "observed",
  "one_sample",
  "paired",
  "paired_difference",
  "pairwise_wins",
  "percentile",
  "pooled",
  "rank_interval",
  "ranks",
  "relative_saving",
  "saving_verdict",
  "self_equivalence_bound",
  "summarize",
  "t_interval",
  "t_test",
  "tost",
  "tost_power",
  "verdict",
  "welch",
]
