"""A project that several write to, each in its turn."""

import os
import threading

import pytest

from alx import projects
from alx.data.dataset import DataError
from alx.projects.store import log
from alx.projects.store.project import fitting
from alx.projects.store.shared import look_at, share
from alx.runs.disk.claim import Held
from tests.projects import small_projects


@pytest.fixture
def place(tmp_path):
  return small_projects.of_volumes(tmp_path, 2)


def noted(number):
  return "opened", {"case": "case_001", "reader": "a", "seconds": number}


def kinds(place):
  return [event.kind for event in log.read(place)[0]]


def test_what_others_add_is_read_first(place):
  one, two = share(place), look_at(place)
  one.add(noted(1.0))
  two.add(noted(2.0))
  one.add(noted(3.0))
  assert one.state.opened == {("case_001", "a"): 6.0}
  assert two.look().opened == one.state.opened
  assert kinds(place)[-3:] == ["opened"] * 3
  assert projects.verify(place) == []


def test_threads_take_turns(place):
  one = share(place)
  threads = [
    threading.Thread(target=one.add, args=(noted(1.0),)) for _ in range(8)
  ]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert one.state.opened == {("case_001", "a"): 8.0}
  assert projects.verify(place) == []


def test_commands_and_it_wait_for_each_other(place):
  one = share(place, wait_s=0.05)
  with projects.working(place) as other:
    other.add(noted(1.0))
    with pytest.raises(Held):
      one.add(noted(2.0))
    one.look()  # waits for nobody
  one.add(noted(2.0))
  assert one.state.opened == {("case_001", "a"): 3.0}
  with one.turn(), pytest.raises(Held), projects.working(place):
    pass


def test_a_line_that_a_kill_cut_short_is_cut_off(place):
  one = share(place)
  other = look_at(place)
  other.add(noted(1.0))
  with open(place / log.LOG, "ab") as file:
    file.write(b'{"n": 7, "ti')
  one.add(noted(2.0))
  assert one.state.opened == {("case_001", "a"): 3.0}
  assert projects.verify(place) == []


def test_a_log_that_was_changed_is_refused(place):
  one = share(place)
  with open(place / log.LOG, "ab") as file:
    file.write(b'{"n": 7}\n')
  with pytest.raises(DataError, match="nobody has changed"):
    one.add(noted(1.0))


def test_a_log_that_lost_lines_is_refused(place):
  one = share(place)
  os.truncate(place / log.LOG, 10)
  with pytest.raises(DataError, match="nobody has changed"):
    one.add(noted(1.0))


def test_numbers_are_given_once(place):
  one, two = share(place), look_at(place)
  made = {"round": 1, "model": 0, "method": "random"}
  one.add(("round_made", made))
  with pytest.raises(DataError, match="try again"):
    two.add(("round_made", made))
  with pytest.raises(DataError, match="try again"):
    two.add(("promoted", {"version": 1, "from": 3}))


def test_a_fit_keeps_what_it_has_half_written(place):
  half = place / "models" / ".partial-v001"
  half.mkdir(parents=True)
  with fitting(place), projects.working(place):
    assert half.is_dir()
  with projects.working(place):
    assert not half.exists()


def test_one_process_fits_at_a_time(place):
  with fitting(place), pytest.raises(Held), fitting(place):
    pass
