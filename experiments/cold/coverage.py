"""How well first labels cover the pool, in the features of an encoder."""

from collections.abc import Sequence

import numpy as np

from alx.runs.compare import Comparison
from experiments.cold.features import Features
from experiments.cold.plan import NO_ENCODER, Plan, Row
from experiments.cold.rows import read_row


def coverage(rows: np.ndarray, items: Sequence[int]) -> tuple[float, float]:
  """Mean and largest distance of the rows [P, D] to the nearest of some."""
  rows = np.asarray(rows, np.float64)
  nearest = np.full(len(rows), np.inf)
  for item in items:
    apart = np.sqrt(np.square(rows - rows[item]).sum(1))
    nearest = np.minimum(nearest, apart)
  return float(nearest.mean()), float(nearest.max())


def coverage_rows(
  ready: Comparison, plan: Plan, features: Features
) -> list[dict]:
  """Coverage of every set, random ones too, in the features of each encoder."""
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  places = {dataset.ids[item]: i for i, item in enumerate(pool)}

  def distances(row, rows):
    ids = read_row(ready.workdir, row)["ids"]
    found = coverage(rows, [places[name] for name in ids])
    names = "mean_distance", "largest_distance"
    return {name: f"{x:.9g}" for name, x in zip(names, found, strict=True)}

  return [
    {
      "encoder": encoder,
      "method": row.method,
      "budget": row.budget,
      "seed": row.seed,
      **distances(row, features.of_pool(encoder, row.seed)),
    }
    for encoder in plan.encoders
    for row in _rows_on(plan, encoder)
  ]


def _rows_on(plan, encoder):
  """Seeds outermost: their features are at hand one after the other."""
  arms = [arm for arm in plan.arms if arm[0] in (NO_ENCODER, encoder)]
  return [
    Row(*arm, budget, seed)
    for seed in range(plan.seeds)
    for arm in arms
    for budget in plan.budgets
  ]
