"""What costs.html.jinja shows, and the rows of it for other programs."""

from typing import NamedTuple

from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import Arm, NeededRow
from alx.report.costs import axes, used
from alx.report.costs.kinds import Cost, costs_of
from alx.report.figures import plan, svg
from alx.report.read import Study
from alx.report.tables import Table


class Costs(NamedTuple):
  """What labels cost, by the metric that the comparison is about."""

  kinds: list[Cost]  # [] where nothing is told
  arms: list[Arm]
  needed: list[NeededRow]


def look(study: Study, arms: list[Arm]) -> Costs:
  """All at once: it resamples, so ask once."""
  kinds = costs_of(study, arms)
  return Costs(kinds, arms, axes.needed(study, arms, kinds))


def context(study: Study, found: Costs) -> dict:
  """What costs.html.jinja shows; all of it empty where nothing is told."""
  if not found.kinds:
    return {"used": None}
  shown = _shown(found.arms)
  goal, tables = _needed(found)
  return {
    "used": used.table(study, found.arms, found.kinds),
    "cost_plots": _plots(study, found, shown),
    "cost_legend": svg.legend(shown, _full(study) is not None),
    "cost_left_out": len(found.arms) - len(shown),
    "cost_goal": goal,
    "cost_needed": tables,
  }


def _shown(arms):
  """As many as can be told apart in one plot: those that end best."""
  if not plan.are_apart(arms):
    return arms
  others = [arm for arm in arms if not arm.is_baseline]
  best = sorted(others, key=numbers.last_gain, reverse=True)
  kept = {arm.name for arm in best[: plan.MOST_TOGETHER]}
  return [arm for arm in arms if arm.is_baseline or arm.name in kept]


def _full(study):
  found = numbers.full_interval(study)
  return found if found is not None and found.mean == found.mean else None


def _plots(study, found, shown):
  """SVG elements, one for each cost."""
  styles, drawn = plan.line_styles(shown), []
  for cost in found.kinds:
    curves = [axes.within(arm) for arm in axes.by_cost(shown, cost)]
    plot = plan.together(curves, styles)
    unit = study.dataset.get("distance_unit")
    drawn.append(svg.against(plot, _full(study), study.metric, unit, cost.name))
  return "".join(drawn)


def _needed(found):
  """(the goal in words, a table by rule): a row for each method."""
  goals = [(row.kind, row.share) for row in found.needed]
  if not goals:
    return "", []
  kind, share = goals[0]
  rows = {
    (row.arm.cost, row.arm.name): row
    for row in found.needed
    if (row.kind, row.share) == (kind, share)
  }
  goal = f"{share:.0%} of the score of all labels"
  if kind == "random":
    goal = "as good as random with its last labels"
  first = _table(found, rows, 0)
  tables = [("First time as good", first)]
  stable = _table(found, rows, 1)
  if stable != first:
    tables.append(("As good from there on", stable))
  return goal, tables


def _table(found, rows, rule):
  names = [arm.name for arm in found.arms]
  heads, columns = [""], [["the score to reach", *map(words.plain, names)]]
  for cost in found.kinds:
    mine = [rows.get((cost.column, name)) for name in names]
    if any(mine):
      target = next(row.target for row in mine if row)
      heads.append(cost.name)
      columns.append([words.number(target), *(_cell(r, rule) for r in mine)])
  return Table(heads, [list(line) for line in zip(*columns, strict=True)])


def _cell(row, rule):
  """What it took, and what that is against random."""
  if row is None:
    return words.NOTHING
  if row.mean[rule] is None:
    return f"not with {words.amount(_round(row.arm.labels[-1]))}"
  text = words.amount(_round(row.mean[rule]))
  saved = row.saved[rule]
  if row.arm.name == "random" or saved is None or not round(saved):
    return text
  word = "less" if saved > 0 else "more"
  return f"{text}\n{abs(round(saved))}% {word}"


def _round(value):
  return round(value) if value >= 10 else value
