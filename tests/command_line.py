"""Commands as their users type them."""

import contextlib
import io
import json
import subprocess
import sys

from absl.testing import flagsaver

from alx.commands.command import parse
from tests import forks
from tests.forks import ROOT, main_of


def command(module, *arguments):
  """The words of a command: python -m module arguments."""
  return [sys.executable, "-m", module, *map(str, arguments)]


def run(module, *arguments, cwd=ROOT):
  """What the command printed, and its exit code."""
  return subprocess.run(
    command(module, *arguments),
    capture_output=True,
    text=True,
    cwd=cwd,
    timeout=120,
    check=False,
  )


def help_of(module):
  """The exit code of python -m module --help, and what it prints."""
  script = (
    "import runpy, sys; sys.argv[1:] = ['--help']; "
    f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
  )
  return forks.shared().start(module, before=script).ended()


def ends_of(module, *cases, home=None):
  """(exit code, stderr) of each case, with another home folder if it is told.

  All cases run in one process: most of a command's time is its imports.
  """
  words = [[str(word) for word in case] for case in cases]
  script = f"import os; os.environ['HOME'] = {str(home)!r}; " if home else ""
  script += "from tests.command_line import tell_errors; "
  script += f"tell_errors({module!r}, {words!r})"
  code, told = forks.shared().start(module, before=script).ended()
  assert code == 0, told
  return json.loads(told.splitlines()[-1])


def errors_of(module, *cases):
  """The one line of each case, which the command must find wrong."""
  found = ends_of(module, *cases)
  assert [code for code, _ in found] == [2] * len(cases), found
  lines = [text.strip().splitlines() for _, text in found]
  assert all(len(line) == 1 for line in lines), lines
  return [line[0] for line in lines]


def tell_errors(module, cases):
  """Prints [exit code, stderr] of every case, and ends the process."""
  main = main_of(module)
  print(json.dumps([_ended(main, words) for words in cases]))
  sys.exit(0)


def _ended(main, words):
  text, code = io.StringIO(), 0
  with flagsaver.flagsaver(), contextlib.redirect_stderr(text):
    try:
      main(parse(["", *words]))
    except SystemExit as ended:
      code = ended.code
  return code, text.getvalue()
