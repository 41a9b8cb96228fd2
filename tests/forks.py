"""A command as forks of one process that has imported it.

Importing it takes seconds of a core, a fork none: for tests that start and
kill a command again and again. Nothing has started a backend before the fork.

python -m tests.forks MODULE
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import traceback

from alx.commands.command import parse
from tests import command_line as commands


class Forks:
  """The process that is forked, one command at a time."""

  def __init__(self, module: str, folder: pathlib.Path):
    """Starts it; `folder` is for logs and for what has been compiled."""
    self._folder = folder
    # A kill may leave half a file there, which no other test may find.
    env = os.environ | {"JAX_COMPILATION_CACHE_DIR": str(folder / "compiled")}
    self._server = subprocess.Popen(
      commands.command("tests.forks", module),
      cwd=commands.ROOT,
      env=env,
      text=True,
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
    )

  def start(self, *arguments, before: str = "") -> "Fork":
    """The command, running; `before` is Python that its process does first."""
    log = self._folder / "log.txt"
    line = json.dumps([str(log), before, *map(str, arguments)])
    print(line, file=self._server.stdin, flush=True)
    return Fork(int(self._server.stdout.readline()), self._server, log)

  def close(self) -> None:
    """Ends it."""
    self._server.communicate()


class Fork:
  """A running command, used as a `subprocess.Popen` is."""

  def __init__(self, pid, server, log):
    self._pid, self._server, self._log = pid, server, log
    self._code = None

  def poll(self) -> int | None:
    """The exit code, None while it runs."""
    try:
      os.kill(self._pid, 0)
    except ProcessLookupError:
      return self.wait()
    return None

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
    if self._code is None:
      status = int(self._server.stdout.readline())
      self._code = os.waitstatus_to_exitcode(status)
    return self._code

  def output(self) -> str:
    """What it wrote, also to stderr."""
    return self._log.read_text()


def _serve(module):
  """Forks for every line of stdin; tells the child's id and how it ended."""
  main = commands.main_of(module)
  for line in sys.stdin:
    log, before, *words = json.loads(line)
    child = os.fork()
    if not child:
      _become(main, words, log, before)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)


def _become(main, words, log, before):
  """The command, to its end."""
  with open(log, "wb") as file:
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
  code = 1
  try:
    exec(before, {})
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
  _serve(sys.argv[1])
