"""Interactive segmentation: guidance, a simulated user, training, courses."""

from alx.interactive.guidance import channel, corners, filled_box
from alx.interactive.quality import (
  Judging,
  QualityHead,
  corrupted,
  make_quality_head,
)
from alx.interactive.sessions import Course, annotate, clicks_needed, summarise
from alx.interactive.suggest import lowest_quality, most_uncertain
from alx.interactive.training import Clicking, fit, make_predict
from alx.interactive.user import (
  Box,
  Click,
  box_around,
  extreme_points,
  interior_most,
  next_click,
  scribble,
)

__all__ = [
  "Box",
  "Click",
  "Clicking",
  "Course",
  "Judging",
  "QualityHead",
  "annotate",
  "box_around",
  "channel",
  "clicks_needed",
  "corners",
  "corrupted",
  "extreme_points",
  "filled_box",
  "fit",
  "interior_most",
  "lowest_quality",
  "make_predict",
  "make_quality_head",
  "most_uncertain",
  "next_click",
  "scribble",
  "summarise",
]
