import functools

import pytest

from alx.projects.models.gate import Check, Decision
from alx.projects.models.pointer import Pointer, decided, moved, rollback

YES = Decision(True, (Check("margin", True, "fine"),))
NO = Decision(False, (Check("margin", False, "worse"),))


def after(pointer, events):
  return functools.reduce(moved, events, pointer)


def served(*versions):
  pointer = Pointer()
  for version in versions:
    pointer = after(pointer, decided(pointer, version, YES))
  return pointer


def test_a_promoted_version_serves_and_a_held_one_does_not():
  pointer = served(1, 2)
  assert pointer == Pointer(2, (1, 2))
  events = decided(pointer, 3, NO)
  assert events == [
    (
      "gated",
      {"version": 3, "against": 2, "decision": "held", "lines": ["worse"]},
    )
  ]
  assert after(pointer, events) == pointer


@pytest.mark.parametrize("kind", ["fit_requested", "fit_done", "gated"])
def test_nothing_else_moves_it(kind):
  event = kind, {"version": 2, "from": 9, "to": 2}
  assert moved(served(1), event) == served(1)


def test_rollback_goes_to_the_version_that_served_before():
  pointer = served(1, 3, 2)
  event = rollback(pointer, reason="misses small lesions")
  wanted = {"from": 2, "to": 3, "reason": "misses small lesions"}
  assert event == ("rolled_back", wanted)
  once = moved(pointer, event)
  assert once == Pointer(3, (1, 3))
  twice = moved(once, rollback(once))
  assert twice == Pointer(1, (1,))
  with pytest.raises(ValueError, match="served before, found none"):
    rollback(twice)


def test_rollback_to_one_that_is_named():
  pointer = served(1, 2, 3)
  assert moved(pointer, rollback(pointer, 1)) == Pointer(1, (1,))
  with pytest.raises(ValueError, match=r"before \(v001, v002\), found 4"):
    rollback(pointer, 4)
  with pytest.raises(ValueError, match="found 3"):
    rollback(pointer, 3)


def test_the_log_gives_the_pointer_again():
  pointer, log = Pointer(), []
  for step in (1, 2, "back", 3, "back"):
    news = (
      [rollback(pointer)] if step == "back" else decided(pointer, step, YES)
    )
    log += news
    pointer = after(pointer, news)
  assert after(Pointer(), log) == pointer == Pointer(1, (1,))


def test_an_event_of_another_pointer_is_refused():
  with pytest.raises(ValueError, match="promoted: wanted the pointer at 0"):
    after(served(2), decided(Pointer(), 1, YES))
  with pytest.raises(ValueError, match="v001 serves already"):
    decided(served(1), 1, YES)
