"""Presets: one file each, whose docstring has command, time and result."""

from alx.runs.settings.checks import among
from alx.runs.settings.config import Config
from alx.runs.settings.presets import acdc, hippocampus, phantom, screening

BY_NAME = {
  "acdc": acdc.get_config,
  "hippocampus": hippocampus.get_config,
  "phantom": phantom.get_config,
  "screening": screening.get_config,
}


def load(name: str) -> Config:
  """The preset of that name.

  Raises:
    ValueError: if there is none.
  """
  among("config", name, sorted(BY_NAME))
  return BY_NAME[name]()
