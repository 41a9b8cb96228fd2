"""DICOM by the words that people type."""

import numpy as np
import pytest

from alx import projects
from alx.data.dicom import kept, seg, series
from tests import dicom_files as made
from tests.forks import shared
from tests.projects import small_projects as small

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
pytest.importorskip("highdicom", reason="highdicom is not installed")


def ran(*words):
  return shared().start("project", *words).ended()


@pytest.mark.slow
def test_from_series_to_seg(tmp_path):
  data, folder = tmp_path / "in", tmp_path / "p"
  files = made.write(data / "one", made.voxels((9, 8, 6)))
  made.write(data / "us", patient="U", Modality="US")
  key = tmp_path / "secret.key"
  code, told = ran(
    *("init", folder, f"--data={data}", f"--dicom_key={key}"),
    *("--classes=background,anterior", "--retain=patient,uids"),
  )
  assert code == 0, told
  assert f"key of its DICOM UIDs: {key}" in told
  assert "left out: " in told and "found modality US" in told
  small.asked(folder, acquisition="random")
  mask = np.zeros((9, 8, 6), np.uint8)
  mask[2:7, 2:6, 1:5] = 1
  source, names = kept.source_of(series.read(files)), ("background", "anterior")
  answer = folder / "rounds/round_001/out/reader1/case_001.dcm"
  answer.write_bytes(seg.write(mask, source, names, how=seg.MANUAL))
  with projects.working(folder) as project:
    (line,) = projects.import_rounds(project)
  assert line.line == "accepted"
  out = tmp_path / "out"
  code, told = ran("export", folder, "--format=dicom-seg", f"--out={out}")
  assert code == 0, told
  (told,) = pydicom.dcmread(
    out / "labelsTr/case_001.dcm"
  ).ReferencedSeriesSequence
  assert told.SeriesInstanceUID == made.uid("series", "P1", "s")


@pytest.mark.parametrize(
  ("words", "told"),
  [
    (("--retain=patients",), "words of patient, device, uids, pixels"),
    (("--retain=uids",), "DICOM series to use --retain on, found another kind"),
    (("--source=x",), "init has no --source"),
  ],
)
def test_flags_that_make_no_sense(tmp_path, words, told):
  data = small.volumes(tmp_path / "in", 1)
  code, text = ran(
    *("init", tmp_path / "p", f"--data={data}"),
    *("--classes=background,anterior", *words),
  )
  assert (code, told in text) == (2, True), text


def test_a_key_that_says_nothing(tmp_path):
  folder, key = small.of_volumes(tmp_path, 1), tmp_path / "a.key"
  key.write_text("00" * 32)
  code, told = ran("import", folder, f"--dicom_key={key}")
  assert (code, "wanted a project of DICOM series" in told) == (2, True), told


def test_a_key_that_is_not_there(tmp_path):
  folder = small.of_volumes(tmp_path, 1)
  code, told = ran("import", folder, f"--dicom_key={tmp_path / 'no.key'}")
  assert (code, "--dicom_key: wanted the file that init wrote" in told) == (
    2,
    True,
  )
