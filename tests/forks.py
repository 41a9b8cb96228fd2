"""Commands as forks of one process that has imported what all of them need.

Importing it takes seconds of a core, a fork none: for tests that start and
kill commands again and again. Nothing has started a backend before the fork,
and no flag is defined: a command is imported by its own process.

python -m tests.forks
"""

import atexit
import functools
import importlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import traceback

import alx.runs.experiment  # noqa: F401, what takes its time
from alx.commands.command import parse
from tests import ir_contexts

ROOT = pathlib.Path(__file__).resolve().parents[1]
_ENVIRONMENT = dict(os.environ)  # before a test changes it for itself


@functools.cache
def shared() -> "Forks":
  """The one of all tests in this process that kill nothing that compiles."""
  folder = tempfile.TemporaryDirectory(prefix="alx-forks-")
  compiled = _ENVIRONMENT["JAX_COMPILATION_CACHE_DIR"]
  forks = Forks(pathlib.Path(folder.name), compiled)
  atexit.register(folder.cleanup)
  atexit.register(forks.close)  # before the other
  return forks


class Forks:
  """The process that is forked; its commands may run side by side."""

  def __init__(self, folder: pathlib.Path, compiled: str = ""):
    """Starts it; `folder` is for logs and for what has been compiled.

    A kill may leave half a file of what has been compiled, which no other test
    may find: `compiled` is a folder for commands that are not killed then.
    """
    self._folder, self._started = folder, 0
    compiled = compiled or str(folder / "compiled")
    env = _ENVIRONMENT | {"JAX_COMPILATION_CACHE_DIR": compiled}
    self._server = subprocess.Popen(
      [sys.executable, "-m", "tests.forks"],
      cwd=ROOT,
      env=env,
      text=True,
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
    )

  def start(self, module: str, *arguments, before: str = "") -> "Fork":
    """python -m experiments.MODULE arguments, running.

    `before` is Python that its process does first.
    """
    self._started += 1
    log = self._folder / f"log{self._started}.txt"
    words = str(log), before, module, *map(str, arguments)
    return Fork(self.tell("start", *words), self, log)

  def tell(self, *order) -> int:
    """The answer of the process."""
    print(json.dumps(order), file=self._server.stdin, flush=True)
    return int(self._server.stdout.readline())

  def close(self) -> None:
    """Ends it."""
    self._server.communicate()


class Fork:
  """A running command, used as a `subprocess.Popen` is."""

  def __init__(self, pid, forks, log):
    self._pid, self._forks, self._log = pid, forks, log
    self._code = None

  def poll(self) -> int | None:
    """The exit code, None while it runs."""
    return self._ask("poll")

  def kill(self) -> None:
    """Sends SIGKILL if it has not ended."""
    if self.poll() is None:
      os.kill(self._pid, signal.SIGKILL)

  def send(self, number: int) -> None:
    """Sends a signal."""
    os.kill(self._pid, number)

  @property
  def pid(self) -> int:
    """Its number."""
    return self._pid

  def ended(self) -> tuple[int, str]:
    """(exit code, what it wrote), once it has ended."""
    return self.wait(), self.output()

  def wait(self) -> int:
    """The exit code, once it has ended; minus the signal of a killed one."""
    return self._ask("wait")

  def _ask(self, order):
    if self._code is None:
      status = self._forks.tell(order, self._pid)
      if status >= 0:
        self._code = os.waitstatus_to_exitcode(status)
    return self._code

  def output(self) -> str:
    """What it wrote, also to stderr."""
    return self._log.read_text()


def main_of(module):
  """The main of a command; scripts of experiments stand for alx.commands."""
  name = module.removeprefix("experiments.").removeprefix("alx.commands.")
  ours = (ROOT / "alx" / "commands" / f"{name}.py").exists()
  place = "alx.commands" if ours else "experiments"
  return importlib.import_module(f"{place}.{name}").main


def _serve():
  """Starts, polls or waits for a child for every line of stdin."""
  ir_contexts.install()
  for line in sys.stdin:
    order, *about = json.loads(line)
    print(_ORDERS[order](*about), flush=True)


def _start(log, before, module, *words):
  """The child's id."""
  child = os.fork()
  if not child:
    _become(module, words, log, before)
  return child


def _poll(child):
  """How it ended, -1 while it runs."""
  ended, status = os.waitpid(child, os.WNOHANG)
  return status if ended else -1


def _wait(child):
  """How it ended."""
  return os.waitpid(child, 0)[1]


_ORDERS = {"start": _start, "poll": _poll, "wait": _wait}


def _become(module, words, log, before):
  """The command, to its end."""
  with open(log, "wb") as file:
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
  code = 1
  try:
    exec(before, {})
    main = main_of(module)
    main(parse(["", *words]))
    code = 0
  except SystemExit as ended:
    code = ended.code
  except BaseException:
    traceback.print_exc()
  finally:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
  _serve()
