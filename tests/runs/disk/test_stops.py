import hashlib
import os
import signal
import threading

import pytest

from alx.runs.disk import stops


@pytest.fixture
def events(monkeypatch):
  """What ended the process by force, in turn."""
  events = []
  monkeypatch.setattr(os, "_exit", events.append)
  return events


def stop(number, events, where=""):
  """A process that is busy with compiled code when the signal comes."""
  with stops.one_line(lambda: events.append("given up")):
    if where:
      stops.note(where)
    os.kill(os.getpid(), number)
    for _ in range(200):
      hashlib.pbkdf2_hmac("sha256", b"", b"", 20_000)
      if len(events) == 2:
        return


@pytest.mark.parametrize(
  ("number", "code", "name"),
  [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")],
)
def test_a_signal_is_one_line_and_a_code(events, capfd, number, code, name):
  stop(number, events, "entropy, seed 0, round 3: training, rounds are kept")
  assert events == ["given up", code]
  out, err = capfd.readouterr()
  assert out == "" and err == (
    f"stopped by {name}: entropy, seed 0, round 3: training, rounds are kept; "
    "the same command goes on from there\n"
  )


def test_nothing_is_known_at_first_and_any_name_can_be_told(events, capfd):
  stop(signal.SIGINT, events)
  assert "before anything was finished" in capfd.readouterr().err
  events.clear()
  stop(signal.SIGINT, events, "Gefäß")
  assert r"Gef\xe4\xdf" in capfd.readouterr().err


def test_quiet_blocks_and_handlers_are_left_alone(events):
  before = [signal.getsignal(number) for number in stops.SIGNALS]
  with stops.one_line(events.clear):
    pass
  with pytest.raises(KeyError), stops.one_line(events.clear):
    raise KeyError
  assert events == [] and signal.set_wakeup_fd(-1) == -1
  assert [signal.getsignal(number) for number in stops.SIGNALS] == before


def test_another_thread_has_no_signals():
  done = []

  def work():
    with stops.one_line(done.clear):
      done.append(1)

  thread = threading.Thread(target=work)
  thread.start()
  thread.join()
  assert done == [1]
