"""Headers without names: UIDs by a key, dates moved, all else gone."""

import datetime
import os
import stat

import pytest

from alx.data.dataset import DataError
from alx.data.dicom import deidentify, headers, kept, series
from alx.data.dicom.deidentify import Door
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")

KEY = bytes(range(32))
NAME = "Mustermann"


def planted():
  """A header with a name in places that are easily forgotten."""
  one = made.header(NAME, PatientName=f"{NAME}^Erika", PatientID=f"{NAME}-7")
  one.SOPInstanceUID = made.uid("one")
  one.PatientBirthDate, one.StudyDate, one.SeriesDate = ("19500102",) * 3
  one.StudyTime, one.AcquisitionDate = "112233", "19500109"
  one.PatientSex, one.PatientAge, one.PatientWeight = "F", "093Y", "61.5"
  one.InstitutionName = one.StationName = one.ProtocolName = NAME
  one.StudyDescription = one.SeriesDescription = one.ImageComments = NAME
  one.ReferringPhysicianName = one.OperatorsName = NAME
  one.AccessionNumber = one.StudyID = one.PatientAddress = NAME
  one.Manufacturer, one.DeviceSerialNumber = "Maker", "4711"
  one.Rows, one.Columns, one.InstanceNumber = 5, 6, 3
  one.PixelSpacing, one.SliceThickness = [0.8, 0.7], 2.5
  one.add_new(0x00091010, "LO", NAME)
  one.add_new(0x00090010, "LO", NAME)
  item = pydicom.Dataset()
  item.RequestedProcedureDescription = NAME
  one.RequestAttributesSequence = [item]
  place, measures = pydicom.Dataset(), pydicom.Dataset()
  place.PlanePositionSequence = [pydicom.Dataset()]
  place.PlanePositionSequence[0].ImagePositionPatient = [1, 2, 3]
  place.FrameContentSequence = [pydicom.Dataset()]
  place.FrameContentSequence[0].FrameComments = NAME
  measures.PixelMeasuresSequence = [pydicom.Dataset()]
  measures.PixelMeasuresSequence[0].PixelSpacing = [0.8, 0.7]
  one.PerFrameFunctionalGroupsSequence = [place]
  one.SharedFunctionalGroupsSequence = [measures]
  one.Modality = NAME.upper()[:9]
  return one


def series_of(study="", **who):
  return headers.Series("a", (), "1.2.3", "", study, "MR", **who)


def test_nothing_planted_is_left():
  found = deidentify.scrubbed(planted(), Door(KEY), "P1")
  text = f"{found}{found.to_json()}"
  for secret in (NAME, NAME.upper()[:9], "19500102", "112233", "4711", "Maker"):
    assert secret not in text
  for uid in (made.uid("one"), made.uid("study", "P1")):
    assert uid not in text
  assert (found.Rows, found.InstanceNumber, found.Modality) == (5, 3, "OT")
  assert list(found.PixelSpacing) == [0.8, 0.7]
  group = found.PerFrameFunctionalGroupsSequence[0]
  assert list(group.PlanePositionSequence[0].ImagePositionPatient) == [1, 2, 3]
  assert not any(element.tag.is_private for element in found)


def test_uids_and_patients_by_a_key():
  one, other = Door(KEY), Door(bytes(32))
  assert one.uid("1.2.3") == one.uid("1.2.3") != one.uid("1.2.4")
  assert one.uid("1.2.3") != other.uid("1.2.3")
  assert pydicom.uid.UID(one.uid("1.2.3")).is_valid
  found = series_of(number=f"{NAME}-7")
  name = one.name(found)
  assert name == one.name(found) != other.name(found)
  assert deidentify.scrubbed(planted(), one, name).PatientID == name


def test_who_says_no_number_is_known_by_the_study():
  door = Door(KEY)
  names = [door.name(series_of(study=study)) for study in ("1.2", "1.2", "1.3")]
  assert names[0] == names[1] != names[2]
  assert door.name(series_of(study="1.2", number="7")) not in names
  with pytest.raises(DataError, match=r"^a: wanted a PatientID or a Study"):
    door.name(series_of())


def test_dates_of_a_patient_move_together():
  found = deidentify.scrubbed(planted(), Door(KEY), "P1")
  first, later = (
    datetime.datetime.strptime(text, "%Y%m%d")
    for text in (found.StudyDate, found.AcquisitionDate)
  )
  assert later - first == datetime.timedelta(7)
  assert 1 <= (datetime.datetime(1950, 1, 2) - first).days <= 3650
  assert (found.PatientBirthDate, found.StudyTime) == ("", "")


def test_the_profile_and_its_options_are_told_in_codes():
  door = Door(KEY, ("patient", "device", "uids"))
  found = deidentify.scrubbed(planted(), door, "P1")
  codes = [c.CodeValue for c in found.DeidentificationMethodCodeSequence]
  assert codes == ["113100", "113107", "113108", "113109", "113110"]
  assert (found.PatientIdentityRemoved, found.PatientSex) == ("YES", "F")
  assert (found.PatientAge, found.DeviceSerialNumber) == ("090Y", "4711")
  assert found.SOPInstanceUID == made.uid("one")
  assert NAME not in str(found)


@pytest.mark.parametrize(
  ("change", "told"),
  [
    ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation YES"),
    ({"Modality": "US"}, "modality US"),
    ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "a secondary capture"),
    ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.2"}, "a secondary capture"),
  ],
)
def test_pixels_that_may_show_a_name(change, told):
  assert headers.may_show_names(made.header()) == ""
  why = headers.may_show_names(made.header(**change))
  with pytest.raises(DataError, match=f"{told}: names may be burned in"):
    deidentify.check_pixels(why, Door(KEY), "file")
  deidentify.check_pixels(why, Door(KEY, ("pixels",)), "file")


def test_a_key_is_made_once_for_its_owner(tmp_path):
  path = tmp_path / "a.key"
  key = deidentify.read_key(path, make=True)
  assert (len(key), deidentify.read_key(path, make=True)) == (32, key)
  assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
  for text in ("", "00ff", "nothing of the kind"):
    path.write_text(text)
    with pytest.raises(DataError, match="a key"):
      deidentify.read_key(path)
  with pytest.raises(DataError, match="a file to write a key to, found No su"):
    deidentify.read_key(tmp_path / "nowhere" / "a.key", make=True)
  with pytest.raises(DataError, match="words of patient, device, uids, pixels"):
    deidentify.check_retain(["patients"])


def test_headers_are_kept_and_come_back(tmp_path):
  found = series.read(made.write(tmp_path, AccessionNumber=NAME))
  content = kept.encode(found, Door(KEY), "P1")
  assert content == kept.encode(found, Door(KEY), "P1")
  source = kept.decode(content, "case", Door(KEY).uid)
  assert source.slices == found.slices
  assert source.series == Door(KEY).uid(made.uid("series", "P1", "s"))
  first = source.uid(made.uid("instance", "P1", "s", 0))
  assert source.place_of()[first] == 0
  with pytest.raises(DataError, match="damaged"):
    kept.decode(content[:40], "case")
