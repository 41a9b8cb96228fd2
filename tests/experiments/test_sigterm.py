import hashlib
import os
import signal

import pytest

from experiments import sigterm
from experiments.sigterm import ends_on_sigterm


def send(number):
  os.kill(os.getpid(), number)


@pytest.fixture
def ended(monkeypatch):
  """What ended the process by force, in turn."""
  events = []
  monkeypatch.setattr(os, "_exit", events.append)
  return events


def test_the_block_is_left_before_the_process_ends(ended):
  before = signal.getsignal(signal.SIGTERM)
  with ends_on_sigterm(ended.clear, 5):
    try:
      send(signal.SIGTERM)
    finally:
      ended.append("left")
  assert ended == ["left", sigterm.CODE] and sigterm.CODE == 143
  assert signal.getsignal(signal.SIGTERM) is before


def test_a_busy_process_gives_up_and_is_ended(ended):
  def give_up():
    ended.append("given up")

  with ends_on_sigterm(give_up, 0.0):
    try:
      send(signal.SIGTERM)
    finally:  # compiled code that knows nothing of signals
      for _ in range(100):
        hashlib.pbkdf2_hmac("sha256", b"", b"", 20_000)
        if len(ended) == 2:
          break
      ended.append("left")
  assert ended == ["given up", 143, "left", 143]


def test_other_signals_and_quiet_blocks_are_left_alone(ended):
  with pytest.raises(KeyboardInterrupt), ends_on_sigterm(ended.clear, 0.0):
    send(signal.SIGINT)
  with ends_on_sigterm(ended.clear, 0.0):
    pass
  assert ended == [] and signal.set_wakeup_fd(-1) == -1
