"""One try at a row, on the worker that got it: the command in a new process."""

import hashlib
import importlib.metadata
import os
import pathlib
import platform
import signal
import site
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from alx._version import __version__
from alx.studies.engines.lifeline import VARIABLE
from alx.studies.engines.plan import own_of

ENDED, LIMIT, REFUSED, LOST = "ended", "limit", "refused", "lost"
_PACKAGES = ("jax", "jaxlib")  # what decides the numbers beside alx
_GRACE_S = 10.0  # from SIGTERM to SIGKILL
_TAIL = 4096  # bytes of a log that its last line is looked for in


class Task(NamedTuple):
  """What a worker is told of a try: plain values that any engine carries."""

  words: tuple[str, ...]  # of the command, behind the interpreter
  title: str  # of the row
  number: int  # of the try, from 1
  log: str  # the file that it appends to
  study: str  # study.json, which the worker must see
  digest: str  # of its bytes
  versions: dict[str, str]  # what the worker must have
  environment: dict[str, str]  # what is set for the row
  seconds: float | None = None  # after which it is stopped
  cores: tuple[int, ...] = ()  # that it may use; (): as the worker


class Result(NamedTuple):
  """How a try ended."""

  how: str  # ENDED, LIMIT, REFUSED or LOST
  code: int  # of the command if it ended; minus a signal that killed it
  line: str  # why, in words
  place: str = ""  # the worker, as its engine calls it


def versions() -> dict[str, str]:
  """Of alx, and of what decides the numbers beside it, where this runs."""
  found = {name: importlib.metadata.version(name) for name in _PACKAGES}
  return {"alx": __version__, **found}


def digest_of(path: str) -> str:
  """Of the bytes of a file; "" if it cannot be read."""
  try:
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
  except OSError:
    return ""


def run(about: Mapping[str, Any], place: str = "") -> tuple:
  """Does a try to its end.

  Args:
    about: a `Task` as a mapping.
    place: what the engine calls this worker; "": its host.

  Returns:
    A `Result`, as a plain tuple.
  """
  host = platform.node()
  place = place or host
  why = _refusal(about, host)
  if why:
    return (REFUSED, 2, why, place)
  task = Task(**about)
  try:
    with open(task.log, "ab") as log:
      now = time.strftime("%Y-%m-%d %H:%M:%S")
      log.write(f"== try {task.number} on {host}, {now}\n".encode())
      log.flush()
      how, code = _wait(task, log)
    return (how, code, _last_line(task.log), place)
  except OSError as error:
    what = error.strerror or str(error)
    return (ENDED, 1, f"{host}: {task.log}: {what}", place)


def _refusal(about, host):
  """Why this worker may not do it; "" if it may."""
  mine = versions()
  for name, wanted in about["versions"].items():
    if mine.get(name) != wanted:
      return f"{host} has {name} {mine.get(name)}, wanted {wanted} as here"
  if digest_of(about["study"]) != about["digest"]:
    return f"{host} does not see this study: wanted {about['study']} there too"
  return ""


def _wait(task, log):
  """(how, exit code) of the command."""
  process = subprocess.Popen(
    [sys.executable, *task.words],
    stdin=subprocess.PIPE,
    stdout=log,
    stderr=subprocess.STDOUT,
    env=_environment(task),
    start_new_session=True,
  )
  try:
    if task.cores and hasattr(os, "sched_setaffinity"):
      os.sched_setaffinity(process.pid, task.cores)
    return ENDED, process.wait(task.seconds)
  except subprocess.TimeoutExpired:
    return LIMIT, 1
  finally:
    _stop(process)


def _environment(task):
  """Variables of the task; of the worker what a row does not depend on."""
  env = own_of(os.environ) | task.environment | {VARIABLE: "1"}
  root = str(pathlib.Path(__file__).resolve().parents[3])
  if root not in [*site.getsitepackages(), site.getusersitepackages()]:
    before = env.get("PYTHONPATH")
    env["PYTHONPATH"] = os.pathsep.join([root, *([before] if before else [])])
  return env


def _stop(process):
  """Ends it if it runs, so that it frees its claim if it can."""
  process.stdin.close()
  if process.poll() is not None:
    return
  process.send_signal(signal.SIGTERM)
  try:
    process.wait(_GRACE_S)
  except subprocess.TimeoutExpired:
    process.kill()
    process.wait()


def _last_line(log):
  with open(log, "rb") as file:
    file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
    lines = file.read().decode("utf-8", "replace").split("\n")
  lines = [line.strip() for line in lines if line.strip()]
  return lines[-1] if lines else ""
