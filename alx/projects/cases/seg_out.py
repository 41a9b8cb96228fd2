"""Final labels as DICOM SEG, of the images as they were or as they are kept."""

import pathlib
from collections.abc import Callable, Sequence

import numpy as np

import alx
from alx.data.dataset import DataError, bad_input
from alx.data.dicom import headers, kept, seg, series
from alx.data.files import visible_below
from alx.projects.cases import dicom
from alx.projects.cases.targets import grid_of, label_of
from alx.projects.exchange.grid import corner_error, snap_mm
from alx.projects.store.project import Project
from alx.projects.store.state import Case, Submission

_DRAFTED = ("accepted_draft", "edited_draft")


def writer(
  project: Project, cases: Sequence[Case], source: str
) -> Callable[[Case, Submission], bytes]:
  """(case, its label) -> the bytes of a SEG.

  Args:
    project: with the labels.
    cases: that are written.
    source: folder of the DICOM files that the project was begun with, whose
      series a SEG is then of; "": of the UIDs that the project keeps.

  Raises:
    DataError: cases that were no DICOM; series that are not in the folder.
  """
  others = [case.uid for case in cases if not case.about.get("dicom")]
  if others:
    wanted = "cases that came as DICOM"
    raise bad_input("--format=dicom-seg", wanted, f"{others[0]} that did not")
  originals = _originals(project, cases, source) if source else {}

  def write(case, label):
    found = originals.get(case.uid)
    images = _read(found, case) if found else dicom.source_of(project, case)()
    mask = np.asarray(label_of(project, case.uid, label.label))
    how, algorithm, version = _made(label)
    made = {"how": how, "algorithm": algorithm, "version": version}
    try:
      return seg.write(mask, images, project.class_names, **made)
    except DataError as error:
      raise DataError(f"{case.uid}: {error}") from error

  return write


def _made(label):
  """(how, algorithm, version) of a label."""
  model = label.about.get("model") or 0
  if label.about.get("source") not in _DRAFTED or not model:
    return seg.MANUAL, "", alx.__version__
  return seg.SEMIAUTOMATIC, "alx project", f"{alx.__version__} v{model:03d}"


def _originals(project, cases, source):
  """The series of each case, by uid of the case."""
  root = pathlib.Path(source).expanduser().absolute()
  if not root.is_dir():
    raise bad_input("--source", "the folder of the DICOM series", source)
  uid = dicom.uids_of(project)
  scan = headers.scan(
    [file for file in visible_below(root) if headers.is_dicom(file)], root
  )
  known = {uid(one.uid): one for one in scan.series}
  found = {
    case.uid: known.get(dicom.source_of(project, case)().series)
    for case in cases
  }
  missing = [name for name, one in found.items() if one is None]
  if missing:
    told = f"none of {missing[0]} and {len(missing) - 1} more"
    raise bad_input(root, "the series of each case, under this key", told)
  return found


def _read(one, case):
  volume = series.read(one.files)
  grid = grid_of(case)
  if volume.array.shape != grid.shape or (
    corner_error(grid.shape, volume.affine, grid.affine) > snap_mm(grid)
  ):
    name = series.name_of(one.files)
    raise bad_input(name, "the series as it was", "another grid")
  return kept.source_of(volume)
