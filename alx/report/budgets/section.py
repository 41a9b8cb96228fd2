"""The section of the page about budgets, its lines and its table."""

import os
import pathlib
from typing import NamedTuple

from alx.report import arms as numbers
from alx.report.arms import Arm
from alx.report.budgets import forecasts, stopping
from alx.report.budgets.forecasts import Outlook
from alx.report.budgets.stopping import Advice
from alx.report.read import Study, read_study


class Budgets(NamedTuple):
  """What rules and forecasts say of every acquisition."""

  stops: list[Advice]
  ahead: list[Outlook]


def look(study: Study, arms: list[Arm]) -> Budgets:
  """Both at once: they resample, so ask once."""
  advice = stopping.advise(study, arms)
  return Budgets(advice, forecasts.look_ahead(study, arms))


def context(study: Study, found: Budgets) -> dict:
  """What budgets.html.jinja shows."""
  return {
    "stops": stopping.tables(study, found.stops),
    "ended": stopping.has_ended(study),
    "forecast": forecasts.table(study, found.ahead),
    "no_forecast": forecasts.refusals(found.ahead),
  }


def stops_csv(found: Budgets) -> str | None:
  """The text of stops.csv; None without a rule."""
  return stopping.stops_csv(found.stops) if found.stops else None


def budget_lines(
  workdir: str | os.PathLike, study: Study | None = None
) -> list[str]:
  """The same as `context`, a line for each rule and acquisition.

  Args:
    workdir: the run directory.
    study: what is in it, where that was read before.

  Raises:
    NotADirectoryError: `workdir` is no directory.
  """
  if study is None:
    study = read_study(pathlib.Path(workdir))
  found = look(study, numbers.make_arms(study))
  stops = stopping.lines(study, found.stops)
  return stops + forecasts.lines(study, found.ahead)
