"""What compiled code writes and how it ends, in words of a command.

jax's service for several processes and gloo write to the file descriptors
themselves, hundreds of lines for the end of another process, and end this one
by SIGABRT before Python can say why.
"""

import ctypes
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable
from typing import TextIO

_MOST = 2**16  # bytes, of the end of what was said, that are looked at
_FATAL = re.compile(r"^F\d{4} .*\] (.*)$", re.MULTILINE)
_kept = []  # handlers, which compiled code may call at any time


def hush(silent: bool, aborted: Callable[[str], None]) -> None:
  """Compiled code is heard no more, and its abort is a call; Python's is heard.

  Args:
    silent: what Python prints is dropped, too; errors are not.
    aborted: called with what compiled code said last, instead of SIGABRT. Must
      end the process.
  """
  sys.stdout.flush()
  sys.stderr.flush()
  said, name = tempfile.mkstemp()
  os.unlink(name)
  if silent:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stdout = os.fdopen(nowhere, "w", encoding="utf-8")
  else:
    sys.stdout = _own(sys.stdout, 1)
  sys.stderr = _own(sys.stderr, 2)
  for number in (1, 2):
    os.dup2(said, number)
  _on_abort(lambda: aborted(_last_word(said)))


def _own(stream: TextIO, number: int) -> TextIO:
  """The stream at a descriptor of its own."""
  errors = getattr(stream, "errors", None) or "strict"
  encoding = getattr(stream, "encoding", None)
  line_buffering = getattr(stream, "line_buffering", False) or number == 2
  buffering = 1 if line_buffering else -1
  return os.fdopen(
    os.dup(number), "w", buffering, encoding=encoding, errors=errors
  )


def _last_word(file):
  """What was fatal, in a line; "" if nothing says so."""
  start = max(0, os.fstat(file).st_size - _MOST)
  text = os.pread(file, _MOST, start).decode("utf-8", "replace")
  found = _FATAL.findall(text)
  return found[-1] if found else ""


def _on_abort(function):
  """Calls it for SIGABRT, in whatever thread that is, as Python itself cannot.

  Python's own handlers wait for the main thread, and abort() does not.
  """
  if os.name != "posix":
    return
  kind = ctypes.CFUNCTYPE(None, ctypes.c_int)
  handler = kind(lambda _: function())
  libc = ctypes.CDLL(None)
  libc.signal.argtypes = ctypes.c_int, kind
  libc.signal.restype = ctypes.c_void_p
  libc.signal(signal.SIGABRT, handler)
  _kept.append(handler)
