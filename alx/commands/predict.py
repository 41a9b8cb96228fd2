"""Masks or classes of new images, by the model that a run has trained.

  alx predict --run=runs/Task04_Hippocampus --data=imagesTs --out=masks
  alx predict --run=runs/slices --data=new_pictures --out=new --uncertainty
  alx predict --run=runs/breast --data=new.npz --out=new --arm=bald --round=3

--data is a folder of NIfTI volumes, DICOM series or pictures, with or without
labels, as the readers of a run know them (imagesTr, imagesTs, BraTS cases,
folders of classes, images beside masks), a flat folder, one file, or an .npz
with images.
They are read as the run read its own: turned, normalised, resized alike.

Of a segmentation --out gets masks/ID.nii.gz on the grid and with the header of
each volume, with masks/ID.dcm (DICOM SEG) beside it for a DICOM series (a line
says where a SEG cannot be), or masks/ID.png of a picture; the values are class
numbers, named in classes.csv. Of a classification predictions.csv has the class
and a column of probabilities for each class. --uncertainty adds the predictive
entropy and, of a model with dropout or an ensemble, the mutual information:
maps, float32 or 16-bit PNG, or columns. predict.json says which model it was.

Without --arm it is the model of the first acquisition that the run was asked
for, of its first seed, after the last round: no test score chooses. --arm=full
is the model of all labels. The same command again goes on where it stopped.
"""

from absl import flags

from alx.commands import command
from alx.report.words import counted
from alx.runs.use import predict as use

_RUN = flags.DEFINE_string(
  "run", None, "A run directory, or runs/NAME-seedS in it."
)
_DATA = flags.DEFINE_string("data", None, "Images: a folder, or a file.")
_OUT = flags.DEFINE_string(
  "out", None, "Where everything is written: a new or empty folder."
)
_ARM = flags.DEFINE_string(
  "arm", None, "Whose model: an acquisition of the run, or full."
)
_SEED = flags.DEFINE_integer("seed", None, "Of the run; default the lowest.", 0)
_ROUND = flags.DEFINE_integer(
  "round",
  None,
  "After which round; default the last. The last two are kept.",
  0,
)
_UNCERTAINTY = flags.DEFINE_bool(
  "uncertainty", False, "Also entropy and mutual information."
)
_SAMPLES = flags.DEFINE_integer(
  "samples", 0, "Passes of dropout for --uncertainty; 0: as the run has.", 0
)
_WHERE = flags.DEFINE_string(
  "where", None, "Keep the .npz items with, for example, frame=1."
)
_STRICT = flags.DEFINE_bool(
  "strict", False, "Stop at a bad image instead of leaving it out."
)


def main(argv: list[str]) -> None:
  """Predicts; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      for flag in (_RUN, _DATA, _OUT):
        if not flag.value:
          raise ValueError(f"wanted --{flag.name}=PATH")
    found = use.predict(
      _RUN.value,
      _DATA.value,
      _OUT.value,
      arm=_ARM.value or "",
      seed=_SEED.value,
      round=_ROUND.value,
      uncertainty=_UNCERTAINTY.value,
      samples=_SAMPLES.value,
      where=_WHERE.value or "",
      strict=_STRICT.value,
      console=console,
      beginning=command.wrong_input,
    )
    before = f", {found.before} of them before" if found.before else ""
    images = counted(len(found.ids), "image")
    text = f"{images} predicted{before}: {found.out}"
    console.print(text, soft_wrap=True, markup=False)


if __name__ == "__main__":
  command.start(main)
