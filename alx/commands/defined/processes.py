"""One command as several processes that share its fits: flags, begin and end.

Process 0 writes and tells; the others compute. Where one ends before its work
is done, all do.
"""

import contextlib
import dataclasses
import importlib.metadata
import os
import platform
import sys
import threading
import traceback
from collections.abc import Iterator

import jax
from absl import flags
from rich.console import Console

import alx
from alx.commands import command
from alx.data.dataset import DataError
from alx.devices import cluster, distributed, hushed
from alx.devices.company import Company
from alx.runs.disk.claim import Held, give_up_all
from alx.runs.disk.records import Diverged
from alx.runs.settings.config import PATHS
from alx.runs.settings.kept import Kept

flags.disclaim_key_flags()  # those defined here are the callers' own

_PACKAGES = ("jax", "jaxlib", "numpy", "flax", "optax", "orbax-checkpoint")
_GOES_ON = "the same commands go on from the last checkpoint"
_company: list[Company] = []  # none, or that of this process
_ending = threading.Lock()


def define() -> None:
  """--coordinator, --num_processes and --process_id."""
  flags.DEFINE_string(
    "coordinator",
    None,
    "host:port of process 0, where several processes share each fit: give all "
    "of them the same command but for --process_id. auto: the first node of a "
    "SLURM job (srun). Without it this process is alone.",
  )
  flags.DEFINE_integer(
    "num_processes",
    None,
    "How many share each fit; under srun and mpirun their tasks.",
    1,
  )
  flags.DEFINE_integer(
    "process_id",
    None,
    "Of this one, from 0 on; process 0 writes. Under srun and mpirun the task.",
    0,
  )


def are_several() -> bool:
  """Whether the flags say so; a command without them is one process."""
  return _place() is not None


def _place():
  names = "coordinator", "num_processes", "process_id"
  values = (flags.FLAGS[n].value if n in flags.FLAGS else None for n in names)
  return cluster.place_of(*values)


def join(asked: Kept, console: Console) -> Kept:
  """What is asked for, on all processes alike; alone at once.

  Args:
    asked: by the flags of this process.
    console: tells nothing on all but the first.

  Raises:
    ValueError: for half an address, a process that differs or does not come.
  """
  place = _place()
  if place is None:
    return asked
  hushed.hush(silent=place.process_id > 0, aborted=_aborted)
  console.quiet = place.process_id > 0
  _company.append(distributed.join(place, _about(asked), _end))
  count = asked.config.fit_devices
  if count == 1 and not _says_devices():
    count = jax.device_count()
  distributed.connect_devices(count)
  config = dataclasses.replace(asked.config, fit_devices=count)
  return asked._replace(config=config)


def _says_devices():
  return any(
    text.startswith("fit_devices=") for text in flags.FLAGS["set"].value
  )


def _about(asked):
  """What must be the same everywhere, by name."""
  versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
  python = ".".join(platform.python_version_tuple()[:2])
  settings = {
    name: repr(value)
    for name, value in dataclasses.asdict(asked.config).items()
    if name not in PATHS  # they may differ; the data are compared
  }
  others = {"streamed": asked.streamed, "baselines": asked.baselines}
  others = {name: repr(value) for name, value in others.items()}
  about = {"alx": alx.__version__, **versions, "python": python}
  return about | settings | others


@contextlib.contextmanager
def together() -> Iterator[None]:
  """A command that ends with the others; around all of it.

  Of several processes one that has joined them ends by itself here: jax would
  wait for the others, and end it by SIGABRT.
  """
  code = 0
  try:
    yield
  except SystemExit as error:
    if not _company:
      raise
    code = error.code if isinstance(error.code, int) else 1
  except BaseException:
    if not _company:
      raise
    traceback.print_exc()
    code = 1
  if not _company:
    return
  company = _company[0]
  if code:
    company.stop(code)
  else:
    company.leave()
  with contextlib.suppress(OSError):
    sys.stdout.flush()
    sys.stderr.flush()
  os._exit(code)


@contextlib.contextmanager
def patient() -> Iterator[None]:
  """What fails because another process has ended is told as its end."""
  try:
    yield
  except (DataError, Held, Diverged):
    raise
  except Exception as error:
    if _company:
      _company[0].await_verdict()
      if "Gloo" in str(error):
        _end(f"the processes lost each other: {command.one_line(error)}", 1)
    raise


@contextlib.contextmanager
def beginning() -> Iterator[None]:
  """Before work: wrong input is one line, the end of another process, too."""
  with command.wrong_input(), patient():
    yield


def _aborted(word):
  """Compiled code ends this process: most often as another one has ended."""
  if _company:
    _company[0].await_verdict()
  _end(f"jax ended this process: {word or 'SIGABRT'}", 1)


def _end(why, code):
  """The end of this process, in one line, from any thread."""
  _ending.acquire()  # for good: it ends once
  give_up_all()
  how = "see what it said" if code in (2, 3) else _GOES_ON
  sys.stderr.write(f"error: {command.one_line(why)}; {how}\n")
  sys.stderr.flush()
  os._exit(code)
