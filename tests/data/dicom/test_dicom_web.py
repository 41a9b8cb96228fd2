"""A study from a DICOMweb server, and a SEG to it: Orthanc on loopback."""

import json
import shutil
import socket
import subprocess
import time

import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.dicom import kept, seg, series, web
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
for _name in ("highdicom", "dicomweb_client"):
  pytest.importorskip(_name, reason=f"{_name} is not installed")

_PLUGINS = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
_ORTHANC = shutil.which("Orthanc")
STUDY = made.uid("study", "P1")


@pytest.mark.parametrize("url", ["ftp://host", "127.0.0.1:80", ""])
def test_what_is_no_url(tmp_path, url):
  with pytest.raises(DataError, match="a URL of http or https"):
    web.fetch_study(url, STUDY, tmp_path / "out")


def test_a_folder_that_holds_something(tmp_path):
  (tmp_path / "a.txt").write_text("mine")
  with pytest.raises(DataError, match="a new or empty folder"):
    web.fetch_study("http://127.0.0.1:1", STUDY, tmp_path)


def test_without_dicomweb_client(tmp_path, monkeypatch):
  monkeypatch.setitem(__import__("sys").modules, "dicomweb_client", None)
  with pytest.raises(DataError, match=r"alx-imaging\[dicom\]"):
    web.store("http://127.0.0.1:1", [tmp_path / "a.dcm"])


def free_port():
  with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    return one.getsockname()[1]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
  """Of a server that holds nothing."""
  import pathlib

  if not (_ORTHANC and pathlib.Path(_PLUGINS).exists()):
    pytest.skip("Orthanc is not installed (apt-get install orthanc-dicomweb)")
  folder = tmp_path_factory.mktemp("orthanc")
  port = free_port()
  settings = {
    "Name": "alx",
    "StorageDirectory": str(folder / "db"),
    "IndexDirectory": str(folder / "db"),
    "HttpPort": port,
    "DicomServerEnabled": False,
    "RemoteAccessAllowed": False,
    "AuthenticationEnabled": False,
    "Plugins": [_PLUGINS],
    "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
  }
  (folder / "orthanc.json").write_text(json.dumps(settings))
  with open(folder / "log", "wb") as log:
    server = subprocess.Popen(
      [_ORTHANC, str(folder / "orthanc.json")], stdout=log, stderr=log
    )
  try:
    _wait(port, server, folder / "log")
    yield f"http://127.0.0.1:{port}/dicom-web"
  finally:
    server.terminate()
    server.wait(20)


def _wait(port, server, log):
  for _ in range(100):
    with socket.socket() as one:
      if one.connect_ex(("127.0.0.1", port)) == 0:
        return
    assert server.poll() is None, log.read_text()
    time.sleep(0.1)
  raise AssertionError(log.read_text())


@pytest.mark.slow
def test_a_study_comes_and_its_seg_goes(url, tmp_path):
  files = made.write(tmp_path / "in")
  assert web.store(url, files) == 4
  fetched = web.fetch_study(url, STUDY, tmp_path / "out")
  assert len(fetched) == 4
  volume = series.read(fetched)
  np.testing.assert_array_equal(volume.array, series.read(files).array)
  mask = (volume.array > 0).astype(np.uint8)
  content = seg.write(
    mask, kept.source_of(volume), ("background", "one"), how=seg.MANUAL
  )
  (tmp_path / "seg.dcm").write_bytes(content)
  assert web.store(url, [tmp_path / "seg.dcm"]) == 1
  again = web.fetch_study(url, STUDY, tmp_path / "with seg")
  kinds = [pydicom.dcmread(file).Modality for file in again]
  assert sorted(kinds) == ["MR"] * 4 + ["SEG"]
  assert {file.parent.name for file in again} == {"0001", "0002"}


@pytest.mark.slow
def test_what_the_server_does_not_have(url, tmp_path):
  with pytest.raises(DataError, match=url):
    web.fetch_study(url, made.uid("no such study"), tmp_path / "out")
  assert not (tmp_path / "out").exists()
  with pytest.raises(DataError, match="a study that can be fetched"):
    web.fetch_study(f"{url}/nothing", STUDY, tmp_path / "out")
