"""The section of the page about budgets, its lines and its table."""

import os
import pathlib

from alx.report import arms as numbers
from alx.report.arms import Arm
from alx.report.budgets import forecasts, stopping
from alx.report.read import Study, read_study


def context(study: Study, arms: list[Arm]) -> dict:
  """What budgets.html.jinja shows."""
  ahead = forecasts.look_ahead(study, arms)
  return {
    "stops": stopping.tables(study, stopping.advise(study, arms)),
    "ended": stopping.has_ended(study),
    "forecast": forecasts.table(study, ahead),
    "no_forecast": forecasts.refusals(ahead),
  }


def stops_csv(study: Study, arms: list[Arm]) -> str | None:
  """The text of stops.csv; None without a rule."""
  found = stopping.advise(study, arms)
  return stopping.stops_csv(found) if found else None


def budget_lines(workdir: str | os.PathLike) -> list[str]:
  """The same as `context`, a line for each rule and acquisition.

  Raises:
    NotADirectoryError: `workdir` is no directory.
  """
  study = read_study(pathlib.Path(workdir))
  arms = numbers.make_arms(study)
  stops = stopping.lines(study, stopping.advise(study, arms))
  return stops + forecasts.lines(study, forecasts.look_ahead(study, arms))
