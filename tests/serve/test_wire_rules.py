"""What clients do that no specification tells: each rule is a test."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import email.parser
import email.policy
import gzip
import json
import socket

import numpy as np
import pytest

from alx.projects.exchange import nrrd
from tests.projects import small_projects
from tests.projects.label_files import AFFINE, SHAPE, a_label
from tests.serve import served


@pytest.fixture(scope="module")
def server(tmp_path_factory):
  place = served.with_drafts(tmp_path_factory.mktemp("wire"), 8, blind=2)
  with served.serving(place) as found:
    yield found


def split(reply):
  """(params, file name, bytes) of a reply in parts."""
  head = f"Content-Type: {reply.headers['content-type']}\r\n\r\n".encode()
  parser = email.parser.BytesParser(policy=email.policy.HTTP)
  one, two = parser.parsebytes(head + reply.data).iter_parts()
  assert one.get_filename() is None
  told = json.loads(one.get_payload(decode=True))
  return told, two.get_filename(), two.get_payload(decode=True)


def infer(server, id, told=None, more=""):
  kind, body = served.parts({"params": json.dumps(told or {})})
  return server.call("POST", f"/infer/alx?image={id}{more}", body, kind)


@pytest.mark.parametrize("path", ["/info/", "/auth/", "/datastore/", "/"])
def test_slashes_at_the_end_are_literal(server, path):
  assert server.call("GET", path).code == 200
  if path != "/":
    assert server.call("GET", path[:-1]).code == 404  # and no redirect


@pytest.mark.parametrize("path", ["/train/", "/session/x"])
def test_of_what_is_off_or_idle_the_code_tells(server, path):
  wanted = {"/train/": 404, "/session/x": 406}[path]
  assert server.call("GET", path).code == wanted
  asks = server.call("GET", "/train/?check_if_running=true")
  assert asks.code == 404


def test_info_has_what_slicer_reads_and_not_what_stops_it(server):
  info = server.call("GET", "/info/").json
  assert not info.get("config")
  assert info["labels"] == ["anterior", "posterior"]
  model = info["models"]["alx"]
  assert (model["type"], model["dimension"]) == ("segmentation", 3)
  assert model["labels"] == info["labels"] and model["config"] == {}
  assert info["trainers"] and info["strategies"]
  assert set(info["train_stats"]["alx"]) >= {"epoch", "total_epochs"}
  assert info["datastore"] == {"total": 8, "completed": 0}


def test_a_draft_is_parts_with_a_length_and_a_bare_name(server):
  case = server.next()
  reply = infer(server, case["id"], {"result_extension": ".nrrd"})
  assert reply.code == 200
  assert "transfer-encoding" not in reply.headers
  assert int(reply.headers["content-length"]) == len(reply.data)
  told, name, data = split(reply)
  assert told["label_names"] == {"anterior": 1, "posterior": 2}
  assert told["draft"] and told["model"] == "v001"
  assert name.endswith(".nrrd") and name[:-5].isalnum()
  assert b"encoding: gzip" in data
  found = nrrd.read(data, 10**6)
  np.testing.assert_array_equal(found.array, a_label())
  np.testing.assert_allclose(found.affine, AFFINE)
  assert name != split(infer(server, case["id"]))[1]  # made up each time


@pytest.mark.parametrize(
  ("told", "more", "start"),
  [
    ({"result_compress": False}, "", b"NRRD0004"),
    ({"result_extension": ".nii.gz"}, "", b"\x1f\x8b"),
  ],
)
def test_a_draft_in_other_forms(server, told, more, start):
  data = split(infer(server, server.next()["id"], told, more))[2]
  assert data.startswith(start)
  assert (b"encoding: raw" in data) == (start == b"NRRD0004")


def test_ohif_gets_the_bytes_alone(server):
  case = server.next()
  reply = infer(server, case["id"], {"result_compress": False}, "&output=image")
  assert reply.data.startswith(b"NRRD0004") and b"encoding: raw" in reply.data
  assert infer(server, case["id"], {}, "&output=dsa").code == 404


def test_a_withheld_draft_is_an_empty_map_and_says_so(tmp_path):
  place = served.with_drafts(tmp_path, 2, blind=2)
  with served.serving(place) as server:
    case = server.next()
    assert not case["draft"]
    told, _, data = split(infer(server, case["id"]))
    assert not told["draft"] and told["model"] == ""
    found = nrrd.read(data, 10**6)
    assert found.array.shape == SHAPE and not found.array.any()
    np.testing.assert_allclose(found.affine, AFFINE)
    wanted = f"/datastore/label?label={case['id']}&tag=original"
    assert server.call("GET", wanted).code == 404


def test_the_image_needs_no_header_but_the_id(server):
  case = server.next()
  reply = server.call("GET", f"/datastore/image?image={case['id']}")
  assert reply.code == 200
  name = f'attachment; filename="{case["name"]}.nii.gz"'
  assert reply.headers["content-disposition"] == name
  file = server.project.state.cases[case["name"]].about["files"][0]
  assert reply.data == (server.project.folder / "images" / file).read_bytes()


@pytest.mark.parametrize(
  "change",
  [
    lambda id: id[:-1] + ("0" if id[-1] != "0" else "1"),
    lambda id: id.partition("~")[0] + "~",
    lambda id: "case_999~" + id.partition("~")[2],
    lambda id: "../" + id,
    lambda id: "%00" + id,
    lambda id: id + "~" + id,
  ],
)
def test_a_forged_id_is_nobody(server, change):
  id = change(server.next()["id"])
  for path in ("/datastore/image?image=", "/alx/sample?image="):
    reply = server.call("GET", path + id)
    assert reply.code in (400, 404)
    assert id.encode() not in reply.data
  assert infer(server, id).code in (400, 404)
  assert server.save(id, b"x").code in (400, 404)


def test_a_label_comes_back_with_a_name_in_the_header(server):
  case = server.next("ben")
  reply = server.call(
    "GET", f"/datastore/label?label={case['id']}&tag=original"
  )
  assert reply.code == 200
  assert (
    f'filename="{case["name"]}.nii.gz"'
    in (reply.headers["content-disposition"])
  )
  mine = f"/datastore/label?label={case['id']}&tag=final"
  assert server.call("GET", mine).code == 404  # nothing was sent yet


def raw(server, text):
  """The first line of the reply to bytes."""
  with socket.create_connection(("127.0.0.1", server.port), 10) as link:
    link.sendall(text)
    return link.recv(2**16).split(b"\r\n")[0]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_stale_length_of_a_request_without_a_body_does_not_hang(
  server, method
):
  """A client that has logged in sends the length of its last body again."""
  text = f"{method} /train/ HTTP/1.1\r\nHost: localhost\r\n"
  text += "content-type: multipart/form-data\r\ncontent-length: 174\r\n\r\n"
  assert b" 404 " in raw(server, text.encode())


def test_the_path_of_the_file_on_the_clients_disk_is_kept_nowhere(
  server, caplog
):
  case = server.next("ben")
  name = "/home/anna/Doe^John 1960/x.nii.gz"
  with caplog.at_level("INFO"):
    reply = server.save(
      case["id"], served.label_of(server.project, case["name"]), name=name
    )
  assert reply.code == 200
  log = (server.project.folder / "events.jsonl").read_text()
  kept = " ".join(map(str, server.project.folder.rglob("*")))
  for text in (log, kept, caplog.text, reply.data.decode()):
    assert "Doe" not in text and "/home/anna" not in text


def test_the_suffix_does_not_matter_and_gzip_is_seen(server):
  case = server.next("ben")
  content = gzip.decompress(served.label_of(server.project, case["name"]))
  reply = server.save(case["id"], content, name="anything.exe")
  assert reply.code == 200, reply
  assert reply.json["image"] == case["name"]


def test_an_exhausted_pool_is_an_empty_object(tmp_path):
  with served.serving(served.with_drafts(tmp_path, 1)) as server:
    case = server.next("anna")
    assert server.next("ben") == {}
    content = served.label_of(server.project, case["name"])
    assert server.save(case["id"], content).json["decision"] == "accept"
    assert server.next("anna") == {}


@pytest.mark.parametrize("body", [None, b"", b"{}", b'{"client_id": null}'])
def test_the_next_case_wants_nothing_of_one_reader(tmp_path, body):
  alone = small_projects.of_volumes(tmp_path, 2, validation=0.0)
  small_projects.asked(alone)
  with served.serving(alone) as server:
    reply = server.call("POST", "/activelearning/alx", body)
    assert reply.json["reader"] == "reader1"


def test_a_name_of_no_reader_is_told_whom_there_are(server):
  reply = server.call("POST", "/activelearning/alx", {"client_id": "user-xyz"})
  assert reply.code == 403 and "anna, ben" in reply.json["detail"]


def test_another_name_than_the_readers_is_flagged(tmp_path):
  alone = small_projects.of_volumes(tmp_path, 3, validation=0.0)
  small_projects.asked(alone)
  with served.serving(alone) as server:
    for name in ("reader1", "user-xyz", "somebody"):
      case = server.next(name)
      content = served.label_of(server.project, case["name"])
      reply = server.save(case["id"], content, {"client_id": name})
      assert reply.code == 200
      assert ("look at it" in reply.json["detail"]) == (name != "reader1")
      assert "somebody" not in reply.json["detail"]


def test_tags_are_a_closed_set(server):
  case = server.next()
  for tag, code in (("version_1", 415), ("final", 415), ("../x", 404)):
    assert server.save(case["id"], b"text", tag=tag).code == code


def test_classes_through_the_same_door(tmp_path):
  place = small_projects.of_pictures(tmp_path, 3, validation=0.0)
  small_projects.asked(place)
  with served.serving(place) as server:
    info = server.call("GET", "/info/").json
    assert info["labels"] == ["dark", "bright"] and info["models"] == {}
    case = server.next()
    path = f"/alx/answer?image={case['id']}"
    assert server.call("POST", path, {"label": "mud"}).code == 422
    assert server.call("POST", path, {}).code == 400
    reply = server.call("POST", path, {"label": "bright", "seconds": 4})
    assert reply.json["status"] == "accepted"
    assert server.save(case["id"], b"x").code == 415
    listed = server.call("GET", "/alx/worklist?client_id=reader1").json
    assert [row["status"] for row in listed["cases"]].count("done") == 1
    other = f"/alx/answer?image={server.next()['id']}"
    said = {"decision": "skip", "comment": "blurred"}
    assert server.call("POST", other, said).json["status"] == "skipped"
    third = f"/alx/decline?image={server.next()['id']}"
    assert server.call("POST", third, {"reason": "no"}).code == 200
    assert server.next() == {}


def test_uploads_and_deletions_are_off(server):
  kind, body = served.parts({}, "file", b"x")
  assert server.call("PUT", "/datastore/?image=x", body, kind).code == 403
  gone = server.call("DELETE", "/datastore/label?id=case_001&tag=final")
  assert gone.code == 403


def test_what_must_not_be_there(server):
  for path in ("/model/x", "/logs/", "/scoring/x", "/batch/infer/x"):
    for method in ("GET", "POST", "PUT"):
      assert server.call(method, path, b"{}").code == 404, path
