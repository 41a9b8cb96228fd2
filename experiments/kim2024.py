"""Kim et al. 2024 as a command: active learning for a 3-D U-Net, with TOST.

Trains on a few labelled volumes, asks for more by chance or by uncertainty,
and tests in every round whether the model is equivalent to one that was
trained on everything:

  python -m experiments.kim2024 --size=smoke
  python -m experiments.kim2024 --data=Task04_Hippocampus --size=cpu
  python -m experiments.kim2024 --data=BraTS --size=paper --preset=code

--data is a folder laid out as the Medical Segmentation Decathlon or nnU-Net v2,
one of BraTS cases (CASE/CASE_t1ce.nii.gz ..., or CASE/CASE-t1c.nii.gz ...), or
"phantom", made here. --set=channels=t1ce,t2 takes some channels by name or
number, --target=enhancing some classes; --set=patient='^.{9}' names the part
of an id that is the patient, where the folder tells of none.
Experiment 1 compares random, bootstrapping, margins, dropout_train_test and
dropout_test_only; experiment 2 restricts redundancy: of the most uncertain the
most representative, or those least similar to what is labelled. Both may use
one --workdir, and share what they have in common. The same command again goes
on where it stopped; two processes with --seeds=1 and another
--set=first_seed=N each may work on one --workdir.

The presets are the paper's text and its public code, as far as they are known
and followed: --set lists what the text leaves open, what is followed in no
preset, and where a size has the last word; the page does too. Sizes:

  smoke  10 s an arm on the phantom, nearly all of it compiling
  cpu    hippocampus, 8 + 4 x 10 volumes, 3 seeds: an hour on 2 cores for
         --arms=random,margins,dropout_train_test,dropout_test_only; a step of
         2 patches takes 0.1 s of a core, a seed of these arms 15,000 steps;
         bootstrapping (3 members) adds 9,500, experiment 2 has 14,000
  paper  128x128x128 patches, 40 + 6 x 50 volumes: days, on a GPU; see below

Memory at full size, computed from shapes, not measured: all volumes are on the
GPU, 4 bytes for each voxel and channel and 1 for its label: 51 GB for 638
volumes of 240 x 240 x 155 with 2 channels, an eighth with --set=coarsen=2. The
host holds the same, and first all channels that the folder has. A training
patch keeps about 13 maps of 32 channels at its full extent, and a third of that
at the coarser levels: 5 GB in all. The 21 million numbers of a network, their
gradient, momentum and best are 0.3 GB. Members of a bootstrap are trained in
turn.

Written to --workdir: table_3.csv, table_3_by_seed.csv, labels_needed.csv,
figure_2.csv, figure_2.png, report.html, and for each arm and seed
runs/ARM-seedN with the Dice of every test volume in every round (cases.csv),
what was picked (picks.csv; experiment 2 chooses by more than a score and has
none there) and how long every fit took (epochs.csv).
"""

import pathlib

from absl import flags

from alx.commands import command
from alx.commands.defined import acquisitions
from alx.runs.disk import owned, places
from alx.runs.settings.config import absolute, override, parts_of
from experiments.kim import deviations, failures, page, study
from experiments.kim.parts import config_of
from experiments.kim.presets import PRESETS, SIZES, make_settings
from experiments.kim.settings import ARMS, EXPERIMENTS, Kim

_DATA = flags.DEFINE_string(
  "data", None, "Folder of volumes, or phantom; default the phantom."
)
_WORKDIR = flags.DEFINE_string(
  "workdir",
  None,
  "Where everything is written; default runs/kim2024-NAME-PRESET-SIZE. A run "
  "found there goes on.",
)
_EXPERIMENT = flags.DEFINE_enum(
  "experiment",
  "1",
  [str(number) for number in EXPERIMENTS],
  "1: uncertainty; 2: redundancy.",
)
_PRESET = flags.DEFINE_enum(
  "preset", "paper", list(PRESETS), "The paper's text, or its public code."
)
_SIZE = flags.DEFINE_enum("size", "cpu", list(SIZES), "How large.")
_ARMS = flags.DEFINE_list(
  "arms",
  None,
  f"Instead of those of the experiment: any of {', '.join(ARMS)}.",
)
_SEEDS = flags.DEFINE_integer("seeds", None, "Paired repeats of every arm.")
_MAX_PER_GROUP = acquisitions.define_cap()
_MERGE = flags.DEFINE_bool("merge", True, "All foreground is one class.")
_TARGET = flags.DEFINE_list(
  "target", None, "Names of the classes that are foreground; default all."
)
_SET = flags.DEFINE_multi_string(
  "set",
  [],
  "field=value, any field of experiments.kim.settings; repeatable. "
  + deviations.explain(),
)


def settings_from_flags() -> Kim:
  """Preset and size, then the flags, then --set; ValueError if one is wrong."""
  given = {
    "data": _DATA.value or "phantom",
    "merge": _MERGE.value,
    "target": tuple(_TARGET.value or ()),
    "acquisition": tuple(_ARMS.value or EXPERIMENTS[int(_EXPERIMENT.value)]),
  }
  if _SEEDS.value is not None:
    given["seeds"] = _SEEDS.value
  if _MAX_PER_GROUP.value is not None:
    given["max_per_group"] = _MAX_PER_GROUP.value
  kim = make_settings(_PRESET.value, _SIZE.value, **given)
  holders = {"data": _DATA, "merge": _MERGE, "target": _TARGET, "seeds": _SEEDS}
  holders |= {"acquisition": _ARMS, "max_per_group": _MAX_PER_GROUP}
  told = {name: flag.name for name, flag in holders.items() if flag.present}
  return absolute(override(kim, _SET.value, told))


def _workdir(kim: Kim) -> pathlib.Path:
  stem = places.stem_of(kim.data)
  name = f"kim2024-{stem}-{_PRESET.value}-{_SIZE.value}"
  return places.workdir_of(kim.data, _WORKDIR.value or f"runs/{name}")


def main(argv: list[str]) -> None:
  """Runs the study; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      kim = settings_from_flags()
      workdir = _workdir(kim)
    parts = parts_of(config_of(kim), names=kim.acquisition)
    with owned.working(workdir, parts) as check:
      with command.wrong_input():
        ready = study.prepare(kim, workdir, console)
      study.train(ready, console, check)
      with owned.page_of(workdir):
        failures.save(ready)
        path = page.write(workdir)
    command.tell_report(console, path)


if __name__ == "__main__":
  command.start(main)
