"""A project with drafts, and a server of it in a thread."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import contextlib
import http.client
import json
import pathlib
from typing import NamedTuple

from alx import projects
from alx.projects.cases.targets import encode_label, grid_of
from alx.serve import open_service
from alx.serve.app import application
from alx.serve.run import running
from tests.projects import small_projects
from tests.projects.label_files import a_label

READERS = "anna", "ben"


def with_drafts(
  folder: pathlib.Path, count: int = 6, blind: int = 0, **settings
) -> pathlib.Path:
  """A project whose first round has drafts of a version that is only told of.

  The draft of each is `a_label`; the last `blind` cases are without.
  """
  made = {"readers": READERS, "validation": 0.0} | settings
  place = small_projects.of_volumes(folder, count, **made)
  with projects.working(place) as project:
    uids = sorted(project.state.cases)
    grid = grid_of(project.state.cases[uids[0]])
    draft = {"sha256": project.put(encode_label(a_label(), grid)), "model": 1}
    about = {"version": 1, "labels_sha256": "", "files": {}, "parameters": ""}
    project.add(
      ("fit_done", about),
      ("promoted", {"version": 1, "from": 0}),
      ("round_made", {"round": 1, "model": 1, "method": "random"}),
      *(
        ("leased", _task(uid, rank, draft, rank > count - blind))
        for rank, uid in enumerate(uids, 1)
      ),
    )
  return place


def _task(uid, rank, draft, is_blind):
  reader = READERS[(rank - 1) % 2]
  return {
    **{"case": uid, "reader": reader, "round": 1, "rank": rank},
    **{"reason": "drawn", "arm": "blind" if is_blind else "draft"},
    "draft": None if is_blind else draft | {"summary": {"entropy_mean": 0.5}},
  }


class Reply(NamedTuple):
  """What came back."""

  code: int
  headers: dict
  data: bytes

  @property
  def json(self):
    return json.loads(self.data)


class Served(NamedTuple):
  """A server that runs."""

  port: int
  app: object

  @property
  def project(self):
    return self.app.state.service.project

  def call(self, method, path, body=None, headers=None) -> Reply:
    link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
    with contextlib.closing(link):
      if isinstance(body, dict):
        body = json.dumps(body).encode()
        headers = {"content-type": "application/json"} | (headers or {})
      link.request(method, path, body, headers or {})
      got = link.getresponse()
      names = {k.lower(): v for k, v in got.getheaders()}
      return Reply(got.status, names, got.read())

  def next(self, reader="anna", headers=None):
    found = self.call(
      "POST", "/activelearning/alx", {"client_id": reader}, headers
    )
    assert found.code == 200, found
    return found.json

  def save(self, id, content, told=None, name="x.nii.gz", headers=None, tag=""):
    kind, body = parts(
      {"params": json.dumps(told or {})}, "label", content, name
    )
    path = f"/datastore/label?image={id}" + (f"&tag={tag}" if tag else "")
    return self.call("PUT", path, body, kind | (headers or {}))


def parts(fields, file="", content=b"", name="x.nii.gz"):
  """(headers, body) as the client of MONAI Label makes them."""
  mark = "----------lImIt_of_THE_fIle_eW_$"
  lines = []
  for key, value in fields.items():
    head = f'Content-Disposition: form-data; name="{key}"'
    lines += [f"--{mark}", head, "", value]
  if file:
    head = f'Content-Disposition: form-data; name="{file}"; filename="{name}"'
    kind = "Content-Type: application/octet-stream"
    lines += [f"--{mark}", head, kind, "", content]
  lines += [f"--{mark}--", ""]
  data = [x if isinstance(x, bytes) else x.encode() for x in lines]
  kind = {"content-type": f"multipart/form-data; boundary={mark}"}
  return kind, b"".join(line + b"\r\n" for line in data)


def label_of(project, case, label=None):
  """The bytes of a label map on the grid of a case."""
  grid = grid_of(project.state.cases[case])
  return encode_label(a_label() if label is None else label, grid)


@contextlib.contextmanager
def serving(place: pathlib.Path, **how):
  """A server of a project, on a port of its own."""
  made = application(open_service(place, how.pop("lease_s", 3600.0)), **how)
  with running(made) as address:
    yield Served(int(address.rpartition(":")[2]), made)
