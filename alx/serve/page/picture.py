"""Images and drafts of a project as the viewer of the page reads them."""

import gzip
import io

import numpy as np
from PIL import Image

from alx.data.volumes import nifti
from alx.projects.answers.beside import read_bytes
from alx.projects.cases.targets import files_of, grid_of, label_of
from alx.projects.exchange.nrrd import inflate
from alx.projects.exchange.refused import Refused
from alx.projects.store.project import Project
from alx.projects.store.state import Case

_LEVEL = 1  # of gzip: fast


def extents_of(case: Case) -> tuple[int, int, int]:
  """x, y, z as the viewer counts them; a picture is a slice, its columns x."""
  shape = grid_of(case).shape
  return (shape[1], shape[0], 1) if is_flat(case) else tuple(shape)


def is_flat(case: Case) -> bool:
  """Whether it is a picture."""
  return grid_of(case).affine is None


def image_bytes(
  project: Project, case: Case, channel: int = 0, most: int = 0
) -> bytes:
  """An image as a .nii.gz.

  Args:
    project: of the case.
    case: any.
    channel: which of its files, where channels have files of their own.
    most: pixels of a side of a picture that has a class and no label map; a
      larger one is made smaller; 0: none is.

  Raises:
    Refused: 404 for a channel that is not there.
  """
  files = files_of(project, case)
  if not 0 <= channel < len(files):
    raise Refused(404, "no such channel")
  content = read_bytes(files[channel])
  if not is_flat(case):
    return content
  return of_picture(content, 0 if project.segments else most)


def of_picture(content: bytes, most: int = 0) -> bytes:
  """A picture as a slice whose first row is on top, as people look at it.

  Args:
    content: of a PNG of 8 bits, gray or colours.
    most: see `image_bytes`.
  """
  image = Image.open(io.BytesIO(content))
  image = image if image.mode == "L" else image.convert("RGB")
  if most:
    image.thumbnail((most, most), Image.Resampling.BOX)
  pixels = np.asarray(image)
  affine = np.diag([1.0, -1.0, 1.0, 1.0])
  affine[1, 3] = pixels.shape[0] - 1
  columns_first = np.swapaxes(pixels, 0, 1)[:, :, None]
  if pixels.ndim == 2:
    return nifti.on_grid(columns_first, affine)
  return nifti.colours_on_grid(columns_first, affine)


def pack(project: Project, case: Case, sha256: str) -> bytes:
  """A label map that is kept: one byte a voxel, x fastest, gzip."""
  label = label_of(project, case.uid, sha256)
  return gzip.compress(_flat_bytes(label), _LEVEL, mtime=0)


def _flat_bytes(label):
  """x fastest: columns of a picture are its x."""
  return label.tobytes("C" if label.ndim == 2 else "F")


def unpack(case: Case, content: bytes) -> np.ndarray:
  """What `pack` made, on the grid of the image, uint8 [*sp].

  Raises:
    Refused: 422 for what is no such thing; 413 for more than the image has.
  """
  shape = grid_of(case).shape
  size = int(np.prod(shape))
  if not content.startswith(b"\x1f\x8b"):
    raise Refused(415, "wanted a drawing of the page, packed with gzip")
  flat = inflate(content, size)
  if len(flat) != size:
    raise Refused(422, f"wanted a drawing of {size} voxels, found {len(flat)}")
  array = np.frombuffer(flat, np.uint8)
  return array.reshape(shape, order="C" if len(shape) == 2 else "F")
