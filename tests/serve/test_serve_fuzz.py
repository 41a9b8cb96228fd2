"""Requests that nobody would send: an answer with a reason, nothing else."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import gzip
import http.client
import json
import os
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alx import projects
from alx.projects.exchange.refused import Refused
from tests.serve import served

MANY = int(os.environ.get("ALX_FUZZ", "0"))  # 10000: as many, in minutes
METHODS = "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"
PATHS = (
  *("/", "/auth/", "/auth/token", "/auth/token/valid", "/info/", "/session/"),
  *("/session/x", "/activelearning/alx", "/activelearning/random"),
  *("/datastore/", "/datastore/image", "/datastore/label", "/infer/alx"),
  *("/datastore/updatelabelinfo", "/train/", "/alx/status", "/alx/worklist"),
  *("/alx/sample", "/alx/draft", "/alx/answer", "/alx/decline"),
)
KEYS = (
  *("image", "label", "tag", "output", "id", "channel", "check_if_running"),
  *("client_id", "session_id"),
)
PARAMS = (
  *("client_id", "decision", "comment", "label", "minutes", "seconds"),
  *("label_info", "nothing_to_label", "draft_sha256", "image_sha256"),
  *("result_extension", "result_compress", "reason", "segmentationMeta"),
)
ODD = (
  *("", "..", "../..", "../../evil", "/etc/passwd", "case_001", "case_001~"),
  *("~", "a" * 300, "case_001\x00", "ｃase_001", "%2e%2e%2f", "%s%n", "final"),
  *("-1", "1e309", "NaN", "true", "all", "image", "anna", "user-xyz", "{}"),
)
text = st.sampled_from(ODD) | st.text(max_size=20)
value = st.recursive(
  st.none() | st.booleans() | st.integers() | st.floats() | text,
  lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(PARAMS) | text, inner, max_size=3)
  ),
  max_leaves=5,
)
params = st.dictionaries(st.sampled_from(PARAMS) | text, value, max_size=5)
raw = (
  st.binary(max_size=400)
  | st.binary(max_size=200).map(gzip.compress)
  | st.sampled_from(
    [b"[" * 5000, b'{"a":' * 2000, b"NRRD0004\n\n", b"\x1f\x8b"]
  )
)
request = st.fixed_dictionaries(
  {
    "method": st.sampled_from(METHODS),
    "path": st.sampled_from(PATHS) | text.map(lambda t: f"/{t}"),
    "query": st.dictionaries(st.sampled_from(KEYS), text, max_size=3),
    "mine": st.sampled_from(["", "image", "label"]),
    "shape": st.sampled_from(["json", "raw", "parts", "torn", "form", "none"]),
    "told": params,
    "raw": raw,
    "change": st.sampled_from(["", "cut", "flip", "grow"]),
  }
)


def busy(*_):
  raise Refused(429, "a fit goes on")


def case_of(server):
  """A case in hand, a new one once its answer was taken."""
  state = server.project.state
  if not state.open_tasks():
    return {}
  return server.next("anna")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
  folder = tmp_path_factory.mktemp("fuzz")
  place = served.with_drafts(folder, 12)
  with served.serving(place) as found:
    found.app.state.fits.start = busy
    yield found
  assert projects.verify(place) == []
  assert sorted(p.name for p in folder.iterdir()) == [
    *("in", "project", "project-names.csv")
  ]
  there = {path.name for path in place.iterdir()}
  mine = {"blobs", "images", "events.jsonl", "HEAD", ".serve", "rounds"}
  assert there <= mine


def body_of(project, asked, case):
  """(bytes, headers) of a request."""
  told = json.dumps(asked["told"]).encode()
  if asked["shape"] == "json":
    return told, {"content-type": "application/json"}
  if asked["shape"] == "raw":
    return asked["raw"], {}
  if asked["shape"] == "form":
    kind = "application/x-www-form-urlencoded"
    return asked["raw"], {"content-type": kind}
  if asked["shape"] == "none":
    return None, {}
  label = served.label_of(project, case) if case else b"x"
  label = {
    "cut": label[: len(label) // 2],
    "flip": label[:60] + b"\xff" + label[61:],
    "grow": label + asked["raw"],
  }.get(asked["change"], label)
  kind, body = served.parts({"params": told.decode()}, "label", label, "../x")
  return (body[:-40] if asked["shape"] == "torn" else body), kind


def one(server, asked):
  """Sends one and looks at what comes back."""
  wants = asked["mine"] or asked["shape"] in ("parts", "torn")
  case = case_of(server) if wants else {}
  body, headers = body_of(server.project, asked, case.get("name"))
  query = dict(asked["query"])
  if asked["mine"] and case:
    query[asked["mine"]] = case["id"]
  words = {k: v.encode("utf-8", "surrogatepass") for k, v in query.items()}
  path = urllib.parse.quote(asked["path"].encode("utf-8", "surrogatepass"))
  path += f"?{urllib.parse.urlencode(words)}" if query else ""
  try:
    reply = server.call(asked["method"], path, body, headers)
  except http.client.HTTPException as error:  # a line that is no request
    raise AssertionError(asked) from error
  assert reply.code < 500 or reply.code in (503, 507), (asked, reply)
  if reply.code in (400, 401, 403, 404, 409, 413, 415, 422, 429):
    assert reply.data or asked["method"] == "HEAD", asked
  assert b"Traceback" not in reply.data and b"/project/" not in reply.data


quiet = {
  "deadline": None,
  "derandomize": True,
  "database": None,
  "suppress_health_check": list(HealthCheck),
}


@given(asked=request)
@settings(max_examples=300, **quiet)
def test_every_request_has_an_answer(server, asked):
  one(server, asked)


@pytest.mark.slow
@pytest.mark.skipif(not MANY, reason="minutes: ALX_FUZZ=10000 asks for it")
@given(asked=request)
@settings(max_examples=MANY or 1, **quiet)
def test_many_requests_have_an_answer(server, asked):
  one(server, asked)
