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
  **{"a": "pool", "b": "asked", "c": "labelled", "d": "conflict"},
  **{"e": "labelled", "f": "labelled", "g": "skipped", "h": "labelled"},
  "i": "labelled",
}
LABELS = {"c": 5, "e": 9, "f": 1, "h": 3, "i": 3}


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
  assert list(questions.labelled(state, TRAIN)) == ["c", "e", "f", "h"]


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
