"""Label files as people send them, made by hand and not by our writers."""

import gzip

import nibabel
import numpy as np

from alx.projects.exchange.grid import Grid
from alx.projects.exchange.ingest import Target

AFFINE = np.array(
  [[1.0, 0, 0, -10], [0, 2.0, 0, 5], [0, 0, 3.0, 7], [0, 0, 0, 1]]
)
SHAPE = (6, 7, 8)
NAMES = "background", "anterior", "posterior"


def a_label():
  """Two blocks of 27 voxels."""
  label = np.zeros(SHAPE, np.uint8)
  label[0:3, 1:4, 1:4] = 1
  label[3:6, 3:6, 4:7] = 2
  return label


def target(**changes):
  """A case of three classes."""
  made = Target("case_001", Grid(SHAPE, AFFINE), NAMES)
  return made._replace(image_sha256=("a" * 64,), **changes)


def image_of(array, affine=AFFINE):
  """A nibabel image with both forms set."""
  image = nibabel.Nifti1Image(array, affine)
  image.set_sform(affine, 1)
  image.set_qform(affine, 1)
  return image


def nifti(array, affine=AFFINE, change=None):
  """A .nii.gz; `change(header)` may break it."""
  image = image_of(np.asarray(array), affine)
  if change:
    change(image.header)
  return gzip.compress(image.to_bytes(), mtime=0)


def patched(content, place, kind, value):
  """A .nii.gz with a number of its header overwritten."""
  raw = bytearray(gzip.decompress(content))
  number = np.array(value, kind).tobytes()
  raw[place : place + len(number)] = number
  return gzip.compress(bytes(raw), mtime=0)


def nrrd(array, affine=AFFINE, extra="", kinds=None, directions=None):
  """A NRRD with gzip, LPS, as Slicer writes it."""
  lps = np.diag([-1.0, -1.0, 1.0]) @ affine[:3]
  vectors = [_vector(v) for v in lps[:, :3].T]
  if array.ndim == 4:
    vectors = ["none", *vectors]
  origin = _vector(lps[:, 3])
  head = (
    f"NRRD0004\n# made by hand\ntype: uchar\ndimension: {array.ndim}\n"
    "space: left-posterior-superior\n"
    f"sizes: {' '.join(map(str, array.shape))}\n"
    f"space directions: {' '.join(vectors)}\nencoding: gzip\n"
    f"space origin: {origin}\n{extra}\n"
  )
  data = gzip.compress(array.astype(np.uint8).tobytes(order="F"), mtime=0)
  return head.encode() + data


def _vector(numbers):
  return f"({','.join(repr(float(x)) for x in numbers)})"


def segments(*rows):
  """Header lines of Slicer's segments: (name, value, layer)."""
  lines = []
  for i, (name, value, layer) in enumerate(rows):
    lines += [
      f"Segment{i}_Name:={name}",
      f"Segment{i}_LabelValue:={value}",
      f"Segment{i}_Layer:={layer}",
    ]
  return "\n".join(lines) + "\n"
