import subprocess
import sys

import pytest

# Compiled code writes to descriptors and aborts from a thread of its own.
CODE = """
import ctypes, os, sys, threading, time
from alx.devices import hushed

def aborted(word):
  sys.stderr.write(f"aborted: {word}\\n")
  sys.stderr.flush()
  os._exit(7)

hushed.hush(silent=SILENT, aborted=aborted)
print("of Python")
sys.stdout.flush()
os.write(1, b"of gloo\\n")
os.write(2, WORDS)
threading.Thread(target=ctypes.CDLL(None).abort).start()
time.sleep(20)
"""


@pytest.mark.parametrize(
  ("silent", "words", "out", "end"),
  [
    (
      False,
      b"F1129 15:16 7 client.h:80] no service\n",
      "of Python\n",
      "no service",
    ),
    (True, b"terminate called\n", "", ""),
  ],
)
def test_compiled_code_is_not_heard_and_its_abort_is(silent, words, out, end):
  _check(repr(silent), repr(words), out, end)


def test_why_it_ended_is_told_however_much_was_said_before():
  much = "800 * (b'W1129 ' + 100 * b'.' + b'\\n') + b'F1129 7] no service\\n'"
  _check("True", much, "", "no service")


def _check(silent, words, out, end):
  code = CODE.replace("SILENT", silent).replace("WORDS", words)
  done = subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True, check=False
  )
  assert (done.returncode, done.stdout) == (7, out), done.stderr
  assert done.stderr == f"aborted: {end}\n"
