"""What a round may cost, and what the labels of a pool have come to."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np

from alx.pool import labelled_of
from alx.runs.settings.config import Config
from alx.runs.units.arrived import started
from alx.runs.units.asked import num_asked
from alx.units.budget import COST, most_units, parse_budget, within

SPENT = (
  *("units", "items", "voxels", "slices", "foreground_voxels"),
  *("boundary_mm", "label_accuracy", "cost"),
)


def sized(config: Config, problem: Any) -> Config:
  """Settings with room for what a budget buys, or what is labelled already.

  Raises:
    ValueError: if the pool has not as much for all the rounds, or a budget
      buys nothing.
  """
  config = started(config, problem)
  budget, units = parse_budget(config.budget), problem.units
  if budget is None:
    return config
  costs = units.costs(budget.kind, config)
  total, wanted = costs.sum(), budget.amount * (config.rounds + 1)
  if wanted > total * (1 + 1e-9):
    raise ValueError(
      f"budget={config.budget} in {config.rounds + 1} rounds wants {wanted:g}, "
      f"but all labels of the pool are {total:g} {budget.kind}"
    )
  if costs.max() > budget.amount:
    name = units.name(int(costs.argmax()))
    raise ValueError(
      f"budget={config.budget} is less than {name} costs, which is "
      f"{costs.max():.6g} {budget.kind}; wanted at least that, or a smaller "
      "unit"
    )
  room = most_units(costs, budget.amount, usual=budget.kind != COST)
  return dataclasses.replace(config, start=room, query=room)


def affordable(
  problem: Any, config: Config, items: Any, pool: Any, scores: Any = None
) -> tuple[Any, Any]:
  """What of a list a reader does for the budget, in order, and its scores.

  Args:
    problem: with the units.
    config: with the budget; without one the list itself.
    items: [k] int32 what is asked for.
    pool: before; items of it that were opened cost nothing to open.
    scores: [k] of the items, or None.

  Returns:
    ([k] int32, N behind the last that is done; the scores in the same order).
  """
  budget, units = parse_budget(config.budget), problem.units
  if budget is None:
    return items, scores
  listed = np.asarray(items)
  real = np.flatnonzero(listed < units.set.count)
  costs = units.costs(budget.kind, config, listed[real])
  if budget.kind == "seconds":
    opened = labelled_of(pool)
    costs = costs + units.opening(config, listed[real], opened)
  done = within(costs, budget.amount, budget.is_known_before)
  if real.size:
    done[0] = True
  places = real[done]
  kept = np.full(len(listed), units.set.count, np.int32)
  kept[: len(places)] = listed[places]
  if scores is not None:
    others = np.setdiff1d(np.arange(len(listed)), places)
    scores = jnp.asarray(scores)[np.concatenate([places, others])]
  return jnp.asarray(kept), scores


def all_labels(problem: Any, config: Config) -> int:
  """What the column `labels` of a curve says of the whole pool."""
  budget = parse_budget(config.budget)
  if problem.units is None or budget is None:
    return num_asked(problem)
  return round(float(problem.units.costs(budget.kind, config).sum()))


def spent_row(problem: Any, config: Config, pool: Any) -> dict:
  """What the labels of a pool amount to: a row of spent.csv; {} of items."""
  units = problem.units
  if units is None:
    return {}
  told = labelled_of(pool)
  dominant = config.answer == "dominant"
  answers = {u: units.told(u) for u in np.sort(told).tolist()}  # item by item
  each = [answers[u] for u in told.tolist()]
  right = sum(x.commonest if dominant else x.labelled for x in each)
  voxels, foreground = units.covered(told)
  budget = parse_budget(config.budget)
  cost = np.zeros(0)
  if budget:
    cost = units.costs(budget.kind, config, told)
    if budget.kind == "seconds":
      cost = cost + units.opening(config, told, told[:0])
  values = (
    len(told),
    len(np.unique(units.item[told])),
    voxels,
    f"{units.slices()[told].sum():.9g}",
    foreground,
    f"{np.array([x.traced_mm for x in each]).sum():.9g}",
    f"{right / max(units.voxels[told].sum(), 1):.9g}",
    f"{cost.sum():.9g}" if budget else "",
  )
  return dict(zip(SPENT, values, strict=True))
