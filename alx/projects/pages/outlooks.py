"""What more labels would give, by the versions that there are."""

from collections.abc import Sequence

import numpy as np

from alx.projects.models import outlook
from alx.projects.pages import history
from alx.projects.pages.history import Version
from alx.projects.store.project import Project
from alx.report.words import counted, number
from alx.stats.stopping import parse_rule

_NO_FORECAST = "No forecast of what twice the labels would give: "
_PLATEAU = "plateau:rounds=3,of=test"


def lines(project: Project, versions: Sequence[Version]) -> list[str]:
  """What twice the labels would give, and whether labels still help."""
  cases = {}
  for place, version in enumerate(versions):
    uids, values = history.cases_of(version)
    for uid, mean in zip(uids, history.means_of(values), strict=True):
      row = cases.setdefault(uid, np.full(len(versions), np.nan))
      row[place] = mean
  patients = [project.state.cases[u].group for u in cases]
  table = np.array(list(cases.values())).T
  try:
    curve = outlook.make_curve([v.labels for v in versions], table, patients)
  except ValueError as error:
    return [f"{_NO_FORECAST}{error}."]
  return [_forecast(curve), _plateau(curve)]


def _forecast(curve):
  found = outlook.forecast(curve)
  if found.refused:
    return f"{_NO_FORECAST}{found.refused}."
  line = outlook.forecast_line(found)
  return f"{line[:1].upper()}{line[1:]} (95%, over patients; a power law)."


def _plateau(curve):
  """Whether the last labels have brought anything."""
  wanted = parse_rule(_PLATEAU).first_round + 1
  if len(curve.labels) < wanted:
    return (
      "Whether labels still help is not known: versions with "
      f"{counted(len(curve.labels), 'number')} of labels, {wanted} wanted."
    )
  last = curve._replace(
    labels=curve.labels[-wanted:], cases=curve.cases[-wanted:]
  )
  first, newest = last.cases.mean(1)[[0, -1]]
  told = (
    f"from {last.labels[0]} to {last.labels[-1]} labels the score went from "
    f"{number(first)} to {number(newest)}"
  )
  if not outlook.stops([_PLATEAU], last)[_PLATEAU]:
    return f"Labels still help: {told}, and rises throughout."
  return (
    f"Enough may be labelled: {told}, which is not shown to be a rise (a line "
    f"through the last {wanted} numbers of labels). This advises and ends "
    "nothing; few versions hardly tell a slow rise from none."
  )
