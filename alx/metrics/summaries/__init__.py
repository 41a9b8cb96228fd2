"""All numbers of one test, by the names that they are stored under."""

from alx.metrics.summaries.classes import class_summary
from alx.metrics.summaries.items import is_whole, surfaces_of_items
from alx.metrics.summaries.segments import (
  overlap_summary,
  structure_summary,
  volume_summary,
)

__all__ = [
  "class_summary",
  "is_whole",
  "overlap_summary",
  "structure_summary",
  "surfaces_of_items",
  "volume_summary",
]
