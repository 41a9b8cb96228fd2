"""The flags that say what one label is and what a round may cost."""

from absl import flags

flags.disclaim_key_flags()  # those defined here are the callers' own


def define() -> tuple[flags.FlagHolder, flags.FlagHolder]:
  """--unit and --budget."""
  unit = define_unit()
  budget = flags.DEFINE_string(
    "budget",
    None,
    "What the labels of a round may cost, those of the start too, in the place "
    "of a number of units: slices:40, voxels:200000, units:20, "
    "boundary_mm:900, seconds:1800 with seconds=ITEM,UNIT,MM, or cost:120 with "
    "costs=FILE.csv, a table of unit and cost.",
  )
  return unit, budget


def define_unit() -> flags.FlagHolder:
  """--unit."""
  return flags.DEFINE_string(
    "unit",
    None,
    "What one label is: whole (the item), slices:0 (also slices:axial, "
    "coronal, sagittal, or all: across every axis), boxes:16,16,16 (voxels; "
    "boxes:10mm; boxes:16/8 with a stride) or superpixels:200 (of an item). Of "
    "one item at most max_per_item=1 in a round.",
  )
