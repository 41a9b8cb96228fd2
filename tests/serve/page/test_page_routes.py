"""What the page asks of its server, without a browser."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import gzip
import http.client
import json
import shutil

import numpy as np
import pytest

from alx.projects import open_project
from alx.serve import wire
from alx.serve.access import Access, Person, mark_of
from alx.serve.page import files
from tests.serve.page import page_cases as cases
from tests.serve.served import parts


@pytest.fixture
def folder(tmp_path):
  image, label = cases.ball((6, 7, 8))
  data = cases.volumes(
    tmp_path / "data", [image] * 3, [cases.affine_of("LPS")] * 3
  )
  return cases.asked_project(
    tmp_path / "balls", data, readers=("anna", "ben"), drafts=[label]
  )


class Link:
  """Requests to a page."""

  def __init__(self, address):
    self.place = address.split("/")[2]

  def __call__(self, method, path, body=None, **headers):
    link = http.client.HTTPConnection(self.place, timeout=20)
    if isinstance(body, dict):
      body = json.dumps(body).encode()
    names = {k.replace("_", "-"): v for k, v in headers.items()}
    link.request(method, path, body, names)
    reply = link.getresponse()
    found = reply.status, dict(reply.getheaders()), reply.read()
    link.close()
    return found

  def json(self, path, body=None, **headers):
    code, _, content = self(
      "GET" if body is None else "POST", f"/label/api/{path}", body, **headers
    )
    return code, json.loads(content)

  def label(self, id, packed, told):
    fields = {"params": json.dumps(told)}
    kind, body = parts(fields, "label", packed, "label.gz")
    code, _, content = self("POST", "/label/api/label", body, x_case=id, **kind)
    return code, json.loads(content)


def test_a_case_from_next_to_a_label(folder):
  with cases.serving(folder) as address:
    link = Link(address)
    code, told = link.json("project")
    assert (code, told["readers"], told["open"]) == (200, ["anna", "ben"], True)
    assert [c["name"] for c in told["classes"]] == list(cases.CLASSES)
    code, rows = link.json("worklist", {"reader": "anna"})
    assert [r["status"] for r in rows["rows"]] == ["todo", "todo"]
    _, sample = link.json("next", {"reader": "anna"})
    assert (sample["case"], sample["dims"]) == ("case_001", [6, 7, 8])
    mine = {"x_case": sample["id"]}
    code, headers, content = link("GET", "/label/api/image", **mine)
    assert (code, headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(content)[:4] == b"\x5c\x01\0\0"  # NIfTI
    _, _, draft = link("GET", "/label/api/draft", **mine)
    drawn = np.frombuffer(gzip.decompress(draft), np.uint8).copy()
    drawn[:3] = 2
    events = [["open", 0], ["first_edit", 3], ["submit", 12]]
    code, reply = link.label(
      sample["id"], gzip.compress(drawn.tobytes()), {"events": events}
    )
    assert (code, reply["decision"]) == (200, "edit")
  found = open_project(folder).state.submissions["case_001", "anna"][-1]
  assert found.about["seconds"] == 12
  assert found.about["changed_voxels"] == 3


def test_accept_and_skip_are_words(folder):
  with cases.serving(folder) as address:
    link = Link(address)
    _, sample = link.json("next", {"reader": "anna"})
    told = {"id": sample["id"], "params": {"decision": "accept"}}
    assert link.json("words", told)[1]["decision"] == "accept"
    _, sample = link.json("next", {"reader": "anna"})
    told = {"id": sample["id"], "params": {"decision": "skip"}}
    code, reply = link.json("words", told)
    assert code == 409
    assert "reason" in reply["detail"]


def test_what_is_wrong_is_told_in_a_line(folder):
  with cases.serving(folder) as address:
    link = Link(address)
    assert link.json("next", {"reader": "eve"})[0] == 403
    assert link("POST", "/label/api/next", b"[1]")[0] == 400
    assert link("POST", "/label/api/next", b"{")[0] == 400
    _, sample = link.json("next", {"reader": "ben"})
    for id in ("case_002", "case_002~" + "0" * 32, ""):
      assert link("GET", "/label/api/image", x_case=id)[0] in (400, 404)
    assert link("GET", "/label/api/image")[0] in (400, 404)
    mine = {"x_case": sample["id"]}
    for channel in ("1", "-1", "x", "٣", "9" * 40):
      path = f"/label/api/image?channel={ascii(channel)[1:-1]}"
      assert link("GET", path, **mine)[0] == 404
    code, reply = link.label(sample["id"], gzip.compress(b"1"), {})
    assert (code, "voxels" in reply["detail"]) == (422, True)
    assert link.label(sample["id"], b"", [])[0] == 400
    for value in (float("nan"), json.loads("[" * 12 + "]" * 12)):
      params = {"values_checked": value}
      code, reply = link.label(sample["id"], gzip.compress(b"1"), params)
      assert (code, reply["detail"]) == (400, "params are no JSON")
    path = "/label/api/label"
    assert link("POST", path, b"--", content_type="x/y", **mine)[0] == 400
    other = {"x_case": "case_002~" + "0" * 32}
    assert link("POST", path, b"--", content_type="x/y", **other)[0] == 404
    assert link.json("words", {"id": sample["id"], "params": [1]})[0] == 400
    events = {"events": [["open", 5], ["submit", 1]], "decision": "accept"}
    told = {"id": sample["id"], "params": events}
    assert link.json("words", told)[0] == 400
  assert open_project(folder).state.submissions == {}


def test_a_drawing_for_which_the_disk_has_no_room(folder, monkeypatch):
  usage = shutil.disk_usage(folder)._replace(free=2**20)
  monkeypatch.setattr(wire.shutil, "disk_usage", lambda _: usage)
  with cases.serving(folder) as address:
    link = Link(address)
    _, sample = link.json("next", {"reader": "anna"})
    code, reply = link.label(sample["id"], gzip.compress(bytes(336)), {})
  assert (code, "no room on the disk" in reply["detail"]) == (507, True)
  assert open_project(folder).state.submissions == {}


def test_a_token_is_asked_for_and_tells_the_reader(folder):
  people = {mark_of("b" * 20): Person("ben", "annotator")}
  with cases.serving(folder, access=Access(people)) as address:
    link = Link(address)
    _, told = link.json("project")
    assert (told["open"], told["readers"]) == (False, [])
    assert link.json("next", {"reader": "ben"})[0] == 401
    mine = {"authorization": f"Bearer {'b' * 20}"}
    assert (
      link.json("worklist", {"reader": "anna"}, **mine)[1]["reader"] == "ben"
    )


def test_files_come_out_of_the_package_and_nothing_else(folder):
  pytest.importorskip("ipyniivue", reason="wants the extra alx[serve]")
  with cases.serving(folder) as address:
    link = Link(address)
    code, headers, page = link("GET", "/label/")
    assert (code, b'src="main.js"' in page) == (200, True)
    assert "default-src 'self'" in headers["content-security-policy"]
    assert link("GET", "/", accept="text/html")[1]["location"] == "/label/"
    assert link("GET", "/")[0] == 200
    assert link("GET", "/label")[1]["location"] == "/label/"
    for name in ("main.js", "viewer.js", "page.css", "niivue.js"):
      assert link("GET", f"/label/{name}")[0] == 200
    for name in ("routes.py", "__init__.py", "..", "%2e%2e", "x.js", ".js"):
      assert link("GET", f"/label/{name}")[0] == 404
    assert b"http://" not in page.replace(b"http://www.w3.org", b"")


def test_without_the_viewer_the_page_says_what_to_install(folder, monkeypatch):
  monkeypatch.setattr(files, "has_viewer", lambda: False)
  with cases.serving(folder) as address:
    code, _, told = Link(address)("GET", "/label/")
  assert (code, told.decode()) == (503, f"{files.NO_VIEWER}\n")
  assert 'pip install "alx-imaging[serve]"' in files.NO_VIEWER
