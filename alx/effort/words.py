"""Numbers of effort as they are printed: negative ends stay."""

import math

from alx.effort.edits import Edit
from alx.effort.saving import Savings, verdict
from alx.stats.resampling import Estimate

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def number(value: float, digits: int) -> str:
  """A dash if it is not known; no minus before what rounds to 0."""
  if not math.isfinite(value):
    return "-"
  text = f"{value:.{digits}f}"
  return text.lstrip("-") if float(text) == 0 else text


def with_interval(found: Estimate, digits: int = 2, unit: str = "") -> str:
  """Such as "5.63 [-7.26, 26.09]"; a bound that is not known is a dash."""
  ends = ", ".join(number(x, digits) for x in (found.low, found.high))
  return f"{number(found.value, digits)}{unit} [{ends}]"


def money(found: Estimate, currency: str) -> str:
  """Such as "$5.63 [-7.26, 26.09]"; a loss is -$5.63; "-" if not known."""
  return _signed(with_interval(found), currency)


def amount(value: float, currency: str) -> str:
  """The same of one number: "$5.63"."""
  return _signed(number(float(value), 2), currency)


def _signed(text, currency):
  sign = _SIGNS.get(currency, f"{currency} ")
  if not text[1:2].isdigit() and text.startswith("-"):  # a dash, no minus
    return text
  return f"-{sign}{text[1:]}" if text.startswith("-") else f"{sign}{text}"


def work_line(edit: Edit) -> str:
  """What was done in one line, without a second: there is no calibration."""
  unit = "mm" if edit.unit == "mm" else "voxels"
  return (
    f"{edit.added.sum():.0f} {unit} of contour added, {edit.erased.sum():.0f} "
    f"erased, {_count(edit.components.sum(), 'component')} touched in "
    f"{_count(edit.touched, 'slice')} of {edit.viewed}, "
    f"{_count(edit.missed.sum(), 'missed object')}"
  )


def savings_line(found: Savings, unit: str = "s", digits: int = 1) -> str:
  """The saving per exam, its share, and what it was seen on."""
  said = verdict(found.per_exam.low, found.per_exam.high)
  over = "patients and readers" if found.over_readers else "patients"
  return (
    f"{with_interval(found.per_exam, digits, f' {unit}')} saved per exam, "
    f"{with_interval(found.percent, 1, '%')}; {said.finding}: {said.task} "
    f"({_count(found.exams, 'exam')}, {_count(found.patients, 'patient')}, "
    f"{_count(found.readers, 'reader')}; interval over {over})"
  )


def scenario_line(low: float, high: float, unit: str = "s") -> str:
  """A range over all scenarios, never a point."""
  return f"scenario, {number(low, 0)} to {number(high, 0)} {unit}"


def _count(number, noun):
  return f"{int(number)} {noun}{'' if number == 1 else 's'}"
