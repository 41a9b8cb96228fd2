"""Who may call, and what each role may do."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import json
import os

import pytest

from alx.data.dataset import DataError
from alx.projects.exchange.refused import Refused
from alx.serve import access
from alx.serve.guard import Limits
from tests.serve import served

TOKENS = {name: name[0] * 16 for name in ("anna", "ben", "rita", "otto")}
LINES = (
  "# who may call\n"
  f"anna annotator {TOKENS['anna']}\n\nben annotator {TOKENS['ben']}\n"
  f"rita reviewer {TOKENS['rita']}\notto admin {TOKENS['otto']}\n"
)


def file_of(folder, text, mode=0o600):
  path = folder / "tokens"
  path.write_text(text)
  path.chmod(mode)
  return path


def bearer(name):
  return {"Authorization": f"Bearer {TOKENS[name]}"}


def test_tokens_are_kept_as_hashes(tmp_path):
  found = access.read_tokens(file_of(tmp_path, LINES), served.READERS)
  names = [tuple(person) for person in found.people.values()]
  assert names[0] == ("anna", "annotator") and len(names) == 4
  assert not set(TOKENS.values()) & set(found.people)
  assert access.person_of(found, f"bearer {TOKENS['rita']}").role == "reviewer"
  for header in ("", TOKENS["rita"], f"Basic {TOKENS['rita']}", "Bearer x"):
    assert access.person_of(found, header) is None


@pytest.mark.parametrize(
  ("text", "mode", "line"),
  [
    (LINES, 0o644, "chmod 600"),
    (LINES, 0o640, "chmod 600"),
    ("", 0o600, "lines of NAME ROLE TOKEN"),
    ("anna annotator\n", 0o600, "line 1"),
    (f"anna boss {'a' * 16}\n", 0o600, "a role of annotator"),
    (f"carl annotator {'c' * 16}\n", 0o600, "a reader of the project"),
    ("anna annotator short\n", 0o600, "16 characters or more"),
    (LINES + f"anna admin {'x' * 16}\n", 0o600, "one twice"),
    (LINES + f"carla admin {'a' * 16}\n", 0o600, "one twice"),
    (f"../a admin {'a' * 16}\n", 0o600, "a name of letters"),
  ],
)
@pytest.mark.skipif(os.name != "posix", reason="modes of files are posix's")
def test_token_files_that_are_none(tmp_path, text, mode, line):
  with pytest.raises(DataError, match=line) as error:
    access.read_tokens(file_of(tmp_path, text, mode), served.READERS)
  assert "aaaa" not in str(error.value)


def test_no_token_file(tmp_path):
  with pytest.raises(DataError, match="a file of tokens"):
    access.read_tokens(tmp_path / "none", served.READERS)


@pytest.mark.parametrize(
  ("role", "wanted", "code"),
  [
    (None, "annotator", 401),
    ("annotator", "annotator", 0),
    ("annotator", "reviewer", 403),
    ("reviewer", "annotator", 0),
    ("reviewer", "admin", 403),
    ("admin", "reviewer", 0),
  ],
)
def test_each_role_may_what_those_before_it_may(role, wanted, code):
  person = role and access.Person("x", role)
  if not code:
    assert access.want(person, wanted) == person
    return
  with pytest.raises(Refused) as error:
    access.want(person, wanted)
  assert error.value.code == code


@pytest.fixture(scope="module")
def server(tmp_path_factory):
  folder = tmp_path_factory.mktemp("access")
  place = served.with_drafts(folder, 10)
  people = access.read_tokens(file_of(folder, LINES), served.READERS)
  with served.serving(place, access=people) as found:
    found.app.state.fits.start = lambda *_: (_ for _ in ()).throw(
      Refused(429, "a fit goes on")
    )
    yield found


@pytest.mark.parametrize(
  "path", ["/info/", "/datastore/", "/train/", "/alx/status", "/alx/worklist"]
)
def test_without_a_token_nothing_is_told(server, path):
  reply = server.call("GET", path)
  assert reply.code == 401 and set(reply.json) == {"detail"}
  assert server.call("GET", path, None, bearer("otto")).code != 401


def test_the_token_says_who_reads_not_the_client(server):
  case = server.next("anna", bearer("ben"))
  assert case["reader"] == "ben"


def test_the_id_alone_opens_its_case(server):
  case = server.next("", bearer("ben"))
  reply = server.call("GET", f"/datastore/image?image={case['id']}")
  assert reply.code == 200
  assert server.save(case["id"], b"x").code == 415  # looked at, and refused


def test_an_annotators_token_does_not_open_anothers_case(server):
  case = server.next("", bearer("ben"))
  path = f"/datastore/image?image={case['id']}"
  assert server.call("GET", path, None, bearer("anna")).code == 403
  assert server.call("GET", path, None, bearer("rita")).code == 200


@pytest.mark.parametrize(
  ("name", "codes"),
  [("anna", (404, 200, 403, 403)), ("rita", (200, 429, 404, 403))],
)
def test_what_is_an_action_of_reviewers(server, name, codes):
  who = bearer(name)
  found = (
    server.call("GET", "/datastore/image?image=case_001", None, who).code,
    server.call("POST", "/train/alx", {}, who).code,
    server.call("DELETE", "/train/", None, who).code,
    server.call("POST", "/alx/promote", {}, who).code,
  )
  assert found == codes


def test_a_wish_is_noted(server):
  reply = server.call("POST", "/train/alx", {}, bearer("anna"))
  assert reply.json["status"] == "PENDING"
  last = server.project.state.last
  assert last.kind == "fit_requested"
  assert last.about == {"by": "anna", "role": "annotator", "work": "wish"}


def test_an_annotator_sees_no_list_a_reviewer_does(server):
  path = "/datastore/?output=all"
  assert server.call("GET", path, None, bearer("anna")).json["objects"] == {}
  found = server.call("GET", path, None, bearer("rita")).json["objects"]
  assert len(found) == 10


def test_a_reviewer_approves_and_flags(server):
  case = server.next("", bearer("ben"))
  content = served.label_of(server.project, case["name"])
  assert server.save(case["id"], content).code == 200
  where = f"?label={case['name']}&tag=ben"
  for status in ("flagged", "approved"):
    said = {"segmentationMeta": {"status": status, "comment": "edge"}}
    kind, body = served.parts({"params": json.dumps(said)})
    path = f"/datastore/updatelabelinfo{where}"
    assert server.call("PUT", path, body, kind).code in (401, 404)
    reply = server.call("PUT", path, body, kind | bearer("rita"))
    assert reply.code == 200
    listed = server.call("GET", "/datastore/?output=all", None, bearer("rita"))
    labels = listed.json["objects"][case["name"]]["labels"]
    assert labels["ben"]["info"]["segmentationMeta"]["status"] == status
  about = server.project.state.decided[case["name"]]
  assert (about["reader"], about["reviewer"]) == ("ben", "rita")
  for tag in ("ben", "final"):
    path = f"/datastore/label?label={case['name']}&tag={tag}"
    got = server.call("GET", path, None, bearer("rita"))
    assert got.code == 200 and got.data == content


@pytest.mark.parametrize(
  ("path", "said", "code"),
  [
    ("?label=case_001&tag=carl", {"status": "approved"}, 404),
    ("?label=case_999&tag=ben", {"status": "approved"}, 404),
    ("?label=case_001&tag=ben", [], 400),
    ("?label=case_001&tag=ben", {"status": 3}, 400),
  ],
)
def test_what_cannot_be_said_of_a_label(server, path, said, code):
  kind, body = served.parts({"params": json.dumps({"segmentationMeta": said})})
  path = f"/datastore/updatelabelinfo{path}"
  assert server.call("PUT", path, body, kind | bearer("rita")).code == code


def test_logging_in(server):
  form = {"content-type": "application/x-www-form-urlencoded"}
  body = f"username=anna&password={TOKENS['anna']}&grant_type=password"
  reply = server.call("POST", "/auth/token", body.encode(), form)
  assert reply.json == {
    "access_token": TOKENS["anna"],
    "token_type": "bearer",
  }
  for wrong in (body.replace("anna", "ben"), "username=anna", "", "%%%"):
    found = server.call("POST", "/auth/token", wrong.encode(), form)
    assert found.code == 401, wrong
  assert server.call("GET", "/auth/").json == {"enabled": True}
  valid = "/auth/token/valid"
  assert server.call("GET", valid, None, bearer("anna")).code == 200
  assert server.call("GET", valid).code == 401


def test_a_minute_has_so_many_requests_of_each():
  rate = access.Rate(2)
  for who in ("anna", "ben", "anna", "ben"):
    rate.count(who, 100.0)
  with pytest.raises(
    access.TooOften, match="requests a minute: wait 45 s"
  ) as told:
    rate.count("anna", 115.5)
  assert (told.value.code, told.value.wait_s) == (429, 45)
  rate.count("anna", 160.0)  # another minute
  free = access.Rate(0)
  for _ in range(10_000):
    free.count("anna", 0.0)


def test_who_calls_too_often_is_told_to_wait(tmp_path):
  place, limits = served.with_drafts(tmp_path, 1), Limits(a_minute=3)
  known = access.read_tokens(file_of(tmp_path, LINES), served.READERS)
  with served.serving(place, access=known, limits=limits) as found:
    get = lambda head=None: found.call("GET", "/info/", None, head)  # noqa: E731
    for head, code in ((bearer("anna"), 200), (bearer("ben"), 200), ({}, 401)):
      assert [get(head).code for _ in range(4)] == [code] * 3 + [429]
    reply = get({"Authorization": "Bearer guessed"})  # of the same address
    assert reply.code == 429 and 0 < int(reply.headers["retry-after"]) <= 60
    assert reply.json["detail"].startswith("more than 3 requests a minute")


def test_who_is_not_asked_for_a_token_is_not_counted(tmp_path):
  place = served.with_drafts(tmp_path, 1)
  with served.serving(place, limits=Limits(a_minute=3)) as found:
    codes = {found.call("GET", "/info/").code for _ in range(10)}
  assert codes == {200}
