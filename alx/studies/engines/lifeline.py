"""A row ends with the worker that started it, however that worker ends.

The worker holds the other end of the row's standard input. When it is gone,
also by SIGKILL, the row sends SIGTERM to itself, which frees its claim.
"""

import os
import signal
import sys
import threading

VARIABLE = "ALX_ENDS_WITH_STDIN"


def follow() -> None:
  """Begins to watch, where the one that started this process asks for it."""
  if os.environ.get(VARIABLE):
    threading.Thread(target=_watch, daemon=True).start()


def _watch():
  try:
    while os.read(sys.stdin.fileno(), 1):
      pass
  finally:
    os.kill(os.getpid(), signal.SIGTERM)
