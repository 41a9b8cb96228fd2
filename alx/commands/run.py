"""Active learning from images to report, in one command.

Trains a model on a few labelled items, asks for labels where an acquisition
says they help most, retrains, and compares with random selection:

  python -m experiments.run
  python -m experiments.run --data=Task04_Hippocampus --acquisition=bald
  python -m experiments.run --data=slices.npz --where=frame=1 --seeds=3
  python -m experiments.run --acquisition="two_stage(entropy:100, k_center)"

Of volumes a label may be a part: a slice, a box, a superpixel, as many as a
budget of each round allows:

  python -m experiments.run --data=DIR --unit=slices:0 --budget=slices:40
  python -m experiments.run --data=DIR --unit=boxes:16,16,16 \\
    --acquisition=clasp_pe
  python -m experiments.run --data=DIR --unit=superpixels:200 \\
    --set=answer=dominant

--data is "screening" or "phantom" (made here), a Medical Segmentation Decathlon
or nnU-Net v2 folder, BraTS cases, DICOM series with segmentations, a folder of
pictures with classes, masks or a table, a MedMNIST .npz, or an .npz with
`images`, `labels` and optional `patient`/`group`, `split`. The same command
again goes on where it stopped.

Several processes, on one machine or many, may share each fit. Give all of them
this, each with its own number; process 0 writes and tells:

  python -m experiments.run --data=DIR --workdir=RUN \\
    --coordinator=HOST:PORT --num_processes=2 --process_id=0

On embeddings of a frozen model a linear head (or --set=widths=256) is trained,
all seeds at once:

  python -m experiments.run --features=embeddings.npz --seeds=20
"""

from absl import flags

from alx.commands import command
from alx.commands.defined import (
  acquisitions,
  comparison,
  explained,
  processes,
  protocol,
  stopping,
  units,
)
from alx.data.arrays.features import read_features
from alx.data.arrays.npz import is_npz
from alx.data.dataset import bad_input
from alx.devices import cores
from alx.runs.settings import idle
from alx.runs.settings import presets as configs
from alx.runs.settings.config import Config
from alx.runs.settings.kept import Kept

_DATA = flags.DEFINE_string(
  "data", None, "Folder or .npz file; without it a screening programme is made."
)
_FEATURES = flags.DEFINE_string(
  "features",
  None,
  "Embeddings: an .npz with `features` [N, D] and `labels`, or, with --data, "
  "an .npy [N, D] or .npz that takes the place of its images.",
)
_CACHE = flags.DEFINE_string(
  "cache",
  None,
  "Folder that keeps a NIfTI --data in chunks: converted once, then read in a "
  "moment. With --unit=superpixels:200 it keeps those too, of any --data.",
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
_COLUMNS = protocol.define_columns()
_MAX_PER_GROUP = acquisitions.define_cap()
_UNIT, _BUDGET = units.define()
_STOP, _STOP_MODE = stopping.define()
flags.DEFINE_bool(
  "baselines", True, "Add random (and foreground_random) to the methods."
)
_SEEDS = flags.DEFINE_integer("seeds", None, "Repeats with other keys.")
_METRIC = flags.DEFINE_string(
  "metric",
  None,
  "What is compared: auto, balanced_accuracy, auc, average_precision, "
  "macro_f1, sensitivity_CLASS, structure_dice, nsd ...; the page shows the "
  "others too.",
)
_FULL = flags.DEFINE_bool(
  "full", None, "Also train on all pool labels, for the line at the top."
)
_WHERE = flags.DEFINE_string(
  "where",
  None,
  "Keep the .npz items with, for example, frame=1 or frame=1,x=2.",
)
_STRICT = flags.DEFINE_bool(
  "strict", None, "Stop at a bad case instead of leaving it out."
)
_CORES = flags.DEFINE_integer(
  "cores",
  None,
  "CPU cores on which seeds run beside each other, each in its own device. "
  "By default one, of which large networks use all cores anyway; for the made "
  "programme as many as there are.",
  1,
)
processes.define()
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
  data = _DATA.value or (_FEATURES.value and _alone(_FEATURES.value))
  kept = comparison.going_on(_WORKDIR.value, data or _CONFIG.value)
  preset = _CONFIG.value or ("" if data else "screening")
  base = kept.config if kept else _preset(preset)
  _use_cores(not (data or _CONFIG.value) and base.data == idle.SCREENING)
  given = {
    "data": data,
    "features": _DATA.value and _FEATURES.value,
    "cache": _CACHE.value,
    "where": _WHERE.value,
    "columns": _COLUMNS.value,
    "strict": _STRICT.value,
    "seeds": _SEEDS.value,
    "max_per_group": _MAX_PER_GROUP.value,
    "unit": _UNIT.value,
    "budget": _BUDGET.value,
    "stop": stopping.given(_STOP.value),
    "stop_mode": _STOP_MODE.value,
    "full": _FULL.value,
    "metric": _METRIC.value,
    "acquisition": _ACQUISITION.value and tuple(_ACQUISITION.value),
  }
  if _ACQUISITION.value == []:  # --acquisition= : only the full-data line
    given["acquisition"] = ()
  config = protocol.changed(base, _PROTOCOL, given, _SET.value)
  return Kept(config, comparison.baselines(kept), streamed=False)


def _preset(name):
  return configs.load(name) if name else Config()


def _use_cores(made: bool) -> None:
  """Devices for the seeds of small networks, before anything has run."""
  several = processes.are_several()
  most = _CORES.value or (cores.usable() if made and not several else 0)
  if most:
    cores.use_cores(most, counted=not several)


def _alone(path: str) -> str:
  """The path of features that are the data by themselves.

  Raises:
    DataError: no file, or one that cannot have labels too.
  """
  file = command.path_of(path)
  if not (file.is_file() and is_npz(file)):
    rows, _ = read_features(file)
    wanted = "labels: in --data, or in an .npz with `features` and `labels`"
    raise bad_input(file, wanted, f"{len(rows)} rows without labels")
  return path


def main(argv: list[str]) -> None:
  """Runs the study; for the exit codes see --help."""
  comparison.run(argv, settings_from_flags, _WORKDIR.value)


if __name__ == "__main__":
  command.start(main)
