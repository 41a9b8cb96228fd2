"""Which series lie in a folder: by what files say, not by their names."""

import pytest

from alx.data.dataset import DataError
from alx.data.dicom import headers
from alx.data.files import visible_below
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")


def scan(root):
  files = [file for file in visible_below(root) if headers.is_dicom(file)]
  return headers.scan(files, root)


def test_series_that_are_mixed_in_one_folder(tmp_path):
  made.write(tmp_path, series="a", order=[0, 2, 4, 6])
  made.write(tmp_path, series="b", order=[1, 3, 5, 7])
  found = scan(tmp_path)
  assert [len(one.files) for one in found.series] == [4, 4]
  uids = {made.uid("series", "P1", name) for name in "ab"}
  assert {one.uid for one in found.series} == uids
  assert {one.id for one in found.series} == uids


def test_a_series_in_several_folders_is_one(tmp_path):
  for file in made.write(tmp_path / "x"):
    folder = tmp_path / file.stem
    folder.mkdir()
    file.rename(folder / "IMG")
  found = scan(tmp_path)
  assert [len(one.files) for one in found.series] == [4]


def test_a_folder_names_the_series_that_is_alone_in_it(tmp_path):
  made.write(tmp_path / "one" / "t1", series="a")
  made.write(tmp_path / "one" / "t2", series="b")
  made.write(tmp_path / "two" / "t2", series="c", patient="P2")
  names = {one.uid: one.id for one in scan(tmp_path).series}
  assert names.pop(made.uid("series", "P1", "a")) == "t1"
  assert all(name == uid for uid, name in names.items())


def test_what_systems_leave_is_passed_over(tmp_path):
  made.write(tmp_path / "a")
  (tmp_path / "a" / "._0.dcm").write_bytes(bytes(128) + b"DICM")
  made.save(
    made.header(SOPClassUID="1.2.840.10008.1.3.10"), tmp_path / "DICOMDIR"
  )
  (tmp_path / "a" / "notes.txt").write_text("DICM" * 99)
  found = scan(tmp_path)
  assert (len(found.series), found.left_out) == (1, ())


def test_what_is_no_image_is_left_out_with_a_reason(tmp_path):
  made.write(tmp_path / "a")
  report = made.header("r", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11")
  report.Modality = "SR"
  made.save(report, tmp_path / "r.dcm")
  report.Modality = "MUSTERMANN"
  made.save(report, tmp_path / "s.dcm")
  (tmp_path / "z.dcm").write_bytes(b"no DICOM at all" * 30)
  (tmp_path / "empty.dcm").write_bytes(b"")
  found = {file.name: why for file, why in scan(tmp_path).left_out}
  assert found.pop("r.dcm") == "wanted an image, found DICOM SR"
  assert found.pop("s.dcm") == "wanted an image, found DICOM without one"
  assert set(found) == {"z.dcm", "empty.dcm"}
  assert all("wanted a DICOM file" in why for why in found.values())


def test_files_without_an_ending_or_a_preamble(tmp_path):
  for file in made.write(tmp_path / "a"):
    file.rename(file.with_name(f"1.2.840.{file.stem}"))
  for file in made.write(
    tmp_path / "b", series="t", SpecificCharacterSet="ISO_IR 100"
  ):
    file.with_suffix("").write_bytes(file.read_bytes()[132:])
    file.unlink()
  found = scan(tmp_path)
  assert {one.id: len(one.files) for one in found.series} == {"a": 4, "b": 4}


def test_patients_are_hashed_and_studies_stand_for_them(tmp_path):
  made.write(tmp_path / "a", patient="P1")
  made.write(tmp_path / "b", patient="P1", series="t")
  made.write(tmp_path / "c", patient="P2")
  made.write(tmp_path / "d", patient="P3", PatientID=None)
  patients = [one.patient for one in scan(tmp_path).series]
  assert patients[0] == patients[1]
  assert len(set(patients)) == 3
  assert not {"P1", "P2", ""} & {*patients}


def scanned(root, *issuers):
  """The patients of series of one PatientID, and the notes."""
  for n, issuer in enumerate(issuers):
    told = {"IssuerOfPatientID": issuer} if issuer else {}
    made.write(root / f"{n}", series=f"{n}", **told)
  found = scan(root)
  return [one.patient for one in found.series], found.notes


def test_an_issuer_that_only_some_files_have_parts_no_patient(tmp_path):
  (bare,), _ = scanned(tmp_path / "a", "")
  (full,), _ = scanned(tmp_path / "b", "HOSPITAL")
  assert bare != full
  patients, notes = scanned(tmp_path / "c", "HOSPITAL", "", "HOSPITAL")
  assert patients == [full] * 3 and notes == ()


def test_who_a_series_is_of_is_told_by_the_file_that_says_most(tmp_path):
  def change(one, k):
    if k == 0:
      del one.PatientID
    if k == 2:
      one.IssuerOfPatientID = "HOSPITAL"

  made.write(tmp_path / "a", change=change, order=[0, 1, 2, 3])
  (found,) = scan(tmp_path).series
  assert (found.number, found.issuer) == ("P1", "HOSPITAL")
  made.write(tmp_path / "b", series="t")
  assert {one.issuer for one in scan(tmp_path).series} == {"HOSPITAL"}
  assert {one.patient for one in scan(tmp_path).series} == {found.patient}


def test_one_patient_id_of_two_issuers_is_two_patients(tmp_path):
  patients, notes = scanned(tmp_path, "HERE", "THERE", "", "HERE")
  here, there, bare, last = patients
  assert here == last and len({here, there, bare}) == 3
  assert notes == (
    f"{tmp_path}: 1 PatientID with several IssuerOfPatientID, of which each "
    "has a patient of its own, and files without one another",
  )


def test_one_patient_id_for_many_studies_is_told(tmp_path):
  for n in range(3):
    made.write(tmp_path / f"{n}", patient=f"P{n}", PatientID="ANON")
  (note,) = scan(tmp_path).notes
  assert "all 3 series of 3 studies have one PatientID" in note


def test_without_pydicom(tmp_path, monkeypatch):
  made.write(tmp_path)
  monkeypatch.setitem(__import__("sys").modules, "pydicom", None)
  with pytest.raises(DataError, match=r"alx-imaging\[dicom\]"):
    scan(tmp_path)
