"""What the rows of a grid found: arms, savings, structures."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.effort import (
  DECISIONS,
  Rates,
  Verdict,
  cost_of,
  savings,
  unpaired_savings,
  verdict,
)
from alx.stats.resampling import Estimate, bootstrap, mean_of, percentile
from experiments.nocode.plan import FIXED, RANDOM, UPDATED, Row
from experiments.nocode.pricing import Pricing, path_of, seconds_by_price

_DRAWS = 1000  # of each interval


class Range(NamedTuple):
  """Over price lists: the lowest and highest mean, and ends of intervals."""

  least: float
  most: float
  low: float
  high: float


class Arm(NamedTuple):
  """One reader, draft and selection on one data set, over its seeds."""

  row: Row  # of the first seed
  seeds: int
  labels: int
  dice: stats.Interval  # at the end, mean of structures
  label_dice: float  # of the labels that came back against the truth
  accepted_dice: float  # the same of drafts that were accepted; NaN: none
  dice_at_equal: stats.Interval | None  # at the least contour of all arms
  unit: str  # "mm" or "voxels"
  path: Estimate  # per exam, over patients
  shares: dict[str, float]  # of decisions, %
  seconds: Range | None  # per exam
  money: Range | None


class Saving(NamedTuple):
  """What a draft saves per exam, at equal selection."""

  row: Row  # with the draft
  paired: bool
  path: Estimate
  seconds: Range | None
  money: Range | None
  verdicts: tuple[Verdict, ...]  # by price list, of the seconds; or of the path


def group(found: Mapping[Row, dict]) -> dict[Row, list[dict]]:
  """The records of each arm by its row of seed 0, in the order of seeds."""
  arms = {}
  for row, record in found.items():
    arms.setdefault(row._replace(seed=0), []).append(record)
  return arms


def arm_of(row: Row, records: list[dict], pricing: Pricing) -> Arm:
  """An arm's numbers."""
  cases = cases_of(records)
  finals = [mean_dice(record["rounds"][-1]) for record in records]
  decisions = [case["decision"] for case in cases]
  shares = {n: 100 * decisions.count(n) / len(cases) for n in DECISIONS}
  seconds = seconds_by_price(cases, pricing)
  return Arm(
    row,
    len(records),
    records[0]["rounds"][-1]["labels"],
    stats.mean_interval(np.array(finals)),
    _label_dice(cases),
    _label_dice([c for c in cases if c["decision"] == "accept"]),
    None,
    cases[0]["unit"],
    per_exam([path_of(c) for c in cases], cases),
    shares,
    _range(seconds, cases),
    _money_range(seconds, cases, records, pricing.rates),
  )


def _label_dice(cases):
  known = [v for c in cases for v in c["label_dice"] if v is not None]
  return float(np.mean(known)) if known else float("nan")


def mean_dice(told: Mapping) -> float:
  """Mean of the structures whose Dice is known."""
  known = [value for value in told["dice"] if value is not None]
  return float(np.mean(known)) if known else float("nan")


def cases_of(records: list[dict]) -> list[dict]:
  """All exams behind the start, with the patient and the seed."""
  return [
    {**case, "seed": record["seed"]}
    for record in records
    for told in record["rounds"][1:]
    for case in told["cases"]
  ]


def per_exam(values: Sequence, cases: Sequence[Mapping]) -> Estimate:
  """The mean of [n, ...] with its interval over patients."""
  patients = [case["patient"] for case in cases]
  return bootstrap(
    mean_of(np.array(values, float)),
    patients,
    ends=percentile,
    num_draws=_DRAWS,
  )


def _range(values, cases):
  """Over the columns of [n, P]."""
  if values is None:
    return None
  return _over_prices(per_exam(values, cases))


def _money_range(seconds, cases, records, rates):
  if seconds is None or rates is None:
    return None
  shared = computing_s(records) / len(cases)
  return _range(cost_of(rates, seconds, compute_s=shared), cases)


def computing_s(records: list[dict]) -> float:
  """Seconds of the machine that an arm had to spend.

  Without drafts and with items at random the model of the end is enough; a
  fixed model is one more; else one is fitted after every round but the last.
  """
  total = 0.0
  for record in records:
    told = record["rounds"]
    needed = {len(told) - 1}
    if record["draft"] == FIXED:
      needed.add(0)
    if record["draft"] == UPDATED or record["selection"] != RANDOM:
      needed.update(range(len(told)))
    total += sum(told[number]["fit_s"] for number in needed)
    total += sum(one["draft_s"] for one in told)
  return total


def saving_of(
  row: Row, records: list[dict], none: list[dict], pricing: Pricing
) -> Saving:
  """Savings of an arm with drafts against the same selection without."""
  manual, assisted = cases_of(none), cases_of(records)
  order = [[(c["seed"], c["id"]) for c in some] for some in (manual, assisted)]
  paired = sorted(order[0]) == sorted(order[1])
  if paired:
    manual, assisted = (
      sorted(some, key=lambda c: (c["seed"], c["id"]))
      for some in (manual, assisted)
    )

  def compare(a, b):
    """Per exam of [n, ...] and [m, ...], all columns from the same draws."""
    names = [[c["patient"] for c in some] for some in (manual, assisted)]
    if paired:
      return savings(a, b, names[0], num_draws=_DRAWS).per_exam
    return unpaired_savings(a, b, *names, num_draws=_DRAWS)

  path = compare(*([path_of(c) for c in some] for some in (manual, assisted)))
  seconds = [seconds_by_price(some, pricing) for some in (manual, assisted)]
  if seconds[0] is None or seconds[1] is None:
    return Saving(
      row, paired, path, None, None, (verdict(path.low, path.high),)
    )
  found = compare(*seconds)
  verdicts = tuple(map(verdict, found.low, found.high))
  money = _money_saving(compare, seconds, none, records, pricing.rates)
  return Saving(row, paired, path, _over_prices(found), money, verdicts)


def _money_saving(compare, seconds, none, records, rates: Rates | None):
  if rates is None:
    return None
  costs = [
    cost_of(rates, s, compute_s=computing_s(some) / len(s))
    for s, some in zip(seconds, (none, records), strict=True)
  ]
  return _over_prices(compare(*costs))


def _over_prices(found: Estimate) -> Range:
  """The range of estimates [P]."""
  return Range(
    float(found.value.min()),
    float(found.value.max()),
    float(found.low.min()),
    float(found.high.max()),
  )


def verdict_text(verdicts: tuple[Verdict, ...]) -> str:
  """One word and task; several where they depend on the prices."""
  kinds = list(dict.fromkeys(f"{v.finding}: {v.task}" for v in verdicts))
  if len(kinds) == 1:
    return kinds[0]
  return f"depends on the prices ({'; '.join(sorted(kinds))})"
