"""Limits of a request, errors in one line, and a log without secrets."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import errno
import logging
import shutil
import socket
import time

import pytest
from starlette.routing import Route

from alx.data.dataset import DataError
from alx.runs.disk.claim import Held
from alx.serve import wire
from alx.serve.access import Access, Person, mark_of
from alx.serve.guard import Guard, Limits
from tests.serve import served

SMALL = Limits(label=50_000, other=2_000, seconds=0.5)
OTHER, ALLOWS = "https://ohif.example", "access-control-allow-origin"
ERRORS = {
  "data": DataError("/home/doe/secret.nii.gz: damaged"),
  "bug": KeyError("Doe^John"),
  "held": Held("process 3 on host"),
  "full": OSError(errno.ENOSPC, "full", "/home/doe"),
}


async def fails(request):
  raise ERRORS[request.path_params["what"]]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
  place = served.with_drafts(tmp_path_factory.mktemp("guard"), 6)
  routes = [Route("/fails/{what}", fails)]
  with served.serving(place, limits=SMALL, routes=routes) as found:
    yield found


def test_a_page_of_another_place_does_not_reach_it(server):
  for name in ("Host", "Origin"):
    for value in ("evil.example", "http://evil.example", "null"):
      reply = server.call("GET", "/info/", None, {name: value})
      assert reply.code == 403, (name, value)
  own = {"Origin": f"http://127.0.0.1:{server.port}"}
  assert server.call("GET", "/info/", None, own).code == 200
  for host in (
    "localhost",
    f"localhost:{server.port}",
    "[::1]:80",
    "127.0.0.1",
  ):
    assert server.call("GET", "/info/", None, {"Host": host}).code == 200


def test_nothing_of_another_place_may_be_allowed_for_all(server):
  reply = server.call("OPTIONS", "/info/", None, {"Origin": "https://a.b"})
  assert not [h for h in reply.headers if h.startswith("access-control")]


@pytest.mark.parametrize(
  ("method", "path", "size", "code"),
  [
    ("POST", "/activelearning/alx", 2_001, 413),
    ("POST", "/alx/answer?image=x", 2_001, 413),
    ("PUT", "/datastore/label?image=x", 50_001, 413),
    ("PUT", "/datastore/label?image=x", 3_000, 404),
    ("PUT", "/datastore/updatelabelinfo?label=x", 3_000, 413),
  ],
)
def test_each_route_has_its_most_bytes(server, method, path, size, code):
  kind = {"content-type": "application/octet-stream"}
  assert server.call(method, path, b"x" * size, kind).code == code


def test_a_label_has_room_for_the_voxels_of_its_case(server):
  case = server.next()
  most = 6 * 7 * 8 * 8 + 2**18
  kind, body = served.parts({}, "label", b"x" * (most + 1))
  with served.serving(server.project.folder) as large:
    path = f"/datastore/label?image={case['id']}"
    reply = large.call("PUT", path, body, kind)
    assert reply.code == 413 and str(most) in reply.json["detail"]
    assert large.save(case["id"], b"x" * 1000).code == 415


def test_a_disk_that_is_too_full_is_told_before_a_label_is_written(
  tmp_path, monkeypatch
):
  place = served.with_drafts(tmp_path, 1)
  usage = shutil.disk_usage(place)
  with served.serving(place) as server:
    case, before = server.next(), server.project.state.last
    content = served.label_of(server.project, case["name"])
    _, body = served.parts({"params": "{}"}, "label", content)
    wanted = 2 * len(body) + 2**20
    for free, code in ((wanted - 1, 507), (wanted, 200)):
      full = usage._replace(free=free)
      monkeypatch.setattr(wire.shutil, "disk_usage", lambda _, x=full: x)
      reply = server.save(case["id"], content)
      assert reply.code == code
      if code == 507:
        line = "no room on the disk, nothing was kept: send it again when "
        assert reply.json["detail"] == f"{line}{wanted} bytes are free"
        assert server.project.look().last == before


def raw(server, *texts):
  """The first line of the reply to bytes that are sent as they are."""
  with socket.create_connection(("127.0.0.1", server.port), 10) as link:
    try:
      for text in texts:
        link.sendall(text)
    except OSError:
      pass  # it was cut off
    return link.recv(2**16).split(b"\r\n")[0]


HEAD = b"POST /activelearning/alx HTTP/1.1\r\nHost: localhost\r\n"


def test_a_body_in_chunks_is_counted_too(server):
  chunks = [b"400\r\n" + b" " * 0x400 + b"\r\n"] * 3
  found = raw(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *chunks)
  assert b" 413 " in found


def test_a_body_that_does_not_come_is_not_waited_for(server):
  assert b" 408 " in raw(server, HEAD + b"Content-Length: 100\r\n\r\n{")


def test_an_upload_that_is_cut_leaves_nothing(server):
  case = server.next()
  before = server.project.state.last
  content = served.label_of(server.project, case["name"])
  kind, body = served.parts({"params": "{}"}, "label", content)
  head = f"PUT /datastore/label?image={case['id']} HTTP/1.1\r\n"
  head += f"Host: localhost\r\ncontent-type: {kind['content-type']}\r\n"
  head += f"content-length: {len(body)}\r\n\r\n"
  with socket.create_connection(("127.0.0.1", server.port), 10) as link:
    link.sendall(head.encode() + body[: len(body) // 2])
  assert server.next()["name"] == case["name"]
  after = server.project.state.last
  assert (after.kind, after.number) == ("handed", before.number + 1)


@pytest.mark.parametrize(
  ("path", "code"), [("/session/", 406), ("/datastore/?image=x", 403)]
)
def test_a_large_file_where_none_is_wanted_is_told_why(server, path, code):
  kind, body = served.parts({}, "files", b"x" * 40_000)
  assert server.call("PUT", path, body, kind).code == code


@pytest.fixture(scope="module")
def allowing(tmp_path_factory):
  """A server that pages of one other place may call."""
  place = served.with_drafts(tmp_path_factory.mktemp("allowing"), 1)
  limits = SMALL._replace(origins=(OTHER,))
  routes = [Route("/fails/{what}", fails)]
  with served.serving(place, limits=limits, routes=routes) as found:
    yield found


def test_a_page_that_is_allowed_may_read(allowing):
  for method in ("GET", "OPTIONS"):
    head = {"Origin": OTHER, "Access-Control-Request-Method": "GET"}
    reply = allowing.call(method, "/info/", None, head)
    assert reply.code == 200
    assert reply.headers[ALLOWS] == OTHER
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
  ("path", "size", "code"),
  [
    ("/fails/data", 0, 500),
    ("/fails/held", 0, 503),
    ("/fails/full", 0, 507),
    ("/alx/answer?image=x", 3_000, 413),
  ],
)
def test_a_page_that_is_allowed_reads_errors(allowing, path, size, code):
  method = "POST" if size else "GET"
  reply = allowing.call(method, path, b"x" * size, {"Origin": OTHER})
  assert reply.code == code and "detail" in reply.json
  assert reply.headers[ALLOWS] == OTHER
  assert reply.headers["access-control-expose-headers"] == "Retry-After"
  assert "Origin" in reply.headers["vary"]


def test_a_page_that_is_allowed_reads_when_to_call_again(tmp_path):
  place = served.with_drafts(tmp_path, 1)
  people = Access({mark_of("a" * 16): Person("anna", "annotator")})
  limits = SMALL._replace(origins=(OTHER,), a_minute=1)
  with served.serving(place, limits=limits, access=people) as found:
    replies = [
      found.call("GET", "/info/", None, {"Origin": OTHER}) for _ in range(2)
    ]
  assert [reply.code for reply in replies] == [401, 429]
  assert int(replies[1].headers["retry-after"]) > 0
  for reply in replies:
    assert reply.headers[ALLOWS] == OTHER


def test_a_page_that_is_not_allowed_reads_no_errors(allowing):
  for path in ("/info/", "/fails/data"):
    reply = allowing.call("GET", path, None, {"Origin": "https://a.b"})
    assert reply.code == 403 and ALLOWS not in reply.headers
  ask = {"Origin": "https://a.b", "Access-Control-Request-Method": "PUT"}
  reply = allowing.call("OPTIONS", "/info/", None, ask)
  assert reply.code == 400 and ALLOWS not in reply.headers
  ask = {"Origin": OTHER, "Access-Control-Request-Method": "PATCH"}
  assert allowing.call("OPTIONS", "/info/", None, ask).code == 400


def test_of_other_pages_no_large_body_is_read_either(allowing):
  head = b"Host: localhost\r\nOrigin: https://ohif.example\r\n"
  head += b"Content-Length: 1000000000\r\n"
  post = b"POST /activelearning/alx HTTP/1.1\r\n" + head + b"\r\n"
  assert b" 413 " in raw(allowing, post)
  ask = b"OPTIONS /info/ HTTP/1.1\r\nAccess-Control-Request-Method: GET\r\n"
  assert b" 200 " in raw(allowing, ask + head + b"\r\n")


@pytest.mark.parametrize("length", [b"-1", b"x", b"1" * 40])
def test_a_length_that_is_none(server, length):
  found = raw(server, HEAD + b"Content-Length: " + length + b"\r\n\r\n")
  assert b" 400 " in found or b" 413 " in found


@pytest.mark.parametrize(
  ("what", "code", "word"),
  [
    ("data", 500, "alx project verify"),
    ("bug", 500, "the server failed"),
    ("held", 503, "try again"),
    ("full", 507, "no room"),
  ],
)
def test_an_error_is_one_line_without_what_is_private(
  server, caplog, what, code, word
):
  with caplog.at_level(logging.INFO):
    reply = server.call("GET", f"/fails/{what}")
  assert reply.code == code and word in reply.json["detail"]
  assert ("retry-after" in reply.headers) == (code == 503)
  for text in (reply.data.decode(), caplog.text):
    assert "doe" not in text.lower() and "Traceback" not in text
  if code == 500:
    number = reply.json["detail"].partition("error ")[2].split()[0]
    assert number in caplog.text


def logged(caplog, count):
  """Lines of images and of no route; a line is written behind its reply."""
  for _ in range(200):
    told = [record.getMessage() for record in caplog.records]
    ours = [x for x in told if x.startswith(("GET /datastore/image", "GET -"))]
    if len(ours) >= count:
      break
    time.sleep(0.02)
  return ours


def test_the_log_has_names_of_ours_alone(server, caplog):
  case = server.next()
  token = case["id"].partition("~")[2]
  head = {"X-Patient": "Doe^John", "Authorization": "Bearer secret"}
  with caplog.at_level(logging.INFO):
    server.call("GET", f"/datastore/image?image={case['id']}", None, head)
    server.call("GET", "/Doe^John/1960?name=Doe", None, head)
    server.call("GET", "/datastore/image?image=Doe~1960", None, head)
    lines = logged(caplog, 3)
  assert lines[0].startswith("GET /datastore/image 200 ")
  assert lines[0].endswith("anna case_001")
  assert lines[1].startswith("GET - 404 ")
  for text in (token, "Doe", "1960", "secret", "X-Patient"):
    assert text not in caplog.text


def test_what_is_not_http_passes():
  seen = []

  async def inner(scope, receive, send):
    seen.append(scope["type"])

  guard = Guard(inner, Limits())
  call = guard({"type": "lifespan"}, None, None)
  with pytest.raises(StopIteration):
    call.send(None)
  assert seen == ["lifespan"]
