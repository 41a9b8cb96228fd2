"""NIfTI folders that the tests of this folder make."""

import gzip

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


PIXDIM, QFORM_CODE, SFORM_CODE, SLOPE = 80, 252, 254, 112  # bytes of a header


def patch(file, **fields):
  """Changes bytes, where a library would mend them: pixdim, sform_code ..."""
  places = {
    "pixdim": (PIXDIM, np.float32),
    "qform_code": (QFORM_CODE, np.int16),
    "sform_code": (SFORM_CODE, np.int16),
    "slope": (SLOPE, np.float32),
  }
  data = bytearray(gzip.decompress(file.read_bytes()))
  for name, values in fields.items():
    start, kind = places[name]
    new = np.atleast_1d(np.array(values, kind)).tobytes()
    data[start : start + len(new)] = new
  file.write_bytes(gzip.compress(bytes(data)))


def patch_case(folder, name, **fields):
  """The same in the image and the label of a case."""
  for part in ("imagesTr", "labelsTr"):
    patch(folder / part / f"{name}.nii.gz", **fields)
