"""When enough has been labelled: rules, and the round at which each stops."""

from alx.stats.stopping.course import Course, Stop, first_stop
from alx.stats.stopping.rules import (
  Agreement,
  Budget,
  Equivalence,
  Plateau,
  StopRule,
  Target,
  Uncertainty,
  parse_rule,
  split_rules,
)

__all__ = [
  "Agreement",
  "Budget",
  "Course",
  "Equivalence",
  "Plateau",
  "Stop",
  "StopRule",
  "Target",
  "Uncertainty",
  "first_stop",
  "parse_rule",
  "split_rules",
]
