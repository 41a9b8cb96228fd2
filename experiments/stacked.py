"""Volumes stacked out of the slices of an .npz, as a folder of NIfTI files.

  python -m experiments.stacked --data=acdc_slices_128.npz --where=frame=1 \\
    --every=2 --out=acdc_volumes

The .npz has images and labels [N, H, W], `patient`, `slice` and `split` [N]: 0
to train on, 2 to test on; what is of another part is left out, and said. Slices
of a patient become a volume in the order of their numbers, on the last axis. No
size of a voxel is known: every edge counts as 1 mm, so distances are in voxels.
"""

import json
import pathlib
from collections.abc import Mapping

import numpy as np
from absl import app, flags

from alx.data import DataError
from alx.data.arrays.fields import names_where, rows_where
from alx.data.volumes import nifti
from experiments import remade

PARTS = {"Tr": 0, "Ts": 2}


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  remade.define_flags(
    "An .npz of slices.", "The folder to write; none may be there."
  )
  flags.DEFINE_string(
    "where", "", "As of alx run: only slices whose FIELD=VALUE."
  )
  flags.DEFINE_integer("every", 1, "Keep every n-th pixel of a slice.", 1)


def main(argv: list[str]) -> None:
  """Writes the folder, says what is in it."""
  del argv
  given = flags.FLAGS
  arrays, out = remade.read("folder")
  arrays = chosen(arrays, given.where)
  write(out, arrays, given.every)
  for part in PARTS:
    found = len([*(out / f"labels{part}").iterdir()])
    print(f"{out / f'labels{part}'}: {found} volumes")
  rest = ~np.isin(arrays["split"], [*PARTS.values()])
  print(f"left out: {rest.sum()} slices of other parts than 0 and 2")


def chosen(
  arrays: Mapping[str, np.ndarray], where: str
) -> dict[str, np.ndarray]:
  """The rows [n] whose FIELD is VALUE; all for "".

  Raises:
    UsageError: for an array that is wanted and not there, or no row.
  """
  wanted = {"images", "labels", "patient", "slice", "split"}
  wanted |= {*names_where(where)} - {""}
  if missing := sorted(wanted - arrays.keys()):
    raise app.UsageError(
      f"--data: no array {', '.join(missing)}; there are {', '.join(arrays)}"
    )
  try:
    kept = rows_where("--where", arrays, where)
  except DataError as error:
    raise app.UsageError(f"no slice has {where}: {error}") from error
  return {name: arrays[name][kept] for name in wanted}


def write(
  out: pathlib.Path, arrays: Mapping[str, np.ndarray], every: int
) -> None:
  """The volumes of both parts in the layout of nnU-Net and the Decathlon.

  Raises:
    UsageError: for a patient whose slices are not numbered one after the other.
  """
  for part, number in PARTS.items():
    for kind in ("images", "labels"):
      (out / f"{kind}{part}").mkdir(parents=True)
    inside = arrays["split"] == number
    for patient in np.unique(arrays["patient"][inside]).tolist():
      rows = in_order(arrays, inside & (arrays["patient"] == patient))
      for kind in ("images", "labels"):
        volume = np.moveaxis(arrays[kind][rows, ::every, ::every], 0, -1)
        name = out / f"{kind}{part}" / f"patient{patient:03d}.nii.gz"
        name.write_bytes(nifti.with_spacing(volume, None))
  classes = np.unique(arrays["labels"]).tolist()
  about = {
    "name": out.name,
    "modality": {"0": "MRI"},
    "labels": {str(c): f"class {c}" if c else "background" for c in classes},
  }
  (out / "dataset.json").write_text(json.dumps(about), encoding="utf-8")


def in_order(arrays: Mapping[str, np.ndarray], mine: np.ndarray) -> np.ndarray:
  """[s] rows of one patient, [N] bool, by the number of the slice."""
  rows = np.flatnonzero(mine)
  rows = rows[np.argsort(arrays["slice"][rows], kind="stable")]
  steps = np.diff(arrays["slice"][rows].astype(int))
  if (steps != 1).any():
    patient = arrays["patient"][rows[0]]
    raise app.UsageError(
      f"--data: patient {patient} has the slices "
      f"{', '.join(map(str, arrays['slice'][rows]))}, which do not follow each "
      "other; --where takes one of several images of a patient"
    )
  return rows


if __name__ == "__main__":
  define_flags()
  app.run(main)
