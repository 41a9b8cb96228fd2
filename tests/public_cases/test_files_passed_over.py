"""What a folder of volumes holds beside them is hidden, or told."""

import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from tests.public_cases.volumes import IMAGE, write, write_case


def _junk(folder):
  folder.mkdir(exist_ok=True)
  for name in ("._a.nii.gz", ".DS_Store", "Thumbs.db", "desktop.ini"):
    (folder / name).write_bytes(b"x")
  (folder / "__MACOSX").mkdir()
  (folder / "__MACOSX" / "._a.nii.gz").write_bytes(b"x")


def test_what_a_file_system_leaves_is_passed_over(tmp_path):
  write_case(tmp_path / "in", "a")
  for part in ("imagesTr", "labelsTr", "."):
    _junk(tmp_path / "in" / part)
  for found in (
    data.load(tmp_path / "in"),
    load_cached(tmp_path / "in", tmp_path / "cache"),
  ):
    assert found.ids == ("a",) and found.notes == found.left_out == ()


def test_other_formats_are_counted(tmp_path):
  write_case(tmp_path / "in", "a")
  for name in ("b.dcm", "c.dcm", "d.mnc", "e.PNG", "f"):
    (tmp_path / "in" / "imagesTr" / name).write_bytes(b"x")
  (tmp_path / "in" / "labelsTr" / "series").mkdir()
  for found in (
    data.load(tmp_path / "in"),
    load_cached(tmp_path / "in", tmp_path / "cache"),
  ):
    assert found.left_out == ()
    assert found.notes == (
      f"{tmp_path}/in/imagesTr: 2 .dcm, 1 .mnc, 1 .png, 1 file without ending "
      "passed over, .nii.gz, .nii, .nrrd, .mha and stacked .tif are read",
      f"{tmp_path}/in/labelsTr: 1 folder passed over, .nii.gz, .nii, .nrrd, "
      ".mha and stacked .tif are read",
    )


def test_nothing_but_other_formats(tmp_path):
  for part in ("imagesTr", "labelsTr"):
    (tmp_path / part).mkdir()
    (tmp_path / part / "a_0000.dcm").write_bytes(b"x")
  with pytest.raises(data.DataError, match=r"no NIfTI files but 2 \.dcm"):
    data.load(tmp_path)


def _brats(folder, name):
  for channel in ("t1n", "t1c", "t2w", "t2f"):
    write(folder / name / f"{name}-{channel}.nii.gz", IMAGE)
  write(
    folder / name / f"{name}-seg.nii.gz", np.arange(24).reshape(2, 3, 4) % 2
  )


def test_folders_of_brats(tmp_path):
  _brats(tmp_path, "BraTS-GLI-1-000")
  _junk(tmp_path)
  _junk(tmp_path / "BraTS-GLI-1-000")
  assert data.load(tmp_path).notes == ()
  (tmp_path / "BraTS-GLI-2-000").mkdir()
  (tmp_path / "BraTS-GLI-2-000" / "BraTS-GLI-2-000-t1c.dcm").write_bytes(b"x")
  (tmp_path / "BraTS-GLI-1-000" / "notes.txt").write_bytes(b"x")
  write(tmp_path / "BraTS-GLI-1-000" / "BraTS-GLI-1-000-adc.nii.gz", IMAGE)
  folders, files, unnamed = data.load(tmp_path).notes
  assert folders.endswith("CASE_t1ce.nii.gz or CASE-t1c: BraTS-GLI-2-000")
  assert files == f"{tmp_path}: 1 .txt in folders of cases passed over"
  assert unnamed.endswith(
    "the first BraTS-GLI-1-000/BraTS-GLI-1-000-adc.nii.gz"
  )
