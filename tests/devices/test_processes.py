import os
import subprocess
import sys
import time

import pytest

from alx.devices import processes
from alx.devices.processes import (
  has_ended,
  is_gone,
  is_running,
  this_process,
)


@pytest.fixture
def child():
  """A process that waits for a line."""
  command = sys.executable, "-S", "-c", "input()"
  with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
    yield process
    process.kill()


def other(pid, **changes):
  """The process of that number, as it would tell of itself."""
  began = processes._stat(pid)[1]
  return this_process()._replace(pid=pid, began=began, **changes)


def test_a_living_process_has_not_ended(child):
  assert not has_ended(this_process()) and not is_gone(os.getpid())
  assert not has_ended(other(child.pid)) and not is_gone(child.pid)


def test_a_killed_one_has_ended_before_its_parent_knows(child):
  process = other(child.pid)
  child.kill()
  if sys.platform == "linux":
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert has_ended(process) and is_gone(child.pid)
  child.wait()
  assert has_ended(process) and is_gone(child.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_a_number_that_was_given_again_is_another_process(child):
  time.sleep(0.02)  # a tick is 0.01 s
  mine = this_process()
  assert has_ended(other(child.pid)._replace(began=mine.began))
  assert has_ended(mine._replace(began="1"))


@pytest.mark.parametrize("field", ["host", "numbering"])
def test_of_another_machine_or_container_nothing_is_known(child, field):
  process = other(child.pid, **{field: "elsewhere"})
  child.kill()
  child.wait()
  assert not has_ended(process)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_one_runs_if_it_is_itself(child):
  process = other(child.pid)
  assert is_running(process) and is_running(this_process())
  assert not is_running(process._replace(began="1"))  # its number, given again
  for field in ("host", "numbering"):
    assert not is_running(process._replace(**{field: "elsewhere"}))
  child.kill()
  os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
  assert not is_running(process)


def test_where_nobody_knows_when_it_began_none_is_known_to_run(monkeypatch):
  monkeypatch.setattr(processes, "_stat", lambda _: ("", ""))
  assert not is_running(this_process()) and not has_ended(this_process())


def test_a_process_of_somebody_else_has_not_ended(monkeypatch):
  def refuse(*_):
    raise PermissionError

  monkeypatch.setattr(os, "kill", refuse)
  monkeypatch.setattr(processes, "_stat", lambda _: ("", ""))
  process = this_process()._replace(pid=1, began="7")
  assert not is_gone(1) and not has_ended(process)
