"""The parameters of a model that a run has trained, for other programs.

  alx export --run=runs/Task04_Hippocampus --out=model
  alx export --run=runs/breast --out=model --arm=full

Writes params.npz, plain arrays (no pickle) named by the way to them, such as
trunk/params/Dense_0/kernel, and model.json: network and widths, classes, patch,
normalisation, voxel sizes, and the SHA-256 of the arrays. The guide "Use the
model" has twenty lines that make the network of them again.

The model is chosen as by `alx predict`.
"""

from absl import flags

from alx.commands import command
from alx.runs.use import export as use

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


def main(argv: list[str]) -> None:
  """Exports; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      for flag in (_RUN, _OUT):
        if not flag.value:
          raise ValueError(f"wanted --{flag.name}=PATH")
    found = use.export(
      _RUN.value,
      _OUT.value,
      arm=_ARM.value or "",
      seed=_SEED.value,
      round=_ROUND.value,
    )
    console.print(found.model, soft_wrap=True, markup=False)
    text = f"{found.arrays} arrays, {found.numbers:,} numbers: {found.out}"
    console.print(text, soft_wrap=True, markup=False)


if __name__ == "__main__":
  command.start(main)
