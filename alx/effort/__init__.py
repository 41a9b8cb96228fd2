"""What a label costs: edits in mm and counts, seconds, money, savings."""

from alx.effort.contours import PLANES
from alx.effort.costs import Rates, cost_of
from alx.effort.edits import Edit, Totals, edit_of, totals_of
from alx.effort.factorial import Factors, factors_of
from alx.effort.fit import Fitted, fit_effort
from alx.effort.model import (
  DECISIONS,
  SCENARIO,
  Prices,
  counts_of,
  range_of,
  scenario_prices,
  seconds_of,
)
from alx.effort.saving import (
  Savings,
  Verdict,
  break_even_exams,
  break_even_rate,
  savings,
  unpaired_savings,
  verdict,
)
from alx.effort.timing import Event, Sitting, sittings_of

__all__ = [
  "DECISIONS",
  "PLANES",
  "SCENARIO",
  "Edit",
  "Event",
  "Factors",
  "Fitted",
  "Prices",
  "Rates",
  "Savings",
  "Sitting",
  "Totals",
  "Verdict",
  "break_even_exams",
  "break_even_rate",
  "cost_of",
  "counts_of",
  "edit_of",
  "factors_of",
  "fit_effort",
  "range_of",
  "savings",
  "scenario_prices",
  "seconds_of",
  "sittings_of",
  "totals_of",
  "unpaired_savings",
  "verdict",
]
