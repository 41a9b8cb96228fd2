"""What the project keeps of a case: its files, grid, and label maps on it."""

import pathlib

import numpy as np

from alx.data.dataset import bad_input
from alx.data.unlabelled.pictures import encode
from alx.data.volumes import nifti
from alx.projects.cases import dicom
from alx.projects.cases.found import PICTURE, VOLUME
from alx.projects.exchange.decode import decode
from alx.projects.exchange.grid import Grid
from alx.projects.exchange.ingest import Target
from alx.projects.store.blobs import digest
from alx.projects.store.project import IMAGES, Project
from alx.projects.store.state import TRAIN, Case, Task

_AIR = 0.1  # of the range between percentiles, below which there is air


def files_of(project: Project, case: Case) -> list[pathlib.Path]:
  """The image of a case: one file, or one per channel."""
  folder = project.folder / IMAGES
  return [folder / name for name in case.about["files"]]


def grid_of(case: Case) -> Grid:
  """Where its voxels are."""
  affine = case.about["affine"]
  return Grid(
    tuple(case.about["shape"]), None if affine is None else np.array(affine)
  )


def suffix_of(case: Case) -> str:
  """.nii.gz or .png, of its image and label maps."""
  return {VOLUME: ".nii.gz", PICTURE: ".png"}[case.about["kind"]]


def encode_label(label: np.ndarray, grid: Grid) -> bytes:
  """A label map as the project keeps it and viewers read it.

  Args:
    label: uint8 [*sp].
    grid: of the image.
  """
  label = np.ascontiguousarray(label, np.uint8)
  if grid.affine is None:
    return encode(label)
  return nifti.on_grid(label, grid.affine)


def empty_label(case: Case) -> bytes:
  """A label map of the background alone, as `encode_label` writes it."""
  grid = grid_of(case)
  return encode_label(np.zeros(grid.shape, np.uint8), grid)


def decode_label(content: bytes, grid: Grid) -> np.ndarray:
  """uint8 [*sp], of what `encode_label` made."""
  return np.asarray(decode(content, grid).array, np.uint8)


def label_of(project: Project, uid: str, sha256: str) -> np.ndarray:
  """A label map or draft that is kept, uint8 [*sp]."""
  grid = grid_of(project.state.cases[uid])
  return decode_label(project.get(sha256), grid)


def check_image(project: Project, case: Case) -> None:
  """Raises DataError if the files of an image are not what they were."""
  wanted = case.about["image_sha256"]
  for file, sha256 in zip(files_of(project, case), wanted, strict=True):
    try:
      found = digest(file.read_bytes())
    except OSError as error:
      raise bad_input(file, "the image of a case", error.strerror) from error
    if found != sha256:
      raise bad_input(file, "the image as it was", "another")


def target_of(project: Project, task: Task, asked: bool = True) -> Target:
  """What an answer to a task is held against.

  Args:
    project: with the case.
    task: that was asked.
    asked: of this reader; a frozen case that was not is flagged.
  """
  case = project.state.cases[task.uid]
  grid = grid_of(case)
  draft = None
  if task.shown and task.shown.sha256:
    draft = label_of(project, task.uid, task.shown.sha256)
  return Target(
    task.uid,
    grid,
    project.class_names,
    draft,
    _body(project, case) if grid.affine is not None else None,
    tuple(case.about["image_sha256"]),
    frozen=case.part != TRAIN and not asked,
    source=dicom.source_of(project, case),
  )


def _body(project, case):
  image = nifti.read(files_of(project, case)[0]).array
  image = image[..., 0] if image.ndim > 3 else image
  low, high = np.percentile(image, (1, 99))
  return image > low + _AIR * (high - low)
