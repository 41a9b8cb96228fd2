"""What found.html.jinja shows."""

from collections.abc import Sequence

from alx.report.arms import Arm
from alx.report.found import asked, classes
from alx.report.read import Study

_GROUPS = 8  # that are listed one by one


def what_was_found(study: Study, arms: Sequence[Arm]) -> dict:
  """Labels asked for, and how good each class is, with the last labels."""
  segments = study.dataset.get("task") == "segmentation"
  names = [str(n) for n in study.dataset.get("class_names") or []]
  by_class = asked.asked(arms, "class", names[segments:], segments)
  by_group = asked.asked(arms, "group", ())
  groups = asked.table(by_group)
  if len(by_group.names) > _GROUPS:
    groups = asked.groups_table(by_group, "group")
  return {
    "stood_out": asked.stood_out(by_class),
    "asked_classes": asked.table(by_class, _shares(study)),
    "bars": asked.bars(by_class),
    "bar_legend": asked.bar_legend(by_class),
    "asked_groups": groups,
    "missing_first": [] if segments else asked.missing_at_first(arms, names),
    "overlaps": asked.overlaps(arms),
    "class_tables": classes.of_classes(study, arms),
    "distances": classes.distances(study, arms),
    "confusions": [] if segments else classes.confusions(arms, names),
  }


def _shares(study):
  """Of the pool, by class."""
  counts = (study.dataset.get("classes") or {}).get("pool") or {}
  total = sum(counts.values())
  return {name: n / total for name, n in counts.items()} if total else None
