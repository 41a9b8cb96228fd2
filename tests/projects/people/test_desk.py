import pytest

from alx.projects.people import desk as desks
from alx.projects.people.desk import Desk, Lease, Reply

HOUR = 3600.0


def desk_of(*events):
  found = Desk()
  for event in events:
    add = desks.leased if isinstance(event, Lease) else desks.replied
    found = add(found, event)
  return found


def lease(case="a", reader="R1", start=0.0):
  return Lease(case, reader, start, start + HOUR)


def test_a_lease_holds_until_it_is_answered_or_over():
  found = desk_of(lease())
  assert desks.live(found, HOUR - 1) == [lease()]
  assert desks.live(found, HOUR) == []
  answered = desk_of(lease(), Reply("a", "R1", "submitted", 10.0))
  assert desks.live(answered, 20.0) == []


def test_an_answer_before_a_lease_does_not_answer_it():
  found = desk_of(Reply("a", "R1", "submitted", 5.0), lease(start=10.0))
  assert desks.live(found, 20.0) == [lease(start=10.0)]


@pytest.mark.parametrize(
  ("replies", "refused"),
  [
    ([], False),
    ([Reply("a", "R1", "declined", 1.0)], True),
    ([Reply("a", "R1", "deferred", 1.0, until=50.0)], True),
    ([Reply("a", "R1", "deferred", 1.0, until=30.0)], False),
    ([Reply("a", "R2", "declined", 1.0)], False),
    (
      [Reply("a", "R1", "declined", 1.0), Reply("a", "R1", "submitted", 2.0)],
      False,
    ),
  ],
)
def test_the_last_word_of_a_reader_counts(replies, refused):
  last = desks.last_replies(desk_of(*replies)).get(("a", "R1"))
  assert desks.refuses(last, 40.0) == refused


@pytest.mark.parametrize(
  ("reply", "line"),
  [
    (Reply("a", "R1", "lost", 1.0), "wanted one of submitted, .* found 'lost'"),
    (Reply("a", "R1", "deferred", 1.0), "deferred wants a time after 1"),
    (Reply("a", "R1", "deferred", 1.0, 1.0), "deferred wants a time after 1"),
    (Reply("a", "R1", "submitted", 1.0, 2.0), "until means nothing"),
  ],
)
def test_other_replies_are_refused(reply, line):
  with pytest.raises(ValueError, match=line):
    desks.replied(Desk(), reply)


@pytest.mark.parametrize(
  ("others", "at", "judged"),
  [
    ([], 10.0, "in time"),
    ([], HOUR + 1, "late"),
    ([Lease("a", "R2", HOUR, 2 * HOUR)], HOUR + 1, "conflict"),
    ([Lease("a", "R2", HOUR, HOUR + 5)], HOUR + 9, "late"),
    ([Reply("a", "R2", "submitted", HOUR)], HOUR + 1, "conflict"),
    ([Reply("a", "R2", "submitted", 5.0)], 10.0, "in time"),  # of a study
    ([Reply("b", "R2", "submitted", HOUR)], HOUR + 1, "late"),
  ],
)
def test_what_comes_late(others, at, judged):
  found = desk_of(lease(), *others)
  assert desks.judged_late(found, Reply("a", "R1", "submitted", at)) == judged


def test_cases_that_nobody_wants_are_told_with_reasons():
  found = desk_of(
    Reply("a", "R1", "declined", 1.0, reason="motion"),
    Reply("a", "R2", "skipped", 2.0),
    Reply("b", "R1", "declined", 3.0),
    Reply("c", "R1", "declined", 3.0),
    Reply("c", "R2", "deferred", 4.0, until=1e9),
  )
  assert desks.nobody_wants(found, "abcd", ["R1", "R2"]) == {
    "a": ("R1: motion", "R2: skipped")
  }


def test_replies_are_counted():
  found = desk_of(
    Reply("a", "R1", "declined", 1.0), Reply("b", "R1", "submitted", 2.0)
  )
  assert desks.counts_of(found) == {
    "R1": {"submitted": 1, "skipped": 0, "declined": 1, "deferred": 0}
  }
