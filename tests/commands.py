"""Commands as their users type them."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


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


def error_of(module, *arguments):
  """The one line of a command that finds its input wrong."""
  done = run(module, *arguments)
  assert done.returncode == 2, done.stderr
  (line,) = done.stderr.strip().splitlines()
  return line
