"""What the savings come from: having a draft, or choosing the items."""

from collections.abc import Mapping, Sequence

import numpy as np
from rich.console import Console

from alx.report.article import Section
from experiments.nocode import tables, targets
from experiments.nocode.plan import NONE, RANDOM, Row
from experiments.nocode.pricing import Pricing, path_of, seconds_by_price
from experiments.nocode.study import Study
from experiments.nocode.targets import Factorial


def factors(
  study: Study,
  found: Mapping[Row, dict],
  abouts: Mapping[str, Mapping],
  pricing: Pricing,
  share: float,
) -> list[Factorial]:
  """Every draft and selection against none and random.

  Until a Dice is reached, and for the same labels; of each data set and of all
  together; in contour and, where they are known, in seconds.

  Args:
    study: the grid.
    found: records of its rows.
    abouts: what each data set holds.
    pricing: of seconds.
    share: of the Dice of no draft and random items, to be reached.
  """
  plan = study.plan
  measures = {
    "contour": {row: path_costs(r, abouts) for row, r in found.items()},
    "seconds": {
      row: second_costs(r, abouts, pricing) for row, r in found.items()
    },
  }
  made = [
    targets.factorial(
      found, (data, reader, draft, selection), until, measure, costs
    )
    for until in (share, None)
    for reader in plan.readers
    for draft in plan.drafts
    for selection in plan.selections
    for data in (*plan.data, *([""] if len(plan.data) > 1 else []))
    for measure, costs in measures.items()
    if draft != NONE and selection != RANDOM
  ]
  return [one for one in made if one]


def path_costs(record: Mapping, abouts: Mapping[str, Mapping]) -> np.ndarray:
  """[rounds, 1] contour of each round; the test labels are in the first."""
  costs = [sum(map(path_of, told["cases"])) for told in record["rounds"]]
  costs[0] += sum(case["whole"] for case in _test(record, abouts))
  return np.array(costs)[:, None]


def second_costs(
  record: Mapping, abouts: Mapping[str, Mapping], pricing: Pricing
) -> np.ndarray | None:
  """[rounds, P] seconds likewise; None: not known."""
  parts = [told["cases"] for told in record["rounds"]]
  parts[0] = [*parts[0], *_test(record, abouts)]
  found = [seconds_by_price(cases, pricing) for cases in parts]
  if any(one is None for one in found):
    return None
  return np.array([one.sum(0) for one in found])


def _test(record, abouts):
  """The frozen test labels as cases that are drawn from scratch."""
  told = abouts[record["data"]]["test_labels"]
  return [{**case, "decision": "scratch", "pace": 1.0} for case in told]


def section(found: Sequence[Factorial], active: str) -> Section:
  """The tables on the page, and how to read them."""
  note = (
    "In % of what no draft and random items cost; above 0 the end is reached "
    "with less work. Each effect is the mean over both levels of the other; "
    "both add up to the total. For the same labels a selection cannot save "
    "rounds, only ask for cheaper or dearer cases. Intervals over seeds of "
    "data sets; over few seeds they are too short. Share: of the total, not "
    "told where that may be 0 or less. Not reached: of all loops, four a "
    "repeat."
  )
  made = tables.factors_tables(found, active)
  notes = [*[""] * (len(made) - 1), note]
  told = tuple(zip(made, notes, strict=True)) if made else ()
  return Section("What the savings come from", (), (), told)


def show(found: Sequence[Factorial], active: str, console: Console) -> None:
  """A line for each row of the tables."""
  for one in found:
    total, draft, selection = (
      tables.factor_text(one, name).replace("\n", " ")
      for name in ("total", "draft", "selection")
    )
    line = (
      f"{one.data}, {one.reader}, {one.draft} model, "
      f"{tables.selection_of(one, active)}, {one.measure} until {one.until}: "
      f"total {total}%, draft {draft}%, selection {selection}%"
    )
    console.print(line, markup=False, highlight=False, soft_wrap=True)
