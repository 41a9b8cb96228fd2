"""Studies from and to a DICOMweb server, when somebody asks for it.

Nothing else of the library opens a connection. The server is the one of the
URL and no other; what it asks for (a token) goes into `headers`.
"""

import contextlib
import os
import pathlib
from collections.abc import Mapping, Sequence

from alx.data.dataset import bad_input
from alx.data.dicom import packages
from alx.data.files import check_empty, whole_folder


def fetch_study(
  url: str,
  study: str,
  out: str | os.PathLike,
  headers: Mapping[str, str] | None = None,
) -> list[pathlib.Path]:
  """Writes the files of a study: OUT/0001/0001.dcm, a folder for each series.

  Args:
    url: of the server, such as http://127.0.0.1:8042/dicom-web.
    study: StudyInstanceUID.
    out: a folder that is not there, or empty; it is whole or not there.
    headers: of HTTP, such as {"Authorization": "Bearer ..."}.

  Raises:
    DataError: dicomweb-client is not installed, no such server or study, or a
      folder that holds something.
  """
  out = pathlib.Path(out).expanduser().absolute()
  check_empty(out)
  client = _client(url, headers)
  with _asking(url, "a study that can be fetched"):
    found = client.retrieve_study(study)
  if not found:
    raise bad_input(url, f"images of study {study}", "none")
  series = {}
  for one in found:
    series.setdefault(str(one.SeriesInstanceUID), []).append(one)
  names = []
  with whole_folder(out) as folder, packages.quiet():
    for place, uid in enumerate(sorted(series), 1):
      (folder / f"{place:04d}").mkdir()
      for number, one in enumerate(series[uid], 1):
        name = f"{place:04d}/{number:04d}.dcm"
        one.save_as(folder / name, enforce_file_format=True)
        names.append(name)
  return [out / name for name in names]


def store(
  url: str,
  files: Sequence[str | os.PathLike],
  headers: Mapping[str, str] | None = None,
) -> int:
  """Sends DICOM files, such as the SEG of a project; how many were taken.

  Args:
    url: of the server.
    files: of whatever studies.
    headers: of HTTP.

  Raises:
    DataError: dicomweb-client is not installed, no DICOM, no such server, or
      a file that it does not take.
  """
  client = _client(url, headers)
  pydicom = packages.wanted("pydicom", url)
  datasets = []
  for file in map(pathlib.Path, files):
    with packages.reading(file, "a DICOM file"):
      datasets.append(pydicom.dcmread(file))
  if not datasets:
    raise bad_input(url, "files to store", "none")
  with _asking(url, "a server that takes them"):
    answer = client.store_instances(datasets)
  refused = answer.get("FailedSOPSequence") or ()
  if refused:
    found = f"{len(refused)} of {len(datasets)} refused"
    raise bad_input(url, "a server that takes all files", found)
  return len(datasets)


def _client(url, headers):
  if not url.startswith(("http://", "https://")):
    raise bad_input("DICOMweb", "a URL of http or https", repr(url))
  web = packages.wanted("dicomweb_client", url)
  return web.DICOMwebClient(url, headers=dict(headers or {}))


@contextlib.contextmanager
def _asking(url, wanted):
  """What goes wrong on the way, as one line."""
  try:
    with packages.quiet():
      yield
  except Exception as error:  # of several libraries for HTTP
    status = getattr(getattr(error, "response", None), "status_code", "")
    found = f"{type(error).__name__} {status}".strip()
    raise bad_input(url, wanted, found) from error
