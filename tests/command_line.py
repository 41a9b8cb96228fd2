"""Commands as their users type them."""

import contextlib
import importlib
import io
import json
import pathlib
import subprocess
import sys

from absl.testing import flagsaver

from alx.commands.command import parse

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


def errors_of(module, *cases):
  """The one line of each case, which the command must find wrong.

  All cases run in one process: most of a command's time is its imports.
  """
  script = "from tests.command_line import tell_errors; tell_errors()"
  words = [[str(word) for word in case] for case in cases]
  done = subprocess.run(
    [sys.executable, "-c", script, module, json.dumps(words)],
    capture_output=True,
    text=True,
    cwd=ROOT,
    timeout=120,
    check=True,
  )
  found = json.loads(done.stdout.splitlines()[-1])
  assert [code for code, _ in found] == [2] * len(cases), found
  lines = [text.strip().splitlines() for _, text in found]
  assert all(len(line) == 1 for line in lines), lines
  return [line[0] for line in lines]


def main_of(module):
  """The main of a command; scripts of experiments stand for alx.commands."""
  name = module.rpartition(".")[2]
  if (ROOT / "alx" / "commands" / f"{name}.py").exists():
    module = f"alx.commands.{name}"
  return importlib.import_module(module).main


def tell_errors():
  """In a process of its own: prints [exit code, stderr] of every case."""
  _, module, cases = sys.argv
  main = main_of(module)
  print(json.dumps([_ended(main, words) for words in json.loads(cases)]))


def _ended(main, words):
  text, code = io.StringIO(), 0
  with flagsaver.flagsaver(), contextlib.redirect_stderr(text):
    try:
      main(parse(["", *words]))
    except SystemExit as ended:
      code = ended.code
  return code, text.getvalue()
