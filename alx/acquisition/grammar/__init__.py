"""Acquisitions as they are written on a command line and in tables."""

from alx.acquisition.grammar.aliases import ALIASES
from alx.acquisition.grammar.arms import (
  Arm,
  Given,
  Stage,
  folder_of,
  lacking,
  names_in,
  parse,
  shortlists,
  split_arms,
)
from alx.acquisition.grammar.phrases import shown

__all__ = [
  "ALIASES",
  "Arm",
  "Given",
  "Stage",
  "folder_of",
  "lacking",
  "names_in",
  "parse",
  "shortlists",
  "shown",
  "split_arms",
]
