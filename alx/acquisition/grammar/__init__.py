"""Acquisitions as they are written on a command line and in tables."""

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

__all__ = [
  "Arm",
  "Given",
  "Stage",
  "folder_of",
  "lacking",
  "names_in",
  "parse",
  "shortlists",
  "split_arms",
]
