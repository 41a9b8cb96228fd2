"""The same by structure, and which of them is rare."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.stats.resampling import Estimate
from experiments.nocode.plan import NONE, Row
from experiments.nocode.pricing import path_of
from experiments.nocode.results import cases_of, per_exam


class Structure(NamedTuple):
  """One structure in one arm."""

  row: Row
  structure: str
  rare: bool
  in_cases: int  # of the pool
  dice: stats.Interval  # at the end, over seeds
  path: Estimate  # per exam, over patients
  path_none: Estimate  # without a draft, the same selection
  missed: int | None  # objects that drafts did not touch; None: no drafts

  @property
  def saved(self) -> float:
    """%, of the contour without a draft; NaN where there was none."""
    before, after = self.path_none.value, self.path.value
    return float(100 * (1 - after / before)) if before > 0 else float("nan")


def structures_of(
  row: Row, records: list[dict], none: list[dict], about: Mapping
) -> list[Structure]:
  """Dice and contour of each structure, with drafts and without."""
  rare = rare_structure(about)
  return [
    Structure(
      row,
      name,
      place == rare,
      about["pool_cases"][place],
      _dice_of(records, place),
      _path_of_class(records, place),
      _path_of_class(none, place),
      None if row.draft == NONE else _missed(records, place),
    )
    for place, name in enumerate(about["structures"])
  ]


def rare_structure(about: Mapping) -> int:
  """The place of the structure of the fewest cases, then fewest voxels."""
  order = zip(about["pool_cases"], about["pool_voxels"], strict=True)
  return min(enumerate(order), key=lambda pair: pair[1])[0]


def _missed(records, place):
  return sum(c["classes"]["missed"][place] for c in cases_of(records))


def _dice_of(records, place):
  found = [record["rounds"][-1]["dice"][place] for record in records]
  return stats.mean_interval(
    np.array([np.nan if v is None else v for v in found])
  )


def _path_of_class(records, place):
  cases = cases_of(records)
  values = []
  for case in cases:
    of = {name: v[place] for name, v in case["classes"].items()}
    values.append(path_of({**of, "decision": case["decision"]}))
  return per_exam(values, cases)
