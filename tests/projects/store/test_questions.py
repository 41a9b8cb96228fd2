"""Where cases are and which label is theirs: one by one, and all in a pass."""

import pytest

from alx.projects.store import questions
from alx.projects.store.state import (
  EMPTY,
  TRAIN,
  VALIDATION,
  Case,
  Round,
  State,
  Submission,
  Task,
)


def answer(uid, reader, number, label, round_=1):
  about = "", label, "edit", {}
  return Submission(uid, reader, 1, round_, *about, number)


def state_of(asked=(), answers=(), **others) -> State:
  """Cases a to i, the last of them frozen."""
  tasks = tuple(Task(uid, reader, 1, 1, "") for uid, reader in asked)
  submissions = {}
  for found in answers:
    key = found.uid, found.reader
    submissions[key] = (*submissions.get(key, ()), found)
  cases = {uid: Case(uid, {}) for uid in "ihgfedcba"}
  cases["i"] = cases["i"]._replace(part=VALIDATION)
  return EMPTY._replace(
    cases=cases,
    rounds={1: Round(1, 0, "random", tasks, {})},
    submissions=submissions,
    **others,
  )


@pytest.fixture(scope="module")
def state():
  """One case of each kind."""
  return state_of(
    asked=["bx", "cx", "cy", "dx", "ex", "fx", "gx", "ix"],
    answers=[
      *(answer("c", "x", 1, 4), answer("c", "y", 2, 5)),  # both were asked
      *(answer("d", "x", 3, 6), answer("d", "z", 4, 7)),  # z was not
      *(answer("e", "x", 6, 9), answer("e", "x", 5, 8)),  # said it twice
      *(answer("f", "x", 7, 1), answer("f", "z", 8, 2)),
      answer("i", "x", 9, 3),
    ],
    skips={("g", "x"): "blurred"},
    decided={"f": {"number": 7}, "h": {"label": 3, "by": "majority"}},
  )


STATUS = {
  **{"a": "pool", "b": "asked", "c": "conflict", "d": "conflict"},
  **{"e": "labelled", "f": "labelled", "g": "skipped", "h": "labelled"},
  "i": "labelled",
}
LABELS = {"e": 9, "f": 1, "h": 3, "i": 3}


def test_where_each_case_is(state):
  assert questions.statuses(state) == STATUS
  assert list(questions.statuses(state)) == sorted(STATUS)
  found = {uid: questions.status_of(state, uid) for uid in STATUS}
  assert found == STATUS


def test_which_label_is_whose(state):
  found = questions.final_labels(state)
  assert {uid: s.label for uid, s in found.items()} == LABELS
  assert found["h"].decision == "majority"
  one_by_one = {uid: questions.final_label(state, uid) for uid in STATUS}
  assert {uid: s for uid, s in one_by_one.items() if s} == found


def test_of_a_part(state):
  assert questions.candidates(state, TRAIN) == ["a"]
  assert questions.candidates(state, VALIDATION) == []
  assert list(questions.labelled(state, VALIDATION)) == ["i"]
  assert list(questions.labelled(state, TRAIN)) == ["e", "f", "h"]


def test_readers_who_are_asked_together():
  """Labelled where all have answered alike; open until all have answered."""
  found = state_of(
    asked=["ax", "ay", "bx", "by"],
    answers=[answer("a", "x", 1, 4), answer("a", "y", 2, 4)],
  )
  assert questions.status_of(found, "a") == "labelled"
  one = {("b", "x"): (answer("b", "x", 3, 4),)}
  found = found._replace(submissions={**found.submissions, **one})
  assert questions.status_of(found, "b") == "asked"
  assert questions.final_label(found, "b") is None
  found = found._replace(expired=frozenset({("b", "y", 1)}))
  assert questions.final_label(found, "b").label == 4


def test_a_repeat_is_no_label():
  again = answer("a", "x", 2, 5, 2)._replace(about={"repeat": True})
  found = state_of(asked=["ax"], answers=[answer("a", "x", 1, 4), again])
  assert questions.final_label(found, "a").label == 4
  assert [s.label for s in found.newest("a")] == [4]
  chosen = found._replace(decided={"a": {"number": 2, "by": "reviewed"}})
  assert questions.final_label(chosen, "a").label == 4


def test_the_last_answer_of_each_reader_of_each_case():
  again = answer("b", "x", 5, 7)._replace(about={"repeat": True})
  found = questions.newest_answers(
    state_of(
      answers=[
        *(answer("b", "y", 1, 3), answer("b", "x", 2, 4)),
        *(answer("a", "x", 3, 5), answer("b", "x", 4, 6), again),
        again._replace(uid="c", number=6),
      ]
    )
  )
  told = {uid: [(s.reader, s.label) for s in own] for uid, own in found.items()}
  assert told == {"a": [("x", 5)], "b": [("x", 6), ("y", 3)]}
  assert list(told) == ["a", "b"]


@pytest.mark.parametrize(
  ("out", "status"),
  [
    ({"x": "declined"}, "pool"),
    ({"x": "declined", "y": "declined"}, "skipped"),
    ({"x": "deferred", "y": "declined"}, "pool"),
    ({"x": "skipped"}, "skipped"),
  ],
)
def test_declined_is_for_others_and_deferred_for_later(out, status):
  kinds = {("a", reader): kind for reader, kind in out.items()}
  found = state_of(
    asked=["ax", "ay"],
    skips=dict.fromkeys([("a", "x"), ("a", "y")], "no time"),
    out=kinds | ({} if "y" in out else {("a", "y"): "deferred"}),
  )._replace(settings={"readers": ["x", "y"]})
  assert questions.status_of(found, "a") == status


def test_a_pass_looks_at_each_answer_once(state):
  """Not once for each case, which is minutes where there are thousands."""
  looked = []

  class Counted(dict):
    def items(self):
      looked.append("answers")
      return super().items()

  counted = state._replace(submissions=Counted(state.submissions))
  questions.statuses(counted)
  assert looked == ["answers"]
  questions.final_labels(counted)
  assert looked == ["answers"] * 2
  questions.newest_answers(counted)
  assert looked == ["answers"] * 3
