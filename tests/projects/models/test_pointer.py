import functools

import pytest

from alx.projects.models.gate import Check, Decision
from alx.projects.models.pointer import Pointer, moved, promotion, rollback
from alx.projects.models.versions import make_version
from tests.project_versions import record

YES = Decision(True, (Check("margin", True, "fine"),))
NO = Decision(False, (Check("margin", False, "worse"),))
FIRST, SECOND, THIRD = (make_version(**record(n)) for n in (1, 2, 3))


def served(*versions):
  pointer = Pointer()
  for version in versions:
    pointer = moved(pointer, promotion(pointer, version, YES))
  return pointer


def test_a_promoted_version_serves_and_a_held_one_does_not():
  pointer = served(FIRST, SECOND)
  assert pointer == Pointer(SECOND.id, (FIRST.id, SECOND.id))
  event = promotion(pointer, THIRD, NO)
  assert event["type"] == "held" and event["reasons"] == ["worse"]
  assert moved(pointer, event) == pointer


@pytest.mark.parametrize("kind", ["fit_requested", "fit_done", "gated", "held"])
def test_nothing_else_moves_it(kind):
  pointer = served(FIRST)
  event = {"type": kind, "version": SECOND.id, "before": "other"}
  assert moved(pointer, event) == pointer


def test_rollback_goes_to_the_version_before():
  pointer = served(FIRST, SECOND, THIRD)
  event = rollback(pointer, "misses small lesions")
  assert event["version"] == SECOND.id and event["before"] == THIRD.id
  once = moved(pointer, event)
  assert once == Pointer(SECOND.id, (FIRST.id, SECOND.id))
  twice = moved(once, rollback(once, "again"))
  assert twice == Pointer(FIRST.id, (FIRST.id,))
  with pytest.raises(ValueError, match="served before, found none"):
    rollback(twice, "again")


def test_rollback_to_one_that_is_named():
  pointer = served(FIRST, SECOND, THIRD)
  found = moved(pointer, rollback(pointer, "why", FIRST.id))
  assert found == Pointer(FIRST.id, (FIRST.id,))
  with pytest.raises(ValueError, match="wanted a version that served before"):
    rollback(served(FIRST, SECOND), "why", THIRD.id)
  with pytest.raises(ValueError, match="wanted a reason"):
    rollback(pointer, " ")


def test_the_log_gives_the_pointer_again():
  pointer, log = Pointer(), []
  for step in (FIRST, SECOND, "back", THIRD, "back"):
    event = (
      rollback(pointer, "why")
      if step == "back"
      else promotion(pointer, step, YES)
    )
    log.append(event)
    pointer = moved(pointer, event)
  assert functools.reduce(moved, log, Pointer()) == pointer
  assert pointer.current == FIRST.id


def test_an_event_of_another_pointer_is_refused():
  event = promotion(Pointer(), FIRST, YES)
  with pytest.raises(ValueError, match="promoted: wanted the pointer at ''"):
    moved(served(SECOND), event)
  with pytest.raises(ValueError, match="v001 serves already"):
    promotion(served(FIRST), FIRST, YES)
