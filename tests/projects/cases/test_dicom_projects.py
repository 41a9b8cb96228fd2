"""Projects of DICOM series: no name goes in, masks go out as SEG."""

import datetime
import gzip

import nibabel
import numpy as np
import pytest

from alx import projects
from alx.data.dataset import DataError
from alx.data.dicom import headers, kept, seg, series
from alx.projects.cases import dicom
from alx.projects.cases.naming import key_file
from alx.projects.cases.targets import label_of
from alx.projects.work.settings import GIVEN
from tests import dicom_files as made
from tests.projects import small_projects as small

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
pytest.importorskip("highdicom", reason="highdicom is not installed")

PLANTED = "Mustermann"
SHAPE = (12, 10, 6)
OBLIQUE = (
  0.939692621,
  0.342020143,
  0.0,
  -0.280166499,
  0.769751131,
  0.573576436,
)


def mask(shape=SHAPE):
  found = np.zeros(shape, np.uint8)
  found[1:6, 2:6, 1:5] = 1
  found[7:10, 2:6, 2:5] = 2
  return found


def write(data, count=3, **others):
  """Series of one patient each, with a name all over them."""
  for n in range(count):
    made.write(
      data / f"{PLANTED}_{n}",
      made.voxels(SHAPE, seed=n),
      orientation=OBLIQUE,
      patient=f"{PLANTED}{n}",
      **{
        "PatientName": f"{PLANTED}^Erika",
        "PatientBirthDate": "19500102",
        "InstitutionName": PLANTED,
        "SeriesDescription": PLANTED,
        "StudyDate": "19700102",
        **others,
      },
    )
  return data


def begin(folder, data, **settings):
  about = projects.Settings(str(data), small.CLASSES, **settings)
  return projects.begin(folder / "project", about)


def read(n, data):
  """The series of a patient as it was."""
  return series.read(sorted((data / f"{PLANTED}_{n}").iterdir()))


def segment(path, data, n):
  """A SEG of the original series, as a viewer at the archive writes it."""
  source = kept.source_of(read(n, data))
  content = seg.write(mask(), source, small.CLASSES, how=seg.MANUAL)
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_bytes(content)
  return path


def texts_below(folder):
  for file in (p for p in folder.rglob("*") if p.is_file()):
    content = file.read_bytes()
    if content.startswith(b"\x1f\x8b"):
      content += gzip.decompress(content)
    yield f"{file.relative_to(folder)}", content


@pytest.mark.parametrize("labels", ["auto", "none"])
def test_no_planted_name_is_in_any_file(tmp_path, labels):
  data = write(tmp_path / "in")
  segment(data / "seg" / f"{PLANTED}.dcm", data, 0)
  write(tmp_path / "in" / "more", 1, PhotometricInterpretation="RGB")
  begun = begin(tmp_path, data, labels=labels)
  folder = begun.project.folder
  assert begun.labelled == (labels == "auto")
  if not begun.labelled:
    small.asked(folder, query=2, acquisition="random")
  secrets = [PLANTED, "Erika", "19500102", "19700102"]
  secrets += [made.uid("study", f"{PLANTED}{n}") for n in range(3)]
  secrets += [made.uid("series", f"{PLANTED}{n}", "s") for n in range(3)]
  secrets += [made.uid("instance", f"{PLANTED}1", "s", k) for k in range(6)]
  secrets += [begun.dicom_key.read_text().strip()]
  for name, content in texts_below(folder):
    for secret in secrets:
      assert secret not in name, name
      assert secret.encode() not in content, (name, secret)
  assert PLANTED in key_file(folder).read_text()
  assert begun.dicom_key == dicom.key_file(folder)
  assert folder not in begun.dicom_key.parents


def test_no_folder_with_two_blanks_is_in_the_log(tmp_path):
  write(tmp_path / "in", 1)
  odd = tmp_path / "in" / "DOE  JOHN"
  made.write(odd / "colours", patient="2", PhotometricInterpretation="RGB")
  (odd / "x.dcm").write_bytes(bytes(128) + b"DICM" + b"\xff" * 20)
  begun = begin(tmp_path, tmp_path / "in")
  assert len(begun.left_out) == len(begun.project.state.left_out) == 2
  small.names_nowhere(begun.project.folder, "DOE")


def test_images_are_those_of_the_series(tmp_path):
  data = write(tmp_path / "in")
  begun = begin(tmp_path, data)
  state = begun.project.state
  assert [c.patient for c in state.cases.values()] == ["p001", "p002", "p003"]
  for n, uid in enumerate(sorted(state.cases)):
    wanted = read(n, data)
    image = nibabel.load(begun.project.folder / f"images/{uid}_0000.nii.gz")
    np.testing.assert_array_equal(np.asarray(image.dataobj), wanted.array)
    np.testing.assert_allclose(image.affine, wanted.affine, atol=1e-4)
  assert begun.project.settings["deidentified"] == ["113100", "113107"]
  assert projects.verify(begun.project.folder) == []
  sha256 = state.cases["case_001"].about["dicom"]
  path = begun.project.folder / "blobs" / sha256[:2] / sha256
  path.write_bytes(b"")
  assert len(projects.verify(begun.project.folder)) == 1


def test_a_patient_is_one_where_only_some_files_tell_the_issuer(tmp_path):
  def of_half(one, k):
    if k % 2:
      one.IssuerOfPatientID = "HOSPITAL"

  for series_name, day in (("a", "01"), ("b", "31")):
    change = of_half if series_name == "b" else None
    others = {"StudyDate": f"202001{day}", "series": series_name}
    made.write(tmp_path / "in" / series_name, change=change, **others)
  project = begin(tmp_path, tmp_path / "in").project
  images = [
    image
    for case in project.state.cases.values()
    for image in dicom.source_of(project, case)().images
  ]
  assert len({image.PatientID for image in images}) == 1
  dates = [
    datetime.datetime.strptime(image.StudyDate, "%Y%m%d") for image in images
  ]
  assert len(dates) == 8 and len(set(dates)) == 2
  assert max(dates) - min(dates) == datetime.timedelta(30)


def test_others_go_on_where_one_series_is_refused(tmp_path):
  data = write(tmp_path / "in", 2)
  made.write(data / "us", patient="U", Modality="US")
  made.write(data / "burnt", patient="B", BurnedInAnnotation="YES")
  made.write(data / "tilted", patient="T", places=[(0, k, k) for k in range(4)])
  gap = made.write(data / "hole", patient="G")
  gap[1].unlink()
  made.write(data / "silent", patient="S", BurnedInAnnotation=None)
  begun = begin(tmp_path, data)
  assert len(begun.project.state.cases) == 3
  reasons = str(begun.project.state.left_out)
  for why in ("modality US", "Annotation YES", "45.00 degrees", "no gap"):
    assert why in reasons
  assert sum("BurnedInAnnotation): look" in note for note in begun.notes) == 1
  other = projects.Settings(str(data), small.CLASSES, retain=("pixels",))
  assert len(projects.begin(tmp_path / "two", other).project.state.cases) == 5


def test_labels_that_came_as_seg(tmp_path):
  data = write(tmp_path / "in")
  segment(data / "anywhere" / "x.dcm", data, 1)
  begun = begin(tmp_path, data)
  (key,) = begun.project.state.submissions
  assert key == ("case_002", GIVEN)
  label = projects.final_label(begun.project.state, "case_002").label
  np.testing.assert_array_equal(
    label_of(begun.project, "case_002", label), mask()
  )
  segment(data / "anywhere" / "y.dcm", data, 1)
  with pytest.raises(
    DataError, match=r"one SEG of each series, found x\.dcm and"
  ):
    begin(tmp_path / "b", data)


def test_a_damaged_seg_is_a_line_and_no_end(tmp_path):
  data = write(tmp_path / "in")
  segment(data / "seg" / "x.dcm", data, 1)
  bad = segment(data / "seg" / "y.dcm", data, 0)
  dataset = pydicom.dcmread(bad)
  del dataset.ReferencedSeriesSequence
  dataset.add_new(0x00081115, "LO", "of no series")
  dataset.save_as(bad)
  begun = begin(tmp_path, data)
  assert [case for case, _ in begun.project.state.submissions] == ["case_002"]
  assert any(f"{bad}: wanted a DICOM SEG" in note for note in begun.notes)


def test_headers_of_the_data_are_read_once(tmp_path, monkeypatch):
  data = write(tmp_path / "in", 1)
  segment(data / "anywhere" / "x.dcm", data, 0)
  read_one, scanned = headers._head, []

  def counted(file):
    scanned.append(file.name)
    return read_one(file)

  monkeypatch.setattr(headers, "_head", counted)
  assert begin(tmp_path, data).labelled == 1
  assert scanned.count("x.dcm") == 1
  elsewhere = data / "anywhere"
  made = begin(tmp_path / "two", data, labels=str(elsewhere))
  assert made.labelled == 1 and scanned.count("x.dcm") == 3


@pytest.fixture
def asked(tmp_path):
  """(project, folder of its reader, data)."""
  data = write(tmp_path / "in")
  folder = begin(tmp_path, data).project.folder
  place = small.asked(folder, query=3, acquisition="random")
  return folder, place / "out" / "reader1", data


def lines_of(folder, key=None):
  with projects.working(folder) as project:
    project.dicom_key = key
    return {line.what: line.line for line in projects.import_rounds(project)}


def test_answers_as_seg(asked):
  folder, out, data = asked
  segment(out / "case_001.dcm", data, 0)
  segment(out / "case_002.dcm", data, 0)
  lines = lines_of(folder)
  assert lines["case_001.dcm"] == "accepted"
  assert "wanted a SEG of this case's series" in lines["case_002.dcm"]
  project = projects.open_project(folder)
  label = projects.final_label(project.state, "case_001").label
  np.testing.assert_array_equal(label_of(project, "case_001", label), mask())


def test_a_seg_of_originals_wants_the_key(asked, tmp_path):
  folder, out, data = asked
  segment(out / "case_001.dcm", data, 0)
  key = dicom.key_file(folder).rename(tmp_path / "elsewhere.key")
  assert "(--dicom_key)" in lines_of(folder)["case_001.dcm"]
  assert lines_of(folder, key)["case_001.dcm"] == "accepted"


@pytest.mark.parametrize("originals", [False, True])
def test_labels_go_out_as_seg_and_come_back(asked, tmp_path, originals):
  folder, out, data = asked
  segment(out / "case_001.dcm", data, 0)
  affine = nibabel.load(folder / "images/case_002_0000.nii.gz").affine
  nibabel.save(nibabel.Nifti1Image(mask(), affine), out / "case_002.nii.gz")
  lines_of(folder)
  project = projects.open_project(folder)
  source = str(data) if originals else ""
  done = projects.export(project, tmp_path / "out", "dicom-seg", source)
  assert (done.train, done.unlabelled) == (2, 1)
  files = sorted((tmp_path / "out/labelsTr").iterdir())
  assert [file.name for file in files] == ["case_001.dcm", "case_002.dcm"]
  found = pydicom.dcmread(files[1])
  name = made.uid("series", f"{PLANTED}1", "s")
  (told,) = found.ReferencedSeriesSequence
  assert (told.SeriesInstanceUID == name) is originals
  assert (PLANTED in str(found.PatientName)) is originals
  if not originals:
    assert all(
      PLANTED.encode() not in c for _, c in texts_below(tmp_path / "out")
    )
    codes = [c.CodeValue for c in found.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107"]
  (out / "case_002.nii.gz").unlink()
  (out / "case_002.dcm").write_bytes(files[1].read_bytes())
  assert lines_of(folder)["case_002.dcm"] == "accepted"
  project = projects.open_project(folder)
  label = projects.final_label(project.state, "case_002").label
  np.testing.assert_array_equal(label_of(project, "case_002", label), mask())


def test_what_export_refuses(asked, tmp_path):
  folder, out, data = asked
  segment(out / "case_001.dcm", data, 0)
  lines_of(folder)
  project = projects.open_project(folder)

  def export(out="out", form="dicom-seg", source=""):
    return projects.export(project, tmp_path / out, form, str(source))

  with pytest.raises(DataError, match="outside of the project"):
    export("project/out", source=data)
  with pytest.raises(DataError, match="--source: wanted --format=dicom-seg"):
    export(form="nnunet", source=data)
  (tmp_path / "empty").mkdir()
  with pytest.raises(DataError, match="none of case_001"):
    export(source=tmp_path / "empty")
  others = small.of_volumes(tmp_path / "volumes", 1)
  small.save(small.asked(others) / "out/reader1/case_001.nii.gz")
  lines_of(others)
  project = projects.open_project(others)
  with pytest.raises(DataError, match="cases that came as DICOM, found case_0"):
    export()


def test_an_export_names_the_case_that_no_seg_can_refer_to(tmp_path):
  made.write_enhanced_each(tmp_path / "in" / "each", made.voxels())
  affine = series.read(list((tmp_path / "in" / "each").iterdir())).affine
  image = nibabel.Nifti1Image(mask((6, 5, 4)), affine)
  nibabel.save(image, tmp_path / "each.nii.gz")
  project = begin(tmp_path, tmp_path / "in", labels=str(tmp_path)).project
  with pytest.raises(DataError, match=r"^case_001: SEG: wanted images of one"):
    projects.export(project, tmp_path / "out", "dicom-seg")
  assert not (tmp_path / "out").exists()


def test_a_seg_of_what_was_no_dicom(tmp_path):
  data = write(tmp_path / "in", 1)
  folder = small.of_volumes(tmp_path / "volumes", 1)
  out = small.asked(folder, acquisition="random") / "out/reader1"
  segment(out / "case_001.dcm", data, 0)
  assert "did not come as DICOM" in lines_of(folder)["case_001.dcm"]


def test_settings_that_would_do_nothing(tmp_path):
  data = small.volumes(tmp_path / "in", 1)
  for name, value in (("retain", ("uids",)), ("dicom_key", "x.key")):
    with pytest.raises(DataError, match=f"DICOM series to use --{name} on"):
      begin(tmp_path, data, **{name: value})
  data = write(tmp_path / "dicom", 1)
  with pytest.raises(DataError, match="a file outside of the project"):
    begin(tmp_path, data, dicom_key=str(tmp_path / "project/a.key"))
  (tmp_path / "none.key").write_text("no key")
  with pytest.raises(DataError, match="wanted a key for UIDs, found none"):
    begin(tmp_path, data, dicom_key=str(tmp_path / "none.key"))


def test_dicom_beside_pictures(tmp_path):
  data = write(tmp_path / "in", 1)
  small.pictures(data / "icons", 2)
  with pytest.raises(DataError, match="found 6 DICOM files and 2 pictures"):
    begin(tmp_path, data)


def test_names_of_cases_are_no_uids(tmp_path):
  data = write(tmp_path / "in", 2)
  for number, file in enumerate(sorted((data / f"{PLANTED}_1").iterdir())):
    file.rename(data / f"{PLANTED}_0" / f"other{number}.dcm")
  with pytest.raises(DataError, match="folders with one series each"):
    begin(tmp_path, data, keep_names=True)


def test_one_file_of_many_frames(tmp_path):
  path = made.write_enhanced(tmp_path / "scan.dcm", made.voxels(SHAPE))
  begun = begin(tmp_path, path)
  (case,) = begun.project.state.cases.values()
  assert tuple(case.about["shape"]) == SHAPE


def test_channels_and_time_do_not_hide_in_a_series(tmp_path):
  """Echoes of one series lie at the same places, and nothing tells which."""
  data = write(tmp_path / "in", 1)
  array = made.voxels((12, 10, 12))
  places = np.repeat(made.positions(6), 2, axis=0)
  made.write(data / "echoes", array, places=places, patient="E")
  begun = begin(tmp_path, data)
  assert len(begun.project.state.cases) == 1
  (line,) = begun.left_out
  assert "give each echo or time as a series" in line
