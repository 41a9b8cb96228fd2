"""Commands, and what has to be so before one of them is imported."""

import os
import signal
import sys


def _be_utf8():
  """Starts Python anew in its UTF-8 mode where file names would be in another.

  Libraries that open files do not know the names that Python makes up for
  bytes which are no text to it.
  """
  if (
    sys.getfilesystemencoding() == "utf-8"
    or os.environ.get("PYTHONUTF8") == "1"
  ):
    return
  os.environ["PYTHONUTF8"] = "1"
  os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _end_quietly(number, _):
  os._exit(128 + number)


# What Python calls itself before it has found the module that -m names; or the
# console script.
if sys.argv[:1] == ["-m"] or os.path.basename(sys.argv[0]) == "alx":
  _be_utf8()
  for _number in (signal.SIGINT, signal.SIGTERM):  # until a command begins
    signal.signal(_number, _end_quietly)
