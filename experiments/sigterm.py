"""The end of a command that a scheduler ends by SIGTERM."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

CODE = 128 + signal.SIGTERM
GRACE_S = 3.0


class _Told(BaseException):
  """The main thread was told to end."""


@contextlib.contextmanager
def ends_on_sigterm(
  give_up: Callable[[], None], grace_s: float = GRACE_S
) -> Iterator[None]:
  """SIGTERM leaves the block, and ends the process with `CODE`.

  Python raises nothing before a call into compiled code returns, which may be
  minutes, and a scheduler kills after half a minute or less. So a thread waits
  for the block to be left, and if that is too slow calls `give_up` and ends
  the process as it is. It is never ended as usual: Python would take down
  libraries that still compute.

  Args:
    give_up: called by the thread.
    grace_s: seconds that it waits.
  """
  reader, writer = os.pipe()
  os.set_blocking(writer, False)
  over = threading.Event()
  args = reader, over, give_up, grace_s
  thread = threading.Thread(target=_watch, args=args, daemon=True)
  thread.start()
  handler = signal.signal(signal.SIGTERM, _raise)
  pipe = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
  try:
    yield
  except _Told:
    os._exit(CODE)
  finally:
    signal.set_wakeup_fd(pipe)
    signal.signal(signal.SIGTERM, handler)
    over.set()
    os.close(writer)
    thread.join()
    os.close(reader)


def _raise(*_):
  raise _Told


def _watch(reader, over, give_up, grace_s):
  """Reads the numbers of signals until there is SIGTERM, or the block ends."""
  while number := os.read(reader, 1):
    if number[0] == signal.SIGTERM:
      if not over.wait(grace_s):
        give_up()
        os._exit(CODE)
      return
