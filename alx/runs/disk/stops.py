"""The end of a command by Ctrl-C, or by a scheduler's SIGTERM."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
_at = [""]


def code_of(number: int) -> int:
  """The exit code of a command that a signal has ended, as shells know it."""
  return 128 + number


def note(where: str) -> None:
  """What is told of the work if the command is stopped now."""
  _at[0] = where


@contextlib.contextmanager
def one_line(give_up: Callable[[], None]) -> Iterator[None]:
  """A signal ends the process in one line, with 130 or 143.

  Python raises nothing before a call into compiled code returns, which may be
  minutes, and a scheduler kills after half a minute or less. What is raised may
  also be swallowed on its way. So a thread ends the process where it stands,
  as SIGKILL would: what is on disk is whole at any moment. A second signal
  comes too late to do anything.

  Args:
    give_up: called by the thread before the end.
  """
  if threading.current_thread() is not threading.main_thread():
    yield  # signals are the main thread's
    return
  note("")
  reader, writer = os.pipe()
  os.set_blocking(writer, False)
  thread = threading.Thread(target=_watch, args=(reader, give_up), daemon=True)
  handlers = {number: signal.signal(number, _nothing) for number in SIGNALS}
  pipe = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
  thread.start()
  try:
    yield
  finally:
    signal.set_wakeup_fd(pipe)
    for number, handler in handlers.items():
      signal.signal(number, handler)
    os.close(writer)
    thread.join()
    os.close(reader)


def _nothing(*_):
  """The thread has seen it."""


def _watch(reader, give_up):
  """Reads the numbers of signals until there is one of ours."""
  while number := os.read(reader, 1):
    if number[0] in SIGNALS:
      try:
        give_up()
        _tell(SIGNALS[number[0]])
      finally:
        os._exit(code_of(number[0]))


def _tell(what):
  """One line, below what a progress bar has drawn, with a cursor again."""
  shown = "\n\x1b[?25h" if sys.stdout.isatty() else ""
  where = _at[0] or "before anything was finished"
  line = f"stopped by {what}: {where}; the same command goes on from there"
  text = line.encode("ascii", "backslashreplace").decode()
  flush = threading.Thread(target=sys.stdout.flush, daemon=True)
  flush.start()
  flush.join(0.5)  # a pipe that nobody reads is no reason to stay
  os.write(_number(sys.stdout, 1), shown.encode())
  os.write(_number(sys.stderr, 2), f"{text}\n".encode())


def _number(stream, usual):
  """Of the file behind a stream, which may have been moved."""
  try:
    return stream.fileno()
  except (AttributeError, OSError, ValueError):
    return usual
