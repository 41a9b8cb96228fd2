"""DICOM series without labels."""

import pathlib
from collections.abc import Iterable, Sequence

import numpy as np

from alx.data.dataset import bad_input
from alx.data.dicom import headers, kept, packages, seg, series
from alx.data.dicom.dataset import volume_of
from alx.data.pictures import pictures
from alx.data.unlabelled.case import Case, Cases, Loaded, Wanted, as_trained
from alx.data.volumes import grids, nifti, orientation
from alx.data.volumes.header import spacing_of


def find(files: list[pathlib.Path], path: pathlib.Path, wanted: Wanted):
  """The DICOM series of a folder, or of one file, as `Cases`; None: none.

  Args:
    files: all below the folder.
    path: the folder or file.
    wanted: of the model.

  Raises:
    DataError: pictures beside them, or no pydicom, or no highdicom for masks.
  """
  dicoms = [file for file in files if headers.is_dicom(file)]
  if not dicoms:
    return None
  check_no_pictures(path, dicoms, files)
  if wanted.of_maps:
    packages.wanted("highdicom", path)  # not after hours, at the first mask
  scan = headers.scan_images(dicoms, path)
  cases = tuple(
    Case(one.id, one.files, patient=one.patient) for one in scan.series
  )
  notes = (*scan.notes, *_left_out(path, scan))
  return Cases(cases, lambda c: _read(c, wanted), ".nii.gz", notes)


def check_no_pictures(
  path: pathlib.Path,
  dicoms: Sequence[pathlib.Path],
  files: Iterable[pathlib.Path],
) -> None:
  """Raises DataError for a folder of DICOM files with pictures among others."""
  shown = sum(map(pictures.is_picture, files))
  if shown:
    found = f"{len(dicoms)} DICOM files and {shown} pictures"
    raise bad_input(path, "DICOM or pictures (name the folder of one)", found)


def _left_out(path, scan):
  left_out = scan.left_out
  if left_out:
    file, why = left_out[0]
    yield f"{path}: {len(left_out)} files passed over, {file.name}: {why}"
  if scan.segmentations:
    yield f"{path}: {len(scan.segmentations)} DICOM SEG passed over"


def _read(case, wanted) -> Loaded:
  name = series.name_of(case.files)
  found = series.read(case.files)
  volume = volume_of(found)
  image, header = grids.image_of(case.files[:1], [volume])

  def in_file(array):
    return np.ascontiguousarray(orientation.undo(array, volume.turn))

  def seg_bytes(classes, names, algorithm, version):
    made = {"how": seg.AUTOMATIC, "algorithm": algorithm, "version": version}
    return seg.write(in_file(classes), kept.source_of(found), names, **made)

  return Loaded(
    as_trained(image, wanted, name),
    image.shape[:-1],
    spacing_of(header, wanted.spacing_from),
    lambda classes: nifti.on_grid(in_file(classes), found.affine),
    lambda numbers, _: nifti.on_grid(
      in_file(np.asarray(numbers, np.float32)), found.affine
    ),
    seg_bytes,
  )
