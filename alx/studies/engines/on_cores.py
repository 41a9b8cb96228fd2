"""Rows side by side on this machine, each on its own processors and GPUs."""

import pathlib
import platform
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from alx.devices.processes import cores_here
from alx.studies.engines import attempt
from alx.studies.engines.attempt import Result, Task
from alx.studies.engines.plan import Plan, gpus_here, workers_here


class _Slot(NamedTuple):
  cores: tuple[int, ...]
  gpus: tuple[str, ...]


class Cores:
  """An `Engine` of threads, each of which waits for one row."""

  def __init__(self, plan: Plan):
    """Shares out what the machine has; ValueError if that is too little."""
    self.slots = workers_here(plan)
    self.about = f"{self.slots} at once on {platform.node()}"
    cores, gpus = cores_here(), gpus_here()
    self._free = [
      _Slot(_part(cores, plan.cpus, n), _part(gpus, plan.gpus, n))
      for n in range(self.slots)
    ]
    self._pool = ThreadPoolExecutor(self.slots)

  def start(self, task: Task, avoid: frozenset[str]) -> tuple[Future, _Slot]:
    """A free slot does it."""
    slot = self._free.pop(0)
    env = dict(task.environment)
    if slot.gpus:
      env["CUDA_VISIBLE_DEVICES"] = ",".join(slot.gpus)
    task = task._replace(cores=slot.cores, environment=env)
    return self._pool.submit(attempt.run, task._asdict()), slot

  def ended(self, handle: tuple[Future, _Slot]) -> Result | None:
    """How it ended, if it has."""
    future, slot = handle
    if not future.done():
      return None
    self._free.append(slot)
    return Result(*future.result())

  def cancel(self, handle: tuple[Future, _Slot]) -> None:
    """Takes it back if it has not begun; its row ends with this process."""
    future, slot = handle
    future.cancel()
    self._free.append(slot)

  def close(self) -> None:
    """Waits for nothing: no row runs at the end."""
    self._pool.shutdown(wait=False, cancel_futures=True)


def _part(things, size, number):
  return tuple(things[number * size : (number + 1) * size])


def check(plan: Plan) -> None:
  """Raises ValueError for a plan that makes no sense here."""
  if plan.cluster:
    raise ValueError("--cluster goes with another --engine than local")
  workers_here(plan)


def open(plan: Plan, workdir: pathlib.Path) -> Cores:
  """The engine."""
  return Cores(plan)
