"""Seconds at work, from the moments that a page tells."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import pytest

from alx.projects.exchange.refused import Refused
from alx.serve.page.times import active_seconds


def seconds(*events):
  return active_seconds([list(e) for e in events], "anna", "case_001")


def test_pauses_do_not_count_and_long_gaps_count_up_to_ten_minutes():
  assert seconds(("open", 0), ("submit", 42.5)) == 42.5
  paused = ("open", 0), ("pause", 10), ("resume", 500), ("submit", 505)
  assert seconds(*paused) == 15
  away = ("open", 0), ("first_edit", 5), ("submit", 4000)
  assert seconds(*away) == 605


@pytest.mark.parametrize(
  "events",
  [
    None,
    {},
    "open",
    [],
    [["open", 0]],
    [["open", 0], ["submit", -1]],
    [["open", 0], ["submit", float("nan")]],
    [["open", 0], ["submit", "1"]],
    [["open", 0], ["stare", 1]],
    [["submit", 0], ["open", 1]],
    [["open", 0], ["submit", 1, 2]],
    [["open", 0], 5],
    [["open", 0], *[["edit", 1]] * 20_000],
  ],
)
def test_what_is_no_log_is_refused(events):
  with pytest.raises(Refused, match="times: ") as error:
    active_seconds(events, "anna", "case_001")
  assert error.value.code == 400
