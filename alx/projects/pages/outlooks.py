"""What more labels would give, by the versions that there are."""

from collections.abc import Sequence

import numpy as np

from alx.projects.models import outlook
from alx.projects.pages import history
from alx.projects.pages.history import Version
from alx.projects.store.project import Project
from alx.projects.store.questions import statuses
from alx.projects.store.state import SKIPPED, TRAIN
from alx.report.words import NOTHING, bounds, counted, signed
from alx.stats.intervals import paired_difference

_NO_FORECAST = "No forecast of what more labels would give: "


def lines(project: Project, versions: Sequence[Version]) -> list[str]:
  """What more labels would give, twice if there are, and if they still help."""
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
  return [_forecast(curve, _most(project)), _last_labels(curve)]


def _most(project):
  """Images to train on that have a label or may be asked for.

  None where a label is a part of an image, of which there are more to ask for.
  """
  if project.by_units:
    return None
  cases, told = project.state.cases, statuses(project.state)
  return sum(
    case.part == TRAIN and told[uid] != SKIPPED for uid, case in cases.items()
  )


def _forecast(curve, most):
  found = outlook.forecast(curve, most=most)
  if found.refused:
    return f"{_NO_FORECAST}{found.refused}."
  line = outlook.forecast_line(found)
  return f"{line[:1].upper()}{line[1:]} (95%, over patients; a power law)."


def _last_labels(curve):
  """Whether the labels since half as many have brought anything."""
  if len(curve.labels) < 2:
    return (
      "Whether labels still help is not known: there are versions with one "
      "number of labels, two wanted."
    )
  half = np.searchsorted(curve.labels, curve.labels[-1] / 2, side="right")
  at = [max(half - 1, 0), -1]
  before, newest = outlook.by_patient(curve)[at]
  rise = paired_difference(newest, before)
  least, most = curve.labels[at]
  told = (
    f"from {least} to {most} labels the score changed by {signed(rise.mean)} "
    f"(95% interval over {counted(len(newest), 'patient')} "
    f"{bounds(rise, sign=True).replace(NOTHING, 'not known')})"
  )
  if np.isnan(rise.low):  # one patient, or all changed by as much
    return f"Whether labels still help is not known: {told}."
  if rise.low > 0:
    return f"Labels still help: {told}."
  if rise.high < 0:
    return f"The model has become worse: {told}."
  return (
    f"The last labels are not shown to have helped: {told}. That is no proof "
    "that more would bring nothing."
  )
