"""DICOM series without labels: found, read, and masks put back."""

import io
import pathlib
import sys

import nibabel
import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.unlabelled.case import Wanted
from alx.data.unlabelled.find import find
from alx.data.volumes import orientation
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
pytest.importorskip("highdicom", reason="highdicom is not installed")

NOWHERE = pathlib.Path("/nonexistent")
VOLUMES = Wanted(3, 1, False)


def test_series_are_found_and_masks_put_back(tmp_path):
  array = made.voxels()
  made.write(tmp_path / "a", array)
  made.write(tmp_path / "b", array[:, :, :3], series="t", patient="P2")
  cases = find(tmp_path, VOLUMES, NOWHERE)
  assert [case.id for case in cases.cases] == ["a", "b"]
  assert [len(case.files) for case in cases.cases] == [4, 3]
  loaded = cases.read(cases.cases[0])
  assert (loaded.extent, loaded.spacing_mm) == ((6, 5, 4), (0.7, 0.8, 2.5))
  classes = np.arange(120).reshape(6, 5, 4).astype(np.uint8) % 3
  image = nibabel.Nifti1Image.from_bytes(
    __import__("gzip").decompress(loaded.mask_bytes(classes))
  )
  turn = orientation.closest(image.affine)
  in_file = np.asarray(image.dataobj)
  np.testing.assert_array_equal(orientation.apply(in_file, turn), classes)
  names = ("background", "one", "two")
  content = loaded.seg_bytes(classes, names, "alx predict", "1 abc")
  told = pydicom.dcmread(io.BytesIO(content))
  assert told.SegmentSequence[1].SegmentAlgorithmType == "AUTOMATIC"
  assert told.PatientID == "P1"


def test_one_file_of_many_frames(tmp_path):
  path = made.write_enhanced(tmp_path / "scan.dcm", made.voxels())
  (case,) = find(path, VOLUMES, NOWHERE).cases
  assert (case.id, case.files) == ("scan", (path,))


def test_what_is_passed_over_is_told(tmp_path):
  made.write(tmp_path / "a")
  (tmp_path / "broken.dcm").write_bytes(b"nothing")
  notes = find(tmp_path, VOLUMES, NOWHERE).notes
  assert "1 files passed over, broken.dcm: wanted a DICOM file" in notes[0]


def test_masks_want_highdicom_before_the_first_image(tmp_path, monkeypatch):
  made.write(tmp_path / "a")
  monkeypatch.setitem(sys.modules, "highdicom", None)
  with pytest.raises(DataError, match="wanted highdicom for DICOM"):
    find(tmp_path, VOLUMES, NOWHERE)
  assert find(tmp_path, VOLUMES._replace(of_maps=False), NOWHERE).cases


def test_a_model_of_pictures(tmp_path):
  made.write(tmp_path / "a")
  cases = find(tmp_path, Wanted(2, 1, True), NOWHERE)
  with pytest.raises(DataError, match="2 axes in space, as the run's images"):
    cases.read(cases.cases[0])
