"""Active learning on volumes that do not fit in memory, in one command.

What `experiments.run` does, to the same picks, on a folder of NIfTI volumes
(Medical Segmentation Decathlon or nnU-Net v2) that is never loaded:

  python -m experiments.stream --data=Task04_Hippocampus --cache=cache \\
    --acquisition=entropy,k_center --set=test_items=40

The volumes are converted once into --cache. Every round trains on the labelled
ones, reads all the others block by block, and chooses; the same command again
goes on where it was stopped, inside a round too. In memory are the volumes of
which something is labelled, a few that are being read, what is kept of each to
choose, and label maps of the test items: --set=test_items=N.

A label may be a part of a volume, as many as a budget of each round allows;
what is kept is then kept of each part:

  python -m experiments.stream --data=DIR --cache=cache --unit=slices:0 \\
    --budget=slices:40
"""

import dataclasses

from absl import flags

from alx.commands import command
from alx.commands.defined import (
  acquisitions,
  comparison,
  explained,
  protocol,
  stopping,
  units,
)
from alx.runs.settings import presets as configs
from alx.runs.settings.config import Config
from alx.runs.settings.kept import Kept

_DATA = flags.DEFINE_string("data", None, "Folder with imagesTr and labelsTr.")
_CACHE = flags.DEFINE_string(
  "cache",
  None,
  "Folder that keeps the volumes in chunks: converted once, about their size.",
)
_WORKDIR = flags.DEFINE_string(
  "workdir",
  None,
  "Where everything is written; default runs/NAME-OF-DATA. A run found there "
  "goes on.",
)
_ACQUISITION = acquisitions.define(
  "acquisition",
  "What is compared, separated by commas; the random baselines are added.",
)
_PROTOCOL = protocol.define()
_MAX_PER_GROUP = acquisitions.define_cap()
_UNIT, _BUDGET = units.define()
_STOP, _STOP_MODE = stopping.define()
flags.DEFINE_bool(
  "baselines", True, "Add random and foreground_random to the methods."
)
_SEEDS = flags.DEFINE_integer(
  "seeds", None, "Repeats with other keys, one after the other."
)
_STRICT = flags.DEFINE_bool(
  "strict", None, "Stop at a bad case instead of leaving it out."
)
_CONFIG = flags.DEFINE_string(
  "config", None, "A preset, for example hippocampus."
)
_SET = flags.DEFINE_multi_string(
  "set",
  [],
  "field=value, any of the settings that --help_settings lists; repeatable.",
)
explained.define_list_methods()
explained.define_help_settings()


def settings_from_flags() -> Kept:
  """The preset or the run that goes on, then flags; ValueError if wrong."""
  is_new = _DATA.value or _CONFIG.value
  kept = comparison.going_on(_WORKDIR.value, is_new, streamed=True)
  if kept:
    base = kept.config
  else:
    base = configs.load(_CONFIG.value) if _CONFIG.value else Config()
    base = dataclasses.replace(base, data="")
  # All pool labels would have to be in memory.
  base = dataclasses.replace(base, full=False)
  given = {
    "data": _DATA.value,
    "cache": _CACHE.value,
    "strict": _STRICT.value,
    "seeds": _SEEDS.value,
    "max_per_group": _MAX_PER_GROUP.value,
    "unit": _UNIT.value,
    "budget": _BUDGET.value,
    "stop": stopping.given(_STOP.value),
    "stop_mode": _STOP_MODE.value,
    "acquisition": _ACQUISITION.value and tuple(_ACQUISITION.value),
  }
  config = protocol.changed(base, _PROTOCOL, given, _SET.value)
  return Kept(config, comparison.baselines(kept), streamed=True)


def main(argv: list[str]) -> None:
  """Runs the study; for the exit codes see --help."""
  comparison.run(argv, settings_from_flags, _WORKDIR.value)


if __name__ == "__main__":
  command.start(main)
