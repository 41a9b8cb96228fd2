"""Cases handed out, answers taken, without HTTP."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import json

import numpy as np
import pytest

from alx import projects
from alx.projects.answers.words import answer_in_words
from alx.projects.cases.targets import label_of
from alx.projects.exchange.refused import Refused
from alx.projects.people import share
from alx.serve import about, content, desk, listing
from tests.projects import small_projects
from tests.projects.label_files import a_label
from tests.serve import served

HOUR = 3600.0


@pytest.fixture
def service(tmp_path):
  return desk.open_service(served.with_drafts(tmp_path, 4), HOUR)


def answer(service, sample, **how):
  label = how.pop("label", None)
  if label is None:
    label = a_label()
    label[0, 0, 0] = 1
  bytes_ = served.label_of(service.project, sample.case, label)
  return desk.receive_label(service, sample.id, bytes_, {}, **how)


def test_a_reader_gets_his_own_first_and_the_same_again(service):
  first = desk.next_sample(service, "anna")
  again = desk.next_sample(service, "anna")
  assert first.case == again.case == "case_001"
  assert first.id != again.id  # the log does not hold what opens a case
  assert desk.sample_of(service, first.id).until == again.until
  assert first.draft_sha256 and first.model == 1
  assert first.summary == {"entropy_mean": 0.5}


def test_nobody_gets_what_another_has(service):
  found = {desk.next_sample(service, name).case for name in served.READERS}
  assert found == {"case_001", "case_002"}


def test_who_is_done_takes_of_the_others_and_the_log_says_so(service):
  for wanted in ("case_001", "case_003", "case_002", "case_004"):
    sample = desk.next_sample(service, "anna")
    assert sample.case == wanted
    assert answer(service, sample).code == 200
  assert desk.next_sample(service, "anna") is None
  assert desk.next_sample(service, "ben") is None
  state = projects.open_project(service.project.folder).state
  assert {t.reader for t in state.tasks()} == {"anna"}
  assert not about.status(service)["conflicts"]


def test_a_lease_ends_and_the_next_one_may_have_the_case(service):
  sample = desk.next_sample(service, "anna")
  later = sample.until + 1
  with pytest.raises(Refused) as error:
    desk.held_sample(service, sample.id, later)
  assert error.value.code == 404
  order = [desk.next_sample(service, "ben", later).case]
  assert order == ["case_002"]


def test_a_late_answer_is_taken_and_flagged(service):
  sample = desk.next_sample(service, "anna")
  reply = answer(service, sample, now=sample.until + 1)
  assert reply.code == 200 and "after its lease had ended" in reply.line


def test_a_late_answer_beside_anothers_is_a_conflict(service):
  sample = desk.next_sample(service, "anna")
  later = sample.until + 1
  for _ in range(2):
    other = desk.next_sample(service, "ben", later)
    answer(service, other, now=later)
  third = desk.next_sample(service, "ben", later)
  assert third.case == sample.case
  assert answer(service, third, now=later).code == 200
  reply = answer(service, sample, now=later)
  assert reply.code == 200 and "conflict" in reply.line
  assert about.status(service)["conflicts"] == [sample.case]


def test_the_same_bytes_again_change_nothing(service):
  sample = desk.next_sample(service, "anna")
  assert answer(service, sample).status == "accepted"
  before = service.project.state.last
  reply = answer(service, sample)
  assert (reply.status, reply.revision) == ("unchanged", 1)
  assert service.project.state.last == before


def test_another_answer_is_a_revision(service):
  sample = desk.next_sample(service, "anna")
  answer(service, sample)
  second = answer(service, sample, label=a_label())
  assert (second.revision, second.decision) == (2, "accept")
  found = content.answer_of(service, sample)
  assert found.data == served.label_of(service.project, sample.case)


@pytest.mark.parametrize(
  ("words", "decision"), [("accept", "accept"), ("empty", "reject")]
)
def test_answers_in_words(service, words, decision):
  sample = desk.next_sample(service, "anna")
  reply = desk.receive_words(service, sample.id, {"decision": words})
  assert (reply.code, reply.decision) == (200, decision)
  label = service.project.state.submissions[sample.case, "anna"][-1].label
  found = label_of(service.project, sample.case, label)
  np.testing.assert_array_equal(found, a_label() * (words == "accept"))


@pytest.mark.parametrize(
  ("told", "code"),
  [
    ({}, 400),
    ({"decision": "perhaps"}, 409),
    ({"decision": "skip"}, 409),
    ({"decision": 3}, 400),
    ({"seconds": "long"}, 400),
  ],
)
def test_words_that_are_no_answer(service, told, code):
  sample = desk.next_sample(service, "anna")
  before = service.project.state.last
  assert desk.receive_words(service, sample.id, told).code == code
  assert service.project.state.last == before


def test_a_skipped_case_is_out_with_its_reason(service):
  sample = desk.next_sample(service, "anna")
  assert desk.skip(service, sample.id, "moved").status == "skipped"
  assert service.project.state.skips == {("case_001", "anna"): "moved"}
  assert desk.next_sample(service, "anna").case == "case_003"
  assert desk.next_sample(service, "ben").case == "case_002"


def test_a_declined_case_is_anothers(service):
  sample = desk.next_sample(service, "anna")
  assert desk.decline(service, sample.id, "no time").code == 200
  assert desk.next_sample(service, "anna").case == "case_003"
  found = []
  for _ in range(3):
    mine = desk.next_sample(service, "ben")
    found.append(mine.case)
    answer(service, mine)
  assert found == ["case_002", "case_004", "case_001"]


def test_what_nobody_wants_is_skipped(service):
  for name in served.READERS:
    while True:
      sample = desk.next_sample(service, name)
      if sample.case == "case_001":
        break
      answer(service, sample)
    desk.decline(service, sample.id, "too hard")
  (reason,) = service.project.state.skips.values()
  assert reason == "nobody wants it: anna: too hard; ben: too hard"


def test_what_was_answered_cannot_be_declined(service):
  sample = desk.next_sample(service, "anna")
  answer(service, sample)
  with pytest.raises(Refused) as error:
    desk.decline(service, sample.id, "")
  assert error.value.code == 409


def test_seconds_are_those_of_the_lease_unless_the_client_tells(service):
  sample = desk.next_sample(service, "anna")
  answer(service, sample, now=sample.start + 42.5)
  told = service.project.state.submissions["case_001", "anna"][-1].about
  assert (told["seconds"], told["time_source"]) == (42.5, "lease")
  sample = desk.next_sample(service, "anna")
  params = {"seconds": 7.0}
  bytes_ = served.label_of(service.project, sample.case)
  desk.receive_label(service, sample.id, bytes_, params)
  told = service.project.state.submissions[sample.case, "anna"][-1].about
  assert (told["seconds"], told["time_source"]) == (7.0, "client")


def test_a_pause_of_more_than_ten_minutes_is_no_time(service):
  sample = desk.next_sample(service, "anna")
  answer(service, sample, now=sample.start + 601)
  told = service.project.state.submissions["case_001", "anna"][-1].about
  assert (told["seconds"], told["time_source"]) == (None, "")


def test_everything_is_in_the_log_and_no_token(service):
  sample = desk.next_sample(service, "anna")
  answer(service, sample)
  place = service.project.folder
  text = (place / "events.jsonl").read_text()
  assert sample.id.partition("~")[2] not in text
  again = desk.open_service(place, HOUR)
  assert desk.sample_of(again, sample.id) == desk.sample_of(service, sample.id)
  assert projects.verify(place) == []


def test_an_answer_by_file_counts_for_the_desk(service):
  sample = desk.next_sample(service, "anna")
  with projects.working(service.project.folder) as other:
    content_ = served.label_of(other, sample.case)
    projects.receive(other, sample.case, "anna", content_)
  assert desk.next_sample(service, "anna").case == "case_003"


def test_a_case_that_is_open_again_is_handed_out_again(service):
  sample = desk.next_sample(service, "anna")
  desk.skip(service, sample.id, "moved")
  with projects.working(service.project.folder) as project:
    projects.reopen(project, sample.case)
  assert desk.next_sample(service, "anna").case == sample.case


def test_classes(tmp_path):
  place = small_projects.of_pictures(tmp_path, 4, validation=0.0)
  small_projects.asked(place)
  service = desk.open_service(place)
  sample = desk.next_sample(service, "reader1")
  assert desk.receive_words(service, sample.id, {"label": "mud"}).code == 422
  reply = desk.receive_words(service, sample.id, {"label": "bright"})
  assert (reply.code, reply.decision) == (200, "scratch")
  assert service.project.state.submissions[sample.case, "reader1"][0].label == 1
  assert desk.next_sample(service, "reader1").case != sample.case
  image = content.image_of(service, sample.case)
  assert image.data.startswith(b"\x89PNG") and image.media == "image/png"
  assert json.dumps(about.status(service))


def test_a_worklist_says_what_is_in_hand(service):
  rows = about.worklist(service, "anna")
  assert [(r["case"], r["status"]) for r in rows] == [
    *(("case_001", "todo"), ("case_003", "todo"))
  ]
  sample = desk.next_sample(service, "anna")
  answer(service, sample)
  desk.next_sample(service, "anna")
  rows = about.worklist(service, "anna")
  assert [r["status"] for r in rows] == ["done", "in hand"]


def test_a_worklist_says_what_is_left_to_others_and_what_is_over(tmp_path):
  place = served.with_drafts(tmp_path, 6, lease_days=1.0)
  service = desk.open_service(place, HOUR)
  sample = desk.next_sample(service, "anna")
  desk.decline(service, sample.id, "no time")
  sample = desk.next_sample(service, "anna")
  desk.skip(service, sample.id, "moved")
  rows = about.worklist(service, "anna")
  assert [r["status"] for r in rows] == ["declined", "skipped", "todo"]
  with projects.working(place) as project:
    share.expire(project, "2999-01-01T00:00:00+00:00")
  rows = about.worklist(service, "anna")
  assert [r["status"] for r in rows] == ["declined", "skipped", "expired"]
  answer(service, sample)
  rows = about.worklist(service, "anna")
  assert [r["status"] for r in rows] == ["declined", "done", "expired"]
  assert {r["status"] for r in rows} <= {*about.STATUS}


@pytest.mark.parametrize("kind", ["decline", "defer"])
def test_a_worklist_says_what_a_file_has_said(service, kind):
  with projects.working(service.project.folder) as other:
    told = {"decision": kind, "comment": "no time"}
    answer_in_words(other, 1, "anna", "case_001", told)
  rows = about.worklist(service, "anna")
  wanted = {"decline": "declined", "defer": "deferred"}[kind]
  assert [r["status"] for r in rows] == [wanted, "todo"]


def test_a_repeat_looks_like_another_case_and_is_no_one_elses(service):
  first = desk.next_sample(service, "anna")
  assert answer(service, first).code == 200
  again = {
    **{"case": first.case, "reader": "anna", "round": 2, "rank": 1},
    **{"reason": "drawn", "arm": "blind", "repeat": True, "alias": "case_077"},
  }
  with service.project.turn() as project:
    made = {"round": 2, "model": 1, "method": "random"}
    project.add(("round_made", made), ("leased", again))
  found = []
  while (sample := desk.next_sample(service, "ben")) is not None:
    assert answer(service, sample).code == 200
    found.append(sample.case)
  assert first.case not in found
  while (sample := desk.next_sample(service, "anna")).name != "case_077":
    assert answer(service, sample).code == 200
  assert sample.case == first.case and sample.id.startswith("case_077~")
  told = json.dumps(about.sample_json(service, sample))
  assert first.case not in told
  rows = about.worklist(service, "anna")
  assert [row["case"] for row in rows].count(first.case) == 1
  for form in (content.STORED, content.NRRD):
    sent = content.draft_or_empty(service, sample, form)
    assert sent.name.startswith("case_077.")
  forged = first.case + sample.id[len("case_077") :]
  with pytest.raises(Refused, match="no such case"):
    desk.sample_of(service, forged)
  assert answer(service, sample).code == 200


def test_a_token_of_no_text_is_none(service):
  with pytest.raises(Refused, match="no such case") as error:
    desk.sample_of(service, "case_001~\ud800")
  assert error.value.code == 404


def test_the_status_is_that_of_now(service):
  before = about.status(service)["head"]
  with projects.working(service.project.folder) as other:
    other.add(("fit_requested", {"by": "anna"}))
  assert about.status(service)["head"] != before


def test_what_was_handed_on_ends_as_what_was_asked(tmp_path):
  place = served.with_drafts(tmp_path, 2, lease_days=1.0)
  with projects.working(place) as project:
    handed = {
      **{"case": "case_002", "reader": "anna", "from": "ben", "round": 1},
      **{"start": 0.0, "until": 1.0, "token_sha256": "0"},
    }
    project.add(("handed", handed))
    assert share.expire(project) == []
    lines = share.expire(project, "2999-01-01T00:00:00+00:00")
  told = "has not answered in time, others may take it"
  assert lines == [f"case_00{n}: anna {told}" for n in (1, 2)]


def two_of_three(folder, readers=("anna", "ben", "carl")):
  """A service of classes in which two read each of three cases."""
  place = small_projects.of_pictures(
    *(folder, 3),
    **{"readers": readers, "readers_per_case": 2, "query": 3},
    **{"labels": "none", "validation": 0.0},
  )
  small_projects.asked(place)
  return desk.open_service(place, HOUR)


def tell(service, sample, label):
  return desk.receive_words(service, sample.id, {"label": label})


def test_the_second_reading_waits_for_its_reader(tmp_path):
  service = two_of_three(tmp_path, ("anna", "ben"))
  for reader in ("ben", "anna"):
    done = []
    while sample := desk.next_sample(service, reader):
      assert tell(service, sample, "dark").code == 200
      done.append(sample.case)
    assert sorted(done) == ["case_001", "case_002", "case_003"]


def test_a_case_in_the_hands_of_another_stays_his(tmp_path):
  service = two_of_three(tmp_path)
  asked = {(t.uid, t.reader) for t in service.project.state.open_tasks()}
  held = desk.next_sample(service, "carl")
  before = len(asked)
  while sample := desk.next_sample(service, "ben"):
    tell(service, sample, "dark")
    left = {(t.uid, t.reader) for t in service.project.state.open_tasks()}
    assert (held.case, "carl") in left and len(left) == before - 1
    before = len(left)
  reply = tell(service, held, "dark")
  assert reply.code == 200 and "conflict" not in reply.line


def test_who_confirms_what_was_settled_changes_no_label(tmp_path):
  service = two_of_three(tmp_path, ("anna", "ben", "carl"))
  case = "case_001"
  with projects.working(service.project.folder) as project:
    for reader, label in (("anna", 0), ("ben", 0), ("carl", 1)):
      words = {"label": project.class_names[label]}
      answer_in_words(project, 1, reader, case, words)
    about = {"case": case, "by": "majority of 3 readers", "label": 0}
    project.add(("consensus", about))
  service = desk.open_service(service.project.folder, HOUR)
  listing.say(service, case, "final", {"status": "approved"}, "dora")
  state = service.project.look()
  final = projects.final_label(state, case)
  assert final.label == 0 and final.decision == "reviewed"
  assert state.decided[case]["reviewer"] == "dora"
