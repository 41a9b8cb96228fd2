"""Results as rows of numbers, for files."""

import math
from typing import Any

from alx.effort import Factors, Verdict
from alx.stats import Interval
from alx.stats.resampling import Estimate
from experiments.nocode.plan import Row
from experiments.nocode.results import Range, verdict_text
from experiments.nocode.targets import Factorial, factor_range


def flat(found: Any) -> dict:
  """A NamedTuple of results as one row; what is not known is empty."""
  row = {}
  for name, value in found._asdict().items():
    row |= _cells(name, value)
  return row


def flat_factors(one: Factorial) -> dict:
  """The same of a factorial, in %, each a range over price lists."""
  row = {k: v for k, v in one._asdict().items() if k != "factors"}
  for name in Factors._fields:
    row |= _cells(f"{name}_percent", factor_range(one, name))
  return row


def _cells(name, value):
  if isinstance(value, Row):
    return {k: v for k, v in value._asdict().items() if k != "seed"}
  if isinstance(value, Estimate | Interval):
    parts = dict(zip(("", "_low", "_high"), value[:3], strict=True))
  elif isinstance(value, Range):
    names = ("_least", "_most", "_low", "_high")
    parts = dict(zip(names, value, strict=True))
  elif value is None:
    parts = {}
  elif isinstance(value, dict):
    parts = {f"_{key}": cell for key, cell in value.items()}
  elif isinstance(value, tuple) and all(isinstance(v, Verdict) for v in value):
    parts = {"": verdict_text(value)}
  else:
    parts = {"": value}
  return {f"{name}{end}": _cell(cell) for end, cell in parts.items()}


def _cell(value):
  if isinstance(value, str | bool | int):
    return value
  return f"{float(value):.6g}" if math.isfinite(value) else ""
