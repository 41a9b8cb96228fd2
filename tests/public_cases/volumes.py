"""NIfTI folders that the tests of this folder make."""

import nibabel
import numpy as np

IMAGE = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)


def write(path, array, affine=None, change=None):
  """One file; `change(image)` may spoil its header first."""
  path.parent.mkdir(parents=True, exist_ok=True)
  if np.asarray(array).dtype.kind in "iu":
    array = np.asarray(array).astype(np.uint8)
  image = nibabel.Nifti1Image(array, np.eye(4) if affine is None else affine)
  if change:
    change(image)
  nibabel.save(image, path)


def write_case(
  folder, name, image=IMAGE, label=None, affine=None, change=None, parts="Tr"
):
  """One case of a Decathlon folder, with a label of 0 and 1."""
  label = (
    np.arange(image.size).reshape(image.shape) % 2 if label is None else label
  )
  write(folder / f"images{parts}" / f"{name}.nii.gz", image, affine, change)
  write(folder / f"labels{parts}" / f"{name}.nii.gz", label, affine, change)
