"""Tables of a grid, as texts; a second line of a cell is in small print."""

from collections.abc import Sequence

import numpy as np

from alx.effort.words import number, with_interval
from alx.report.tables import Table
from alx.report.words import counted
from alx.stats import Interval
from experiments.nocode.plan import ACTIVE, Row
from experiments.nocode.results import Arm, Range, Saving, verdict_text
from experiments.nocode.structures import Structure
from experiments.nocode.targets import Factorial, factor_range


def arms_table(arms: Sequence[Arm], active: str, currency: str | None) -> Table:
  """Every arm of one data set: quality, contour, seconds, money."""
  head = ["reader, draft, selection", "labels", "Dice at the end"]
  head += ["at equal contour", "Dice of labels, of accepted"]
  head += ["contour per exam", "accept, edit, redraw"]
  head += ["seconds per exam"] + ([f"{currency} per exam"] if currency else [])
  rows = [
    [
      arm_name(arm.row, active),
      f"{arm.labels}\n{counted(arm.seeds, 'seed')}",
      _interval(arm.dice),
      "-" if arm.dice_at_equal is None else _interval(arm.dice_at_equal),
      f"{number(arm.label_dice, 3)}\n{number(arm.accepted_dice, 3)}",
      _path(arm.path, arm.unit),
      _shares(arm.shares),
      range_text(arm.seconds, 0),
      *([range_text(arm.money, 2)] if currency else []),
    ]
    for arm in arms
  ]
  return Table(head, rows)


def savings_table(
  found: Sequence[Saving], active: str, currency: str | None, unit: str
) -> Table:
  """What drafts save per exam; the unit is that of contours."""
  head = ["reader, draft, selection", "exams", "contour", "seconds"]
  head += ([currency] if currency else []) + ["verdict"]
  rows = [
    [
      arm_name(saving.row, active),
      "the same" if saving.paired else "others",
      _path(saving.path, unit),
      range_text(saving.seconds, 0),
      *([range_text(saving.money, 2)] if currency else []),
      _verdict(saving),
    ]
    for saving in found
  ]
  return Table(head, rows)


def structures_table(
  found: Sequence[Structure], active: str, unit: str
) -> Table:
  """By structure; the rare one is marked."""
  head = ["structure", "reader, draft, selection", "Dice at the end"]
  head += ["contour per exam", "without a draft", "saved", "missed by drafts"]
  rows = [
    [
      line.structure + (" (rare)" if line.rare else ""),
      arm_name(line.row, active),
      _interval(line.dice),
      _path(line.path, unit),
      _path(line.path_none, unit),
      f"{number(line.saved, 0)}%",
      "-" if line.missed is None else str(line.missed),
    ]
    for line in found
  ]
  return Table(head, rows)


def factors_tables(found: Sequence[Factorial], active: str) -> list[Table]:
  """Where the saving comes from, in % of what the first cell costs.

  One for each end of a loop and each measure.
  """
  groups = {}
  for one in found:
    groups.setdefault(f"{one.measure} until {one.until}", []).append(one)
  return [_factors_table(*group, active) for group in groups.items()]


def _factors_table(title, found, active):
  head = [title, "total, %", "by draft, %", "by selection, %"]
  head += ["share of draft", "share of selection", "not reached"]
  rows = [
    [
      f"{one.data}, {one.reader}\n{one.draft}, {selection_of(one, active)}",
      *(factor_text(one, name) for name in ("total", "draft", "selection")),
      factor_text(one, "draft_share", "%"),
      factor_text(one, "selection_share", "%"),
      f"{one.censored} of {4 * one.repeats}",
    ]
    for one in found
  ]
  return Table(head, rows)


def selection_of(one: Factorial, active: str) -> str:
  """As it is printed."""
  return active if one.selection == ACTIVE else one.selection


def arm_name(row: Row, active: str) -> str:
  """As it is printed."""
  selection = f"{active} (active)" if row.selection == ACTIVE else row.selection
  draft = "no draft" if row.draft == "none" else f"{row.draft} model"
  return f"{row.reader}, {draft}\n{selection}"


def range_text(found: Range | None, digits: int) -> str:
  """ "20 to 55", lowest to highest, and below it the widest interval."""
  if found is None:
    return "not known"
  ends = f"[{number(found.low, digits)}, {number(found.high, digits)}]"
  if found.least == found.most:
    return f"{number(found.least, digits)}\n{ends}"
  least, most = (number(x, digits) for x in (found.least, found.most))
  return f"{least} to {most}\n{ends}"


def _path(found, unit):
  return with_interval(found, 0, f" {unit}").replace(" [", "\n[")


def _verdict(saving):
  """A line for each that the prices allow."""
  text = verdict_text(saving.verdicts)
  if text.endswith(")"):
    text = text[:-1].replace(" (", "\n").replace("; ", "\n")
  return text if saving.seconds else f"{text}\nby contour alone"


def _shares(shares):
  if shares["scratch"]:
    return "from scratch"
  return ", ".join(f"{shares[n]:.0f}%" for n in ("accept", "edit", "redraw"))


def _interval(found: Interval):
  if not np.isfinite(found.mean):
    return "-"
  if not np.isfinite(found.low):
    return f"{found.mean:.3f}"
  return f"{found.mean:.3f}\n[{found.low:.3f}, {found.high:.3f}]"


def factor_text(one: Factorial, name: str, unit: str = "") -> str:
  """A field of `Factors`."""
  made = factor_range(one, name)
  if not np.isfinite(made.least):
    return "not told"
  return range_text(made, 0).replace("\n", f"{unit}\n")
