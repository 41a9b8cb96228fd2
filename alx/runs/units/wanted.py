"""What an acquisition wants of units and budgets, and is refused without."""

from alx.runs.settings.arms import needs_of
from alx.runs.settings.config import Config
from alx.units.budget import AFTERWARDS
from alx.units.spec import parse_unit


def check_acquisition(config: Config, name: str) -> None:
  """Raises ValueError for what wants a budget, or neighbours of voxels."""
  if "costs" in needs_of([name]):
    _check_costs(config, name)
  kind = parse_unit(config.unit).kind
  if "regions" in needs_of([name]) and kind != "superpixels":
    raise ValueError(
      f"acquisition {name} looks at edges between superpixels: wanted "
      f"unit=superpixels:200 or another number, found unit={config.unit}"
    )
  if "distances" in needs_of([name]) and kind != "slices":
    raise ValueError(
      f"acquisition {name} looks at distances between slices: wanted "
      f"unit=slices:2 or another axis, found unit={config.unit}"
    )
  if "key_slices" in name:
    _check_key_slices(config, name)
  if not config.unit.startswith("superpixels"):
    return
  for word in ("reduce=boundary", "window="):
    if word in name:
      raise ValueError(
        f"acquisition {name}: {word.strip('=')} looks at neighbours, which "
        f"voxels of {config.unit} do not have; wanted boxes or slices"
      )


def _check_costs(config, name):
  if not config.budget:
    raise ValueError(
      f"acquisition {name} wants a budget, such as budget=slices:40"
    )
  if config.budget.startswith(AFTERWARDS) and config.answer == "dominant":
    raise ValueError(
      f"acquisition {name}: budget={config.budget} would be predicted by what "
      f"is traced, which answer={config.answer} is not; wanted a budget in "
      "units, voxels, slices or cost"
    )


def _check_key_slices(config, name):
  spec = parse_unit(config.unit)
  if spec.kind != "boxes" or spec.extent.count(1) != 1 or spec.in_mm:
    raise ValueError(
      f"acquisition {name} wants regions inside of slices, such as "
      f"unit=boxes:16,16,1, found {config.unit}"
    )
  if config.max_per_item:
    raise ValueError(
      f"acquisition {name} asks for several regions of a slice, "
      f"max_per_item={config.max_per_item} for fewer; set max_per_item=0"
    )
