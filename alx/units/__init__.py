"""What one label is: an item, a slice, a box, a superpixel; their costs."""

from alx.units.partition import (
  Boxes,
  Partition,
  Planes,
  Slices,
  Stored,
  Whole,
  region_mask,
)
from alx.units.table import Units, UnitSet, whole_items

__all__ = [
  "Boxes",
  "Partition",
  "Planes",
  "Slices",
  "Stored",
  "UnitSet",
  "Units",
  "Whole",
  "region_mask",
  "whole_items",
]
