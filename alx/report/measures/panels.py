"""Everything that the page says by one metric, for each that there is."""

from typing import NamedTuple

import numpy as np

from alx.metrics.summaries.measures import class_of, comparable
from alx.report import arms as numbers
from alx.report import comparisons, tables, words
from alx.report.answer.sentences import Answer, Whole, make_answer
from alx.report.arms import Arm, NeededRow
from alx.report.comparisons import Gap
from alx.report.figures import plan, svg
from alx.report.read import Study
from alx.report.tables import Table


class Panel(NamedTuple):
  """Curves, tests, labels needed and savings by one metric."""

  column: str
  name: str
  of_class: str  # "" for one of all classes
  arms: list[Arm]
  answer: Answer
  needed: list[NeededRow]
  figure: str  # SVG elements
  is_cut: bool  # whether its vertical axis begins above 0
  legend: list[tuple[str, str]]
  final: Table
  gaps: list[tuple[Arm, list[Gap]]]  # by baseline
  differences: list[tuple[str, Table]]
  duels: Table | None
  labels: list[tuple[str, Table]]  # needed, by target
  full: str  # the score of all labels in words; "" without one
  reference: str  # a sentence about it; ""


def make_panels(study: Study, arms: list[Arm]) -> list[Panel]:
  """The metric that the comparison is about first, then the others.

  Metrics that no run has a number of are left out, the first one too.
  """
  names = [study.metric, *comparable(numbers.columns(study))]
  found = [_panel(study.about(name), arms) for name in dict.fromkeys(names)]
  return [panel for panel in found if panel is not None]


def _panel(study, arms):
  """None for a metric that no run has a number of."""
  arms = [numbers.by_metric(arm, study.metric) for arm in arms]
  drawn = [arm for arm in arms if np.isfinite(arm.scores).any()]
  if not drawn and not (study.full and not arms):
    return None
  full = numbers.full_interval(study)
  known = full is not None and bool(np.isfinite(full.mean))
  unit = study.dataset.get("distance_unit")
  needed = numbers.needed(study, arms)
  gaps = comparisons.against_baselines(arms)
  return Panel(
    study.metric,
    words.column(study.metric, unit),
    class_of(study.metric),
    arms,
    answer_of(study, arms),
    needed,
    svg.curves(drawn, full, study.metric, unit) if drawn else "",
    plan.frame(plan.plots(drawn), full)[0] > 0,
    svg.legend(drawn, known) if drawn else [],
    tables.final(study, arms),
    gaps,
    tables.differences(gaps, study.metric),
    tables.duels(arms),
    tables.labels_needed(needed),
    full_text(study, full) if known else "",
    _reference(study, arms),
  )


def answer_of(study: Study, arms: list[Arm]) -> Answer:
  """In words, by the study's metric."""
  score, labels = numbers.full_interval(study), None
  if score is not None:
    last = study.full[0].column("labels")[-1]
    labels = int(last) if np.isfinite(last) else None
  whole = score and Whole(score, labels)
  return make_answer(arms, study.metric, whole)


def full_text(study: Study, full) -> str:
  """'0.912 (95% interval 0.900 to 0.921), 3 seeds, converged after ...'."""
  text = words.number(full.mean)
  if np.isfinite(full.low):
    text += f" (95% interval {words.bounds(full)})"
  text += f", {words.counted(int(full.count), 'seed')}"
  fitted = words.how_fitted([row for run in study.full for row in run.rows])
  return ", ".join(filter(None, (text, fitted)))


def _reference(study, arms):
  """Why no shares of the score of all labels are given."""
  score, kind = numbers.reference(study, arms)
  if kind != "weak" or not arms:
    return ""
  best = max(arms, key=numbers.last_gain)
  last = float(numbers.band(best.scores).mean[-1])
  return (
    f"The model of all labels ({words.number(score)}) is not better than "
    f"{words.plain(best.name)} with {words.labels(best.labels[-1])} labels "
    f"({words.number(last)}), so it is no measure of what all labels can give: "
    "labels are counted up to random's final score only."
  )
