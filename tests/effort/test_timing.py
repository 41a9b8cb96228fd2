"""Seconds of scripted logs, to the second."""

import math

import pytest

from alx.effort.timing import Event, sittings_of


def events(*lines):
  return [Event(*line) for line in lines]


def test_active_and_elapsed_seconds():
  found = sittings_of(
    events(
      ("ann", "a", "open", 0.0),
      ("ann", "a", "first_edit", 20.0),
      ("ann", "a", "pause", 50.0),
      ("ann", "a", "resume", 950.0),
      ("ann", "a", "submit", 1000.0),
      ("ann", "b", "open", 1010.0),
      ("ann", "b", "skip", 1015.0),
    )
  )
  assert found[0][:6] == ("ann", "a", "submit", 1000.0, 100.0, 0)
  assert (found[0].first_edit_s, found[0].order) == (20.0, 0)
  assert found[1][:5] == ("ann", "b", "skip", 5.0, 5.0)
  assert math.isnan(found[1].first_edit_s)
  assert found[1].order == 1


def test_an_idle_gap_counts_up_to_the_limit():
  log = events(
    ("ann", "a", "open", 0.0),
    ("ann", "a", "edit", 601.0),
    ("ann", "a", "submit", 1201.0),
  )
  found = sittings_of(log)[0]
  assert (found.elapsed_s, found.active_s, found.idle_gaps) == (1201, 1200, 1)
  short = sittings_of(log, idle_s=60.0)[0]
  assert (short.active_s, short.idle_gaps) == (120.0, 2)


def test_readers_in_any_mixture_and_a_log_that_breaks_off():
  found = sittings_of(
    events(
      ("ann", "a", "open", 5.0),
      ("bob", "a", "open", 1.0),
      ("ann", "a", "edit", 8.0),
      ("bob", "a", "submit", 4.0),
    )
  )
  assert [(s.reader, s.ended, s.elapsed_s) for s in found] == [
    ("ann", "", 3.0),
    ("bob", "submit", 3.0),
  ]


def test_a_case_may_be_opened_again():
  found = sittings_of(
    events(
      ("ann", "a", "open", 0),
      ("ann", "a", "submit", 3),
      ("ann", "a", "open", 10),
      ("ann", "a", "submit", 14),
    )
  )
  assert [s.active_s for s in found] == [3, 4]


@pytest.mark.parametrize(
  ("lines", "told"),
  [
    ([("open", 0, "a"), ("open", 1, "b")], "a is still open"),
    ([("open", 0, "a"), ("submit", 1, "b")], "the case is not open"),
    ([("submit", 0, "a")], "the case is not open"),
    ([("open", 5, "a"), ("submit", 4, "a")], "1 s before the last one's"),
    (
      [("open", 0, "a"), ("submit", 9, "a"), ("open", 7, "b")],
      "2 s before the last one's",
    ),
    ([("open", 0, "a"), ("resume", 1, "a")], "it is not paused"),
    (
      [("open", 0, "a"), ("pause", 1, "a"), ("pause", 2, "a")],
      "paused already",
    ),
    ([("open", 0, "a"), ("pause", 1, "a"), ("edit", 2, "a")], "it is paused"),
    ([("open", 0, "a"), ("sumbit", 1, "a")], "the kinds are open"),
    ([("open", math.nan, "a")], "its time is nan"),
    ([("open", "12:00", "a")], "its time is '12:00'"),
    ([("open", None, "a")], "its time is None"),
  ],
)
def test_a_log_that_cannot_be_right_is_refused(lines, told):
  log = [Event("ann", case, kind, time) for kind, time, case in lines]
  with pytest.raises(ValueError, match=told) as raised:
    sittings_of(log)
  assert "\n" not in str(raised.value)


@pytest.mark.parametrize("idle_s", [0, -1, math.inf, "10", True])
def test_the_idle_rule_is_a_number_of_seconds(idle_s):
  with pytest.raises(ValueError, match="idle_s"):
    sittings_of([], idle_s)
