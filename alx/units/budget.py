"""How much a round may cost, and in what: slices:40, voxels:200000 ...

units:20         labels, whatever their size
voxels:200000    that are labelled
slices:40        as many voxels as 40 slices of the item have
boundary_mm:900  that a reader traces
seconds:1800     of a reader, who takes so long for an item, a unit, a mm
cost:120         of the user's own table
"""

import dataclasses
import math
import re
from collections.abc import Sequence

import numpy as np

from alx.units.spec import written

COST = "cost"  # as a table of the user's tells it
KINDS = ("units", "voxels", "slices", "boundary_mm", "seconds", COST)
AFTERWARDS = ("boundary_mm", "seconds")  # are known of labels alone


@dataclasses.dataclass(frozen=True)
class Budget:
  """What a round may cost."""

  kind: str
  amount: float

  @property
  def text(self) -> str:
    """The one form of it."""
    return f"{self.kind}:{written(self.amount)}"

  @property
  def is_known_before(self) -> bool:
    """Whether a unit's cost is known without its label."""
    return self.kind not in AFTERWARDS


def parse_budget(text: str) -> Budget | None:
  """What a text says; None for an empty one.

  Raises:
    ValueError: in one line, for a text that is no budget.
  """
  if not text.strip():
    return None
  kind, _, amount = text.partition(":")
  kind = kind.strip().lower().replace("-", "_")
  wanted = f"one of {', '.join(KINDS)} with an amount, such as slices:40"
  number = re.fullmatch(r"\d+(?:\.\d+)?(?:e\d+)?", amount.strip().lower())
  is_amount = number and 0 < float(amount) < math.inf
  if kind not in KINDS or not is_amount:
    raise ValueError(f"budget: wanted {wanted}, found {text!r}")
  if float(amount) < 1:
    raise ValueError(
      f"budget: wanted an amount of 1 or more, as curves count whole {kind}, "
      f"found {text!r}: count in smaller units"
    )
  return Budget(kind, float(amount))


def within(
  costs: Sequence[float], amount: float, known_before: bool = True
) -> np.ndarray:
  """[k] bool, which of a list are done, from the first on.

  A reader who knows costs leaves out what does not fit, and goes on. One who
  learns them at work ends with the first that does not fit any more.

  Args:
    costs: [k] in the order of the list.
    amount: that there is.
    known_before: whether costs are known before the work.
  """
  done = np.zeros(len(costs), bool)
  # What was divided and added again may be a rounding above.
  left = amount * (1 + 1e-9)
  for place, cost in enumerate(costs):
    if cost <= left:
      done[place], left = True, left - cost
    elif not known_before:
      break
  return done


def most_units(costs: np.ndarray, amount: float, usual: bool = True) -> int:
  """How many units a round may hold: room for them, more are cut off.

  No more than the cheapest that fit together, nor twice those of mean cost.

  Args:
    costs: [U], of all units.
    amount: of a round.
    usual: False: room for the cheapest, however far from the mean they are.
  """
  ordered = np.cumsum(np.sort(np.asarray(costs, np.float64)))
  fit = int((ordered <= amount * (1 + 1e-9)).sum())
  if not usual:
    return max(1, fit)
  twice = np.ceil(2 * amount / max(float(np.mean(costs)), 1e-12)) + 1
  return max(1, min(fit, int(min(twice, len(costs)))))
