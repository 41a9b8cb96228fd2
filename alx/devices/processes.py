"""Which process this is, what it may use, and whether another has ended."""

import os
import pathlib
import platform
from typing import NamedTuple


class Process(NamedTuple):
  """A process, as others may write it down and ask for it later."""

  host: str
  numbering: str  # tells machines of one name, and containers, apart; or ""
  pid: int
  began: str  # clock ticks after the start of the machine; "" if unknown


def this_process() -> Process:
  """The one that asks."""
  return process_of(os.getpid())


def process_of(pid: int) -> Process:
  """One of this machine that runs."""
  return Process(platform.node(), _numbering(), pid, _stat(pid)[1])


def cores_here() -> list[int]:
  """Processors that this process may use."""
  if hasattr(os, "sched_getaffinity"):
    return sorted(os.sched_getaffinity(0))
  return list(range(os.cpu_count() or 1))


def has_ended(process: Process) -> bool:
  """Whether it is known to have ended; nothing is known of other machines.

  A number that a later process has been given again does not deceive where
  the system tells when processes began (Linux).
  """
  here = this_process()
  if (process.host, process.numbering) != (here.host, here.numbering):
    return False
  if is_gone(process.pid):
    return True
  began = _stat(process.pid)[1]
  return "" not in (began, process.began) and began != process.began


def is_running(process: Process) -> bool:
  """Whether it is known to run: itself, not one that has its number now.

  Nothing is known of other machines, nor where the system does not tell when
  processes began.
  """
  tells = "" not in (process.numbering, process.began)
  return (
    tells and process == process_of(process.pid) and not is_gone(process.pid)
  )


def is_gone(pid: int) -> bool:
  """Whether no process of this machine with that number, > 0, runs."""
  if os.name != "posix":  # elsewhere signal 0 is no question
    return False
  try:
    os.kill(pid, 0)
  except OSError as error:
    return isinstance(error, ProcessLookupError)
  return _stat(pid)[0] == "Z"  # ended, and its parent has not asked how


def _numbering():
  """The start of this machine and its space of process numbers (Linux)."""
  try:
    start = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    return f"{start.strip()} {os.readlink('/proc/self/ns/pid')}"
  except OSError:
    return ""


def _stat(pid):
  """(state, when it began) of a process that is there (Linux), or blanks."""
  try:
    text = pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
  except OSError:
    return "", ""
  fields = text.rpartition(")")[2].split()  # behind its name, which may be odd
  return fields[0], fields[19]
