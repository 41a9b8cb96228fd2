"""What a row needs, how often it is tried, and for how long."""

import dataclasses
import itertools
import os
import pathlib
import re
from collections.abc import Mapping

from alx.devices.processes import cores_here

_SHARED = "JAX_", "XLA_"  # variables that decide what a row computes
# But these: where it runs, what memory it takes there, where it finds programs.
_PLACING = re.compile(
  r"XLA_(PYTHON_)?CLIENT_\w+|JAX_\w+_VISIBLE_DEVICES|JAX_COMPILATION_CACHE_DIR"
)


@dataclasses.dataclass(frozen=True)
class Plan:
  """How the rows of a study are shared out."""

  engine: str  # of `table.ENGINES`
  cluster: str = ""  # where it is; "": an own one on this machine
  workers: int | None = None  # rows at once; None: as many as fit
  cpus: int = 1  # of a row
  gpus: int = 0  # of a row
  memory: float = 0.0  # of a row, GB; 0: not told
  retries: int = 2  # further tries of a row
  row_seconds: float | None = None  # of one try; None: no limit
  slurm: tuple[tuple[str, str], ...] = ()  # what submitit passes on


def environment_of(plan: Plan) -> dict[str, str]:
  """Variables of every row, the same on each machine.

  As many threads as a row has processors, or the last bits would depend on the
  machine; without GPUs asked for, no row takes one.
  """
  found = {name: os.environ[name] for name in filter(_decides, os.environ)}
  if not plan.gpus:
    found.setdefault("JAX_PLATFORMS", "cpu")
  return found | {"NPROC": str(plan.cpus)}


def own_of(environment: Mapping[str, str]) -> dict[str, str]:
  """Variables of a worker, without those that decide what a row computes."""
  names = itertools.filterfalse(_decides, environment)
  return {name: environment[name] for name in names}


def _decides(name):
  """Whether a variable decides what a row computes, wherever it is done."""
  return name.startswith(_SHARED) and not _PLACING.fullmatch(name)


def gpus_here() -> list[str]:
  """GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
  told = os.environ.get("CUDA_VISIBLE_DEVICES")
  if told is not None:
    return [name.strip() for name in told.split(",") if name.strip()]
  found = pathlib.Path("/dev").glob("nvidia[0-9]*")
  return [str(n) for n in sorted(int(p.name[6:]) for p in found)]


def memory_here() -> float:
  """GB of this machine; infinity if it does not tell."""
  try:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
  except (AttributeError, ValueError, OSError):
    return float("inf")


def workers_here(plan: Plan) -> int:
  """Rows at once on this machine.

  Raises:
    ValueError: if not one, or not as many as asked for, has what it needs.
  """
  has = {
    "cpus": (plan.cpus, len(cores_here())),
    "gpus": (plan.gpus, len(gpus_here())),
    "memory": (plan.memory, memory_here()),
  }
  fitting = [int(have // each) for each, have in has.values() if each]
  workers = plan.workers or max(1, min(fitting))
  for name, (each, have) in has.items():
    if workers * each > have:
      raise ValueError(
        f"{name}: wanted at most {have:g} on this machine, found {workers} "
        f"workers x {each:g}; fewer --workers or --{name}"
      )
  return workers


def refuse_gpus(plan: Plan) -> None:
  """Raises ValueError where rows would all be given the same GPU."""
  if plan.gpus:
    raise ValueError(
      "--gpus: wanted --engine=local, which shares out the GPUs of one "
      f"machine, or a --cluster that does, found --engine={plan.engine}"
    )
