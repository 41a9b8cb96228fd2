"""Which items to label first, when there is no label and no model yet.

Label-free features of the pool are learned (principal components, an
autoencoder, contrastive learning), a method chooses the first items on them,
the ordinary model is trained on those, and is tested: against sets drawn at
random, with the same seeds. Of a segmentation foreground_random is run too: it
draws items with foreground by their true labels, which a reader does not know.

  python -m experiments.cold_start --data=breastmnist.npz --workdir=DIR
  python -m experiments.cold_start --config=acdc --data=acdc_slices_128.npz \\
    --workdir=DIR
  python -m experiments.cold_start --config=hippocampus \\
    --data=Task04_Hippocampus --workdir=DIR

The same command again goes on where it was stopped or killed, to the same
result; with more encoders, methods, budgets or seeds it adds them. DIR holds
rows.csv, summary.csv, coverage.csv, curve_ENCODER.png, report.html, and the
features as files for `experiments.run --features`.

--size=cpu trains 365 models on breastmnist (5 seeds; 28 minutes of one CPU
core), 111 on ACDC slices or hippocampus (3 seeds; an hour or more, estimated);
--size=smoke takes seconds, with volumes a minute, and means nothing.
"""

import dataclasses

from absl import flags

from alx.commands import command
from alx.commands.defined import acquisitions
from alx.runs.disk import owned, places
from alx.runs.settings import presets as configs
from alx.runs.settings.config import Config
from experiments.cold import report, study
from experiments.cold.plan import METHODS, SIZES

_DATA = flags.DEFINE_string("data", None, "Folder or .npz file.")
_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Where everything is written. A study found there goes on."
)
_ENCODERS = flags.DEFINE_list(
  "encoders", None, "Of pca, autoencoder, simclr; default by size and data."
)
_METHODS = acquisitions.define(
  "methods",
  f"Default {', '.join(METHODS)}; any that goes by features only. The random "
  "ones are always run.",
)
_MAX_PER_GROUP = acquisitions.define_cap()
_BUDGETS = flags.DEFINE_list(
  "budgets", None, "Numbers of first labels; default by size and data."
)
_SEEDS = flags.DEFINE_integer("seeds", None, "Paired repeats.")
_DRAWS = flags.DEFINE_integer(
  "draws", None, "Random sets in all; those beyond --seeds are in no pair."
)
_SIZE = flags.DEFINE_enum(
  "size", "cpu", sorted(SIZES), "How much is trained, see above."
)
_CONFIG = flags.DEFINE_string("config", None, "A preset, such as hippocampus.")
_WHERE = flags.DEFINE_string(
  "where", None, "Keep the .npz items with, for example, frame=1."
)
_SET = flags.DEFINE_multi_string(
  "set",
  [],
  "field=value, any field of alx.runs.settings.config.Config; repeatable.",
)


def main(argv: list[str]) -> None:
  """Runs the study; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      if not _WORKDIR.value or not _DATA.value:
        raise ValueError("wanted --data=PATH and --workdir=DIR")
      workdir = places.workdir_of(_DATA.value, _WORKDIR.value)
      config, asked = config_from_flags(), asked_for()
    with owned.working(workdir) as check, command.wrong_input(ValueError):
      with command.wrong_input():
        prepared = study.prepare(
          config,
          workdir,
          console,
          size=_SIZE.value,
          asked=asked,
          assignments=_SET.value,
        )
      features = study.run_all(prepared, console, check)
      page = report.write(prepared.ready, prepared.plan, features, console)
    command.tell_report(console, page)


def config_from_flags() -> Config:
  """The preset, then the flags, then --set."""
  config = configs.load(_CONFIG.value) if _CONFIG.value else Config()
  given = {
    "data": _DATA.value,
    "where": _WHERE.value,
    "max_per_group": _MAX_PER_GROUP.value,
  }
  given = {name: value for name, value in given.items() if value is not None}
  return dataclasses.replace(config, **given)


def asked_for() -> dict:
  """What the flags say of the plan; None: nothing."""
  return {
    "encoders": _ENCODERS.value and tuple(_ENCODERS.value),
    "methods": _METHODS.value and tuple(_METHODS.value),
    "budgets": _BUDGETS.value and tuple(map(_whole, _BUDGETS.value)),
    "seeds": _SEEDS.value,
    "draws": _DRAWS.value,
  }


def _whole(text):
  if not text.strip().isdecimal():
    raise ValueError(f"budgets: wanted whole numbers, found {text!r}")
  return int(text)


if __name__ == "__main__":
  command.start(main)
