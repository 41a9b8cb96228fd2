"""The parameters of a model that a run has trained, for other programs.

  alx export --run=runs/Task04_Hippocampus --out=model
  alx export --run=runs/breast --out=model --arm=full

Writes params.npz, plain arrays (no pickle) named by the way to them, such as
trunk/params/Dense_0/kernel, and model.json: network and widths, classes, patch,
normalisation, voxel sizes, and the SHA-256 of the arrays. The guide "Use the
model" has twenty lines that make the network of them again.

  alx export --run=runs/volumes --labels --out=Dataset001_Picks

Writes what the run was told instead, as a folder of nnU-Net v2: voxels whose
label nobody told have the value of its `ignore` label.

The model is chosen as by `alx predict`.
"""

from absl import flags

from alx.commands import command
from alx.runs.use import export as use
from alx.runs.use.told_labels import export_labels

_RUN = flags.DEFINE_string(
  "run", None, "A run directory, or runs/NAME-seedS in it."
)
_OUT = flags.DEFINE_string("out", None, "The folder to write, new or empty.")
_ARM = flags.DEFINE_string(
  "arm", None, "Whose model: an acquisition of the run, or full."
)
_SEED = flags.DEFINE_integer("seed", None, "Of the run; default the lowest.", 0)
_ROUND = flags.DEFINE_integer(
  "round", None, "After which round; default the last.", 0
)
_LABELS = flags.DEFINE_bool(
  "labels", False, "Write the labels that the run was told, not its model."
)


def main(argv: list[str]) -> None:
  """Exports; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      for flag in (_RUN, _OUT):
        if not flag.value:
          raise ValueError(f"wanted --{flag.name}=PATH")
    which = {
      "arm": _ARM.value or "",
      "seed": _SEED.value,
      "round": _ROUND.value,
    }
    if _LABELS.value:
      with command.wrong_input(ValueError):
        labels = export_labels(_RUN.value, _OUT.value, **which)
      model, text = labels.model, labels.told()
    else:
      found = use.export(_RUN.value, _OUT.value, **which)
      model = found.model
      text = f"{found.arrays} arrays, {found.numbers:,} numbers: {found.out}"
    console.print(model, soft_wrap=True, markup=False)
    console.print(text, soft_wrap=True, markup=False)


if __name__ == "__main__":
  command.start(main)
